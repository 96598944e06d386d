"""The blocklist: whose messages and friend requests a user does not get."""

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_some_user_ids
from imtui.server.clock import Moment
from imtui.server.core.app import App
from imtui.server.core.changes import BlackListAdded, BlackListDeleted
from imtui.server.core.friends import applications, friendships


def add(app: App, own: str, user_ids: list[str], now: Moment) -> None:
    """Block users; friendships and friend requests with them end, both ways.

    Raises:
        IMError: 6017; 30001 for oneself; 30003 if all are unknown; 30013 if there would be
            more than 1,000.
    """
    unique = check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    if own in unique:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, "Nobody blocks themselves.")
    found = [user_id for user_id in unique if user_id in app.accounts]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    coming = [user_id for user_id in found if not app.blocked.has(own, user_id)]
    if len(coming) > room(app, own):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_BLACKLIST_LIMIT)
    block(app, own, coming, now)


def room(app: App, own: str) -> int:
    """Return how many more an account may block."""
    return limits.BLACK_LIST_MAX - len(app.blocked.members(own))


def block(app: App, own: str, coming: list[str], now: Moment) -> None:
    """Block accounts that are not blocked yet and for which there is room."""
    if not coming:
        return
    since = now.unix_ms // 1000
    for user_id in coming:
        app.blocked.append(own, user_id, since)
        applications.take(app, own, user_id)
        applications.take(app, user_id, own)
    app.say_of_friends(BlackListAdded(own, tuple(coming), since))
    friendships.remove(app, own, coming)
    for user_id in coming:
        friendships.remove(app, user_id, [own])


def delete(app: App, own: str, user_ids: list[str]) -> None:
    """Block users no longer; those that are not blocked are passed over.

    Raises:
        IMError: 6017.
    """
    unique = check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    unblock(app, own, unique)


def unblock(app: App, own: str, user_ids: list[str]) -> None:
    """Block users no longer; those that are not blocked are passed over."""
    going = [user_id for user_id in user_ids if app.blocked.remove(own, user_id)]
    if going:
        app.say_of_friends(BlackListDeleted(own, tuple(going)))


def get_list(app: App, own: str) -> list[str]:
    """Return whom an account blocks, the earliest first."""
    return list(app.blocked.members(own))
