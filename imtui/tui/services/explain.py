"""Explain errors in sentences with advice."""

from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.safe_text import safe_text
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys

_SENTENCES: Final[dict[int, str]] = {
    ErrorCode.ERR_SDK_NOT_LOGGED_IN: "You are not logged in here. Press {retry} to log in again.",
    ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER: (
        "Another login took this device's place, or an admin ended it. "
        "Press {retry} to log in again."
    ),
    ErrorCode.ERR_SDK_INTERFACE_NOT_SUPPORT: (
        "The app's edition does not include this. Ask who runs the backend "
        "for the Ultimate edition."
    ),
    ErrorCode.ERR_SDK_INVALID_OPERATION: "Not possible now. Log in first, then try again.",
    ErrorCode.ERR_SDK_NET_DISCONNECT: (
        "There is no connection, so nothing was changed. Try again when it is back ({retry}: now)."
    ),
    ErrorCode.ERR_SDK_NET_CONN_TIMEOUT: (
        "The backend did not answer in time. Check the network and the address."
    ),
    ErrorCode.ERR_SDK_NET_CONN_REFUSE: (
        "Nobody listens at the backend's address. Start the backend or check the address."
    ),
    ErrorCode.ERR_SDK_NET_HOST_GETADDRINFO_FAILED: (
        "The backend's host name is unknown. Check the address and the network."
    ),
    ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT: (
        "No answer came, so the change may or may not have been made. Look, then try again."
    ),
    ErrorCode.ERR_INVALID_MSG_RECEIVER: "You cannot write to yourself. Choose somebody else.",
    ErrorCode.ERR_SDK_MSG_BODY_SIZE_LIMIT: (
        "A message has at most 12 KB. Shorten it, or send it in parts."
    ),
    ErrorCode.ERR_DATABASE_OPERATE_FAILED: (
        "It could not be written to this machine's disk, so it is not queued. Free some room."
    ),
    ErrorCode.ERR_SVR_MSG_INVALID_ID: "There is no such account. Check the user ID.",
    ErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT: (
        "Too late: a message can be recalled for 2 minutes. "
        "You can delete it for yourself ({delete-message})."
    ),
    ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND: "That message is not there any more.",
    ErrorCode.ERR_SVR_MSG_REVOKED_ALREADY: "That message is recalled already.",
    ErrorCode.ERR_SVR_CONV_PINNED_COUNT_LIMIT: (
        "50 conversations are pinned already. Unpin one first ({pin})."
    ),
    ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND: "There is no such account. Check the user ID.",
    ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT: "Your friend list is full. Delete a friend first.",
    ErrorCode.ERR_SVR_FRIENDSHIP_PEER_FRIEND_LIMIT: (
        "The other user's friend list is full. They must delete a friend first."
    ),
    ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_DENY_ANY: "They take no new friends.",
    ErrorCode.ERR_SVR_FRIENDSHIP_IN_SELF_BLACKLIST: (
        "You have blocked them. Unblock them first ({block} in the list that {requests} opens)."
    ),
    ErrorCode.ERR_SVR_FRIENDSHIP_IN_PEER_BLACKLIST: "They have blocked you.",
    ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND: "There is no such request any more.",
    ErrorCode.ERR_SVR_MSG_IN_PEER_BLACKLIST: "They have blocked you, so it was not sent.",
    ErrorCode.ERR_SVR_FRIENDSHIP_DEL_NONFRIEND: "That user is not in your friend list.",
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED: (
        "Your UserSig has expired. Get a new one and start imtui again."
    ),
    ErrorCode.ERR_USER_SIG_EXPIRED: (
        "Your UserSig has expired. Get a new one and start imtui again."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_FREQ_LIMIT: (
        "Too many logins failed. Check the UserSig, and try again in a minute."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_INVALID_USERSIG: (
        "An admin ended your logins, and this UserSig. Get a new one, and run imtui login."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EMPTY: (
        "There is no UserSig. Give one with --usersig-file or IMTUI_USERSIG."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED: (
        "The UserSig cannot be read. Check that it was copied whole, and the clock."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY: (
        "The UserSig was made with another key. Ask who runs the backend for a new one."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID: (
        "The UserSig belongs to another user. Check --user."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_SDKAPPID: (
        "The UserSig is for another app. Check --app-id."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_SDKAPPID_NOT_FOUND: (
        "The backend knows no app with this SDKAppID. Check --app-id."
    ),
    ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND: "There is no such account. Check the user ID.",
    ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR: "The backend could not do it. Try again.",
    ErrorCode.ERR_SVR_ACCOUNT_USER_STATUS_DISABLED: (
        "The app's console has user status switched off. Ask who runs it to turn on "
        "“Set user status query and status change notification”."
    ),
}


_SAY_WHAT_TO_DO: Final = frozenset(
    {ErrorCode.ERR_SDK_INVALID_OPERATION, ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR}
)
"""The codes whose own messages, if they have any, say more than a sentence of ours can."""


def explain(error: IMError, keys: Keys) -> str:
    """Return one line that says what went wrong and what to do, with the keys for it."""
    if error.code == ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT:
        sentence = _too_often(error.data.get("retryAfterMs"))
    elif error.code == ErrorCode.ERR_INVALID_PARAMETERS:
        sentence = f"{error.message} Correct it and try again."
    elif error.code == ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS:
        sentence = f"{error.message} You cannot be your own friend; check the user ID."
    elif error.code in _SAY_WHAT_TO_DO and not _is_bare(error):
        sentence = error.message
    else:
        known = _SENTENCES.get(error.code)
        sentence = with_keys(known, keys) if known else f"{error.message} Try again later."
    return safe_text(f"{int(error.code)} · {sentence}")


def _is_bare(error: IMError) -> bool:
    """Tell whether an error has only the default message of its code."""
    return error.message == IMError(error.code).message


def _too_often(retry_after_ms: object) -> str:
    if not isinstance(retry_after_ms, int):
        return "Too often. Wait a few seconds and try again."
    seconds = max(1, -(-retry_after_ms // 1000))
    return f"Too often; the next one goes through in {seconds} s."
