"""Friends: adding, deleting and listing them."""

from bisect import bisect_right

from imtui.protocol import identifiers, limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.messages import FriendInfo, FriendListPage, FriendType
from imtui.server.core.app import App
from imtui.server.core.changes import FriendsAdded, FriendsDeleted


def add_friend(app: App, session_id: int, user_id: str) -> None:
    """Make a session's account and a user friends of one another.

    Raises:
        IMError: 6014; 6017; 30001 for oneself; 30003 for an unknown account; 30010 or 30014 if
            one's own or the other's list is full.
    """
    session = app.session(session_id)
    identifiers.check_user_id(user_id)
    if user_id == session.user_id:
        raise IMError(
            ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, "Nobody is a friend of their own."
        )
    if user_id not in app.accounts:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    if _is_full(app, session.user_id, user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT)
    if _is_full(app, user_id, session.user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PEER_FRIEND_LIMIT)
    befriend(app, session.user_id, user_id)


def befriend(app: App, one: str, other: str) -> None:
    """Put two accounts on each other's lists, where they are not yet."""
    for owner, member in ((one, other), (other, one)):
        if not app.friends.has(owner, member):
            app.friends.append(owner, member)
            app.changes.append(FriendsAdded(owner, (member,)))


def delete_from_friend_list(
    app: App, session_id: int, user_ids: list[str], delete_type: FriendType
) -> None:
    """Take users off one's own friend list, and oneself off theirs unless told otherwise.

    Raises:
        IMError: 6014; 6017; 31704 if none of them is a friend.
    """
    session = app.session(session_id)
    unique = identifiers.check_user_ids(user_ids, limits.DELETE_FRIENDS_MAX)
    if not unique:
        raise invalid_parameters("userIDList", "name at least one user")
    deleted = [user_id for user_id in unique if app.friends.remove(session.user_id, user_id)]
    if not deleted:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_DEL_NONFRIEND)
    app.changes.append(FriendsDeleted(session.user_id, tuple(deleted)))
    if delete_type is FriendType.BOTH:
        for user_id in deleted:
            if app.friends.remove(user_id, session.user_id):
                app.changes.append(FriendsDeleted(user_id, (session.user_id,)))


def get_friend_list(app: App, session_id: int, cursor: str) -> FriendListPage:
    """Return the page of a session's friends, ordered by ID, that comes after ``cursor``.

    Statuses are with them while the console's friend switch is on.

    Raises:
        IMError: 6014.
    """
    session = app.session(session_id)
    friends = sorted(app.friends.members(session.user_id))
    start = bisect_right(friends, cursor)
    page = friends[start : start + limits.FRIEND_LIST_PAGE]
    is_last = start + len(page) == len(friends)
    return FriendListPage(
        [friend_info(app, user_id) for user_id in page], None if is_last else page[-1]
    )


def friend_info(app: App, user_id: str) -> FriendInfo:
    """Return what a friend is told of a user."""
    return FriendInfo(user_id, app.accounts[user_id].status if app.console.tells_friends else None)


def _is_full(app: App, owner: str, newcomer: str) -> bool:
    friends = app.friends.members(owner)
    return len(friends) >= limits.FRIENDS_MAX and newcomer not in friends
