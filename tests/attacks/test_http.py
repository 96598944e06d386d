"""Short attacks on the REST port without a signature: others are served all the same."""

import pytest

from tests.attacks.attack import Attack
from tests.attacks.kinds.http import ATTACKS
from tests.attacks.unharmed import attack_unharmed

pytestmark = pytest.mark.xdist_group("attacks")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_nobody_is_harmed(attack: Attack) -> None:
    assert attack_unharmed(attack).counts
