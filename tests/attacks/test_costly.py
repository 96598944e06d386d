"""Short attacks with costly requests: they are answered, and others are too."""

import pytest

from imtui.protocol.errors import ErrorCode
from tests.attacks.attack import Attack
from tests.attacks.kinds.costly import ATTACKS
from tests.attacks.unharmed import attack_unharmed, codes

pytestmark = pytest.mark.xdist_group("attacks")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_costly_requests_are_answered_and_harm_nobody(attack: Attack) -> None:
    report = attack_unharmed(attack)
    assert codes(report) - {ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT} == {0}
