import socket
import ssl

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidMessage, InvalidStatus
from websockets.frames import Close
from websockets.http11 import Response

from imtui.protocol.messages import CloseCode
from imtui.sdk import ErrorCode, IMError, is_transient
from imtui.sdk.failures import (
    close_failure,
    connect_failure,
    is_kick,
    is_sent_away,
    is_unreachable,
    is_user_sig_expired,
)

REFUSED = OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] again")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), 9510),
        (ConnectionRefusedError(), 9511),
        (FileNotFoundError(), 9511),
        (REFUSED, 9511),
        (InvalidStatus(Response(403, "Forbidden", Headers())), 9511),
        (ssl.SSLCertVerificationError("no"), 9511),
        (socket.gaierror(), 9516),
        (UnicodeError("label too long"), 9516),
        (InvalidMessage("no HTTP"), 9508),
        (OSError("network is unreachable"), 9508),
    ],
)
def test_trouble_with_connecting_has_its_code_and_is_transient(error: Exception, code: int) -> None:
    failure = connect_failure(error)
    assert failure.code == code
    assert is_transient(failure)
    assert is_unreachable(failure)


@pytest.mark.parametrize(
    ("close_code", "code"), [(1003, 6017), (1009, 9522), (4001, 6208), (4003, 6014)]
)
def test_some_closes_by_the_backend_are_final(close_code: int, code: int) -> None:
    close = Close(close_code, "")
    failure = close_failure(ConnectionClosedError(close, close, rcvd_then_sent=True))
    assert failure.code == code
    assert not is_transient(failure)


@pytest.mark.parametrize("close_code", [1000, 1001, 1002, 1011, 4002, 4004, 4999])
def test_other_closes_are_worth_another_attempt(close_code: int) -> None:
    close = Close(close_code, "")
    failure = close_failure(ConnectionClosedError(close, close, rcvd_then_sent=True))
    assert failure.code == 9508
    assert is_transient(failure)
    assert is_sent_away(failure) == (close_code in (1001, 4004))


def test_a_too_large_frame_from_the_backend_is_worth_another_attempt() -> None:
    close = Close(1009, "")
    assert is_transient(close_failure(ConnectionClosedError(close, close, rcvd_then_sent=False)))
    assert is_transient(close_failure(ConnectionClosedError(None, close, rcvd_then_sent=None)))


def test_a_broken_connection_is_worth_another_attempt() -> None:
    lost = close_failure(ConnectionClosedError(None, None))
    assert is_transient(lost)
    assert is_unreachable(lost)
    assert not is_sent_away(lost)
    no_place = Close(CloseCode.NO_PLACE, "")
    failure = close_failure(ConnectionClosedError(no_place, no_place, rcvd_then_sent=True))
    assert is_transient(failure)
    assert "too many connections" in failure.message


@pytest.mark.parametrize("code", [6014, 6017, 6208, 70001, 70003, 70009, 70107, 7013, 72001, 12345])
def test_refusals_are_final(code: int) -> None:
    assert not is_transient(IMError(code))


@pytest.mark.parametrize("code", [7008, 70050, 70500])
def test_a_refusal_is_the_same_at_every_address(code: int) -> None:
    assert is_transient(IMError(code))
    assert not is_unreachable(IMError(code))


def test_kicks_and_expired_user_sigs_are_distinguished() -> None:
    assert is_kick(IMError(ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER))
    assert is_user_sig_expired(IMError(70001))
    assert is_user_sig_expired(IMError(6206))
    assert is_user_sig_expired(IMError(70009))
    assert not is_user_sig_expired(IMError(70013))
