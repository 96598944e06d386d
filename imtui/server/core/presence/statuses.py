"""Setting one's custom status, and querying statuses."""

from imtui.protocol import identifiers, limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.messages import Method
from imtui.protocol.status import UserStatus
from imtui.server.clock import Moment
from imtui.server.core.app import App
from imtui.server.core.presence.presence import settle


def set_self_status(
    app: App, session_id: int, text: str | None, expires_at: int | None, now: Moment
) -> None:
    """Set or clear the custom status of a session's account.

    Args:
        app: The app.
        session_id: Who sets it.
        text: At most 100 bytes of UTF-8; None or nothing but white space clears it.
        expires_at: When the text before comes back, in Unix milliseconds.
        now: When.

    Raises:
        IMError: 6014; 6017; 7014 through a passive login while the account is not ONLINE.
    """
    session = app.session(session_id)
    text = identifiers.check_custom_status(text)
    if expires_at is not None and not now.unix_ms < expires_at <= limits.UNIX_MS_MAX:
        raise invalid_parameters("expiresAt", "an end is in the future and before 2^53, in Unix ms")
    account = app.accounts[session.user_id]
    if not account.live:
        raise IMError(
            ErrorCode.ERR_SDK_INVALID_OPERATION,
            f"{account.user_id} is not online on any device; log in there first.",
        )
    account.custom = account.custom.at(now.unix_ms).set(text, expires_at)
    settle(app, account, now, session.named, was_set=True)


def get_user_status(
    app: App, session_id: int, user_ids: list[str], now: Moment
) -> list[UserStatus]:
    """Return the statuses of those that exist, in the order of the request.

    Oneself alone is free. Anyone else needs the edition and the console's switch, up to 500 a
    call and 20 calls in 5 s.

    Raises:
        IMError: 6014, 6017, 7013, 72001, 7008; 70107 if none of them exists.
    """
    session = app.session(session_id)
    unique = identifiers.check_user_ids(user_ids, limits.QUERY_MAX_USERS)
    if not unique:
        raise invalid_parameters("userIDList", "name at least one user")
    if unique != [session.user_id]:
        app.console.check_user_status()
        app.rates.count(session.user_id, Method.GET_USER_STATUS, now.monotonic)
    found = [app.accounts[user_id] for user_id in unique if user_id in app.accounts]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    return [
        account.own_status if account.user_id == session.user_id else account.status
        for account in found
    ]
