"""Short attacks with frames: others notice nothing but the time."""

import pytest

from imtui.protocol.errors import ErrorCode
from tests.attacks.attack import Attack
from tests.attacks.kinds.frames import ATTACKS
from tests.attacks.unharmed import attack_unharmed, codes

pytestmark = pytest.mark.xdist_group("attacks")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_frames_of_strangers_harm_nobody(attack: Attack) -> None:
    report = attack_unharmed(attack)
    malformed = {ErrorCode.JSONRPC_PARSE_ERROR, ErrorCode.JSONRPC_INVALID_REQUEST}
    assert codes(report) <= malformed
