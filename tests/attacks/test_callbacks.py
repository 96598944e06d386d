"""A short flood of messages about which a slow server is asked: none of them passes."""

import pytest

from imtui.protocol.errors import ErrorCode
from tests.attacks.kinds.callbacks import ATTACKS, PASSED
from tests.attacks.unharmed import attack_unharmed, codes

pytestmark = pytest.mark.xdist_group("attacks")


def test_no_forbidden_message_passes_and_innocent_ones_do() -> None:
    [attack] = ATTACKS
    report = attack_unharmed(attack)
    assert report.under_attack.messages
    assert PASSED not in report.counts
    assert codes(report) <= {
        ErrorCode.ERR_SVR_MSG_PUSH_DENY,
        ErrorCode.ERR_SVR_COMM_PRE_HOOK_FAILED,
        ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
    }
