"""All failures as error codes, and whether a retry can help; no other module decides this."""

import errno
import socket
from collections.abc import Iterable
from typing import Final

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import CloseCode
from imtui.trust import TrustError, certificate_problem

_TRANSIENT: Final = frozenset(
    {
        ErrorCode.ERR_PARSE_RESPONSE_FAILED,
        ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT,
        ErrorCode.ERR_SDK_NET_DISCONNECT,
        ErrorCode.ERR_SDK_NET_CONN_TIMEOUT,
        ErrorCode.ERR_SDK_NET_CONN_REFUSE,
        ErrorCode.ERR_SDK_NET_HOST_GETADDRINFO_FAILED,
        ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT,
        ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR,
        ErrorCode.ERR_SVR_ACCOUNT_USERSIG_FREQ_LIMIT,
    }
)

_USER_SIG_EXPIRED: Final = frozenset(
    {
        ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED,
        ErrorCode.ERR_USER_SIG_EXPIRED,
        # The app's key was rotated.
        ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY,
    }
)

_UNREACHABLE: Final[tuple[int, ...]] = (
    ErrorCode.ERR_SDK_NET_CONN_REFUSE,
    ErrorCode.ERR_SDK_NET_CONN_TIMEOUT,
    ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT,
    ErrorCode.ERR_PARSE_RESPONSE_FAILED,
    ErrorCode.ERR_SDK_NET_DISCONNECT,
    ErrorCode.ERR_SDK_NET_HOST_GETADDRINFO_FAILED,
)
"""What goes wrong at one address and may work at another; what says most comes first."""

_GOING_AWAY: Final = 1001
_UNSUPPORTED_DATA: Final = 1003
_MESSAGE_TOO_BIG: Final = 1009

_LOST: Final = "The connection to the backend was lost."

_FINAL_CLOSES: Final = {
    _UNSUPPORTED_DATA: (
        ErrorCode.ERR_INVALID_PARAMETERS,
        "The backend does not take frames of this kind (close code 1003).",
    ),
    _MESSAGE_TOO_BIG: (ErrorCode.ERR_SDK_NET_PKG_SIZE_LIMIT, ""),
    CloseCode.TAKEN_OVER: (
        ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER,
        "Taken over by another connection of this device.",
    ),
    CloseCode.NO_LOGIN: (
        ErrorCode.ERR_SDK_NOT_LOGGED_IN,
        "The backend closed the connection because nobody logged in.",
    ),
}


def is_transient(error: IMError) -> bool:
    """Return whether the same attempt may succeed later without any change."""
    return error.code in _TRANSIENT


def retry_after(error: IMError, otherwise: float) -> float:
    """Return the seconds to wait before a retry.

    Args:
        error: Why the attempt failed; its data may say how long to wait, of which at most 5
            seconds count.
        otherwise: The seconds to wait if the error does not say.
    """
    wait = error.data.get("retryAfterMs")
    if not isinstance(wait, int):
        return otherwise
    return min(max(wait / 1000, 0.0), limits.RATE_WINDOW)


def is_trouble(error: IMError) -> bool:
    """Return whether the connection cannot be used any more, because an answer did not come.

    A call that was not sent says nothing of the connection: too many others may be under way.
    """
    return error.code == ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT


def is_unreachable(error: IMError) -> bool:
    """Return whether the fault lies with one address, so that another one may work."""
    return error.code in _UNREACHABLE


def is_sent_away(error: IMError) -> bool:
    """Return whether the backend closed the connection because it serves elsewhere, or later."""
    return error.data.get("closeCode") in (_GOING_AWAY, CloseCode.NO_PLACE)


def most_telling(errors: Iterable[IMError]) -> IMError:
    """Return the error that says most, of at least one, all of addresses that are unreachable."""
    return min(errors, key=lambda error: _UNREACHABLE.index(error.code))


def is_kick(error: IMError) -> bool:
    """Return whether the device was kicked offline or taken over."""
    return error.code == ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER


def is_user_sig_expired(error: IMError) -> bool:
    """Return whether a UserSig that was accepted before is not any more, so a new one is needed."""
    return error.code in _USER_SIG_EXPIRED


def connect_failure(error: Exception) -> IMError:
    """Return why a connection could not be opened: 9510, 9511, 9516 or 9508."""
    if isinstance(error, TimeoutError):
        return IMError(ErrorCode.ERR_SDK_NET_CONN_TIMEOUT)
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return IMError(ErrorCode.ERR_SDK_NET_HOST_GETADDRINFO_FAILED)
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return IMError(
            ErrorCode.ERR_SDK_NET_CONN_REFUSE,
            f"The backend refused the connection with HTTP status {status}; is the address right?",
        )
    if isinstance(error, TrustError):
        return IMError(ErrorCode.ERR_SDK_NET_CONN_REFUSE, str(error))
    problem = certificate_problem(error)
    if problem is not None:
        return IMError(ErrorCode.ERR_SDK_NET_CONN_REFUSE, f"The backend's certificate {problem}")
    if isinstance(error, (ImportError, ValueError)):
        return IMError(
            ErrorCode.ERR_SDK_NET_CONN_REFUSE,
            "The proxy in the environment (https_proxy, all_proxy) cannot be used: name an http:// "
            "one, or none.",
        )
    if _is_refused(error):
        return IMError(
            ErrorCode.ERR_SDK_NET_CONN_REFUSE,
            "No backend listens there; is it running, and is the address right?",
        )
    if isinstance(error, WebSocketException):
        return IMError(
            ErrorCode.ERR_SDK_NET_DISCONNECT,
            "What listens there is no imtui backend, or broke off.",
        )
    return IMError(ErrorCode.ERR_SDK_NET_DISCONNECT)


def close_failure(closed: ConnectionClosed) -> IMError:
    """Return why a connection ended; only a close by the backend can be final."""
    if closed.rcvd is not None and closed.rcvd_then_sent is not False:
        final = _FINAL_CLOSES.get(closed.rcvd.code)
        if final is not None:
            return IMError(*final)
        return IMError(
            ErrorCode.ERR_SDK_NET_DISCONNECT,
            "The backend has too many connections."
            if closed.rcvd.code == CloseCode.NO_PLACE
            else _LOST,
            {"closeCode": closed.rcvd.code},
        )
    return IMError(ErrorCode.ERR_SDK_NET_DISCONNECT, _LOST)


def unreadable() -> IMError:
    """Return the error for a malformed frame or answer."""
    return IMError(ErrorCode.ERR_PARSE_RESPONSE_FAILED)


def unanswered() -> IMError:
    """Return the error for a call without an answer."""
    return IMError(ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT)


def sdk_failed() -> IMError:
    """Return the error for a session that ended without the backend's doing."""
    return IMError(
        ErrorCode.ERR_SDK_INVALID_OPERATION, "The SDK failed, or its task was cancelled."
    )


def _is_refused(error: Exception) -> bool:
    if isinstance(error, (ConnectionRefusedError, FileNotFoundError)):
        return True
    # asyncio merges the errors of several addresses of a host into one OSError without a number.
    return isinstance(error, OSError) and f"[Errno {errno.ECONNREFUSED}]" in str(error)
