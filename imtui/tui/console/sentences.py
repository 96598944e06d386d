"""Error messages for admins; each says what to do."""

from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.safe_text import safe_text
from imtui.tui.commands.command import Keys
from imtui.tui.services.explain import explain

_SENTENCES: Final[dict[int, str]] = {
    ErrorCode.ERR_PARSE_RESPONSE_FAILED: "The answer cannot be read. Is this an IM backend?",
    ErrorCode.ERR_SDK_NET_DISCONNECT: "The backend closed the connection. Look whether it runs.",
    ErrorCode.ERR_SVR_COMM_INVALID_SDKAPPID: "The backend has another SDKAppID. Check the app ID.",
    ErrorCode.ERR_SVR_COMM_INVALID_RES: "This backend does not have it. Update the backend.",
    ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN: "This admin may not. Check --admin, or ask a full one.",
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED: "The UserSig has expired. Get a new one.",
    ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG: "The UserSig was revoked. Get a new one.",
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID: "The UserSig is for another. Check --admin.",
}

REFUSALS: Final = frozenset((60009, 70107, 70402, 70403, 70500))
"""The codes that concern a single command; all others concern the connection or the admin."""


def explain_to_admin(error: IMError) -> str:
    """Return one line that says what went wrong and what to do."""
    sentence = _SENTENCES.get(error.code)
    if sentence is not None:
        return f"{int(error.code)} · {sentence}"
    if error.code == ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS:
        return safe_text(f"{int(error.code)} · {error.message}")
    return explain(error, Keys())
