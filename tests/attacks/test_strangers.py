"""Short attacks without a valid signature: all is refused, and others stay connected."""

import pytest

from tests.attacks.attack import Attack
from tests.attacks.kinds.strangers import ATTACKS
from tests.attacks.unharmed import attack_unharmed, codes

pytestmark = pytest.mark.xdist_group("attacks")

_TOO_MANY_FAILED = 70050


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_nothing_is_done_for_strangers_and_nobody_is_harmed(attack: Attack) -> None:
    report = attack_unharmed(attack)
    assert codes(report)
    assert 0 not in codes(report)
    # Half of the logins are tries of one address for one account.
    assert attack.name != "wrong-logins" or _TOO_MANY_FAILED in codes(report)
