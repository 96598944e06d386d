"""Short floods of changes: others stay connected, and nothing is refused for a wrong reason."""

import pytest

from imtui.protocol.errors import ErrorCode
from tests.attacks.attack import Attack
from tests.attacks.kinds.floods import ATTACKS
from tests.attacks.report import DISK_MAX_MIB
from tests.attacks.unharmed import attack_unharmed, codes

pytestmark = pytest.mark.xdist_group("attacks")

_EXPECTED = {
    0,
    ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
    ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM,
    ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND,
}

_NEED_CONFIRM = ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM
_LIMITS = {
    "messages": (0, 100, 10),
    "online-messages": (0, 30, 1),
    "friend-requests": (_NEED_CONFIRM, 30, 1),
}
"""The code of what is done, the most at once, and the most in a second."""


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_floods_of_changes_harm_nobody(attack: Attack) -> None:
    report = attack_unharmed(attack)
    assert codes(report) <= _EXPECTED
    assert report.during.disk - report.before.disk <= DISK_MAX_MIB
    if attack.name in _LIMITS:
        code, burst, rate = _LIMITS[attack.name]
        # A slow machine may not send more than that, so not every run sees 7008.
        assert report.counts[f"code {code}"] <= burst + rate * report.seconds
