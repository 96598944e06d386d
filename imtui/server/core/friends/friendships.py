"""Friends: who is on whose list, and what is known of them."""

from bisect import bisect_right

from msgspec import structs

from imtui.protocol import identifiers, limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import FriendCheckResult, FriendInfoResult, FriendRelationType
from imtui.protocol.messages import FriendInfo, FriendListPage, FriendType
from imtui.server.core.app import App
from imtui.server.core.changes import FriendNoted, FriendsAdded, FriendsDeleted
from imtui.server.core.friends import friend_groups
from imtui.server.core.friends.friend_book import NO_NOTE, FriendNote
from imtui.server.core.paging import page_of


def befriend(app: App, one: str, other: str, at: int) -> None:
    """Put two accounts on each other's lists, where they are not yet."""
    add(app, one, other, at)
    add(app, other, one, at)


def add(
    app: App, owner: str, member: str, at: int, note: FriendNote = NO_NOTE, group: str = ""
) -> None:
    """Put an account on the list of another one, if it is not there yet.

    Args:
        app: The app.
        owner: Whose list.
        member: Who is put on it.
        at: Since when, in Unix milliseconds.
        note: What the owner notes of them.
        group: The owner's friend group into which they are put, if there is room for it.
    """
    if app.friends.has(owner, member):
        return
    since = at // 1000
    # Each account's own ID, not the request's copy of it, is what is kept.
    owner, member = app.accounts[owner].user_id, app.accounts[member].user_id
    app.friends.append(owner, member, since)
    app.book.set_note(owner, member, note)
    app.say_of_friends(FriendsAdded(owner, (member,), note, since))
    if group and friend_groups.has_room(app, owner, group):
        friend_groups.put(app, owner, group, (member,))


def remove(app: App, owner: str, members: list[str]) -> list[str]:
    """Take accounts off the list of another one, and return those that were on it."""
    gone = [member for member in members if app.friends.remove(owner, member)]
    for member in gone:
        app.book.forget(owner, member)
    if gone:
        app.say_of_friends(FriendsDeleted(owner, tuple(gone)))
    return gone


def check_room(app: App, owner: str, newcomer: str, full: ErrorCode) -> None:
    """Check that a list has room for somebody who may be on it already.

    Raises:
        IMError: ``full``.
    """
    friends = app.friends.members(owner)
    if len(friends) >= limits.FRIENDS_MAX and newcomer not in friends:
        raise IMError(full)


def delete_from_friend_list(
    app: App, own: str, user_ids: list[str], delete_type: FriendType
) -> None:
    """Take users off one's own friend list, and oneself off theirs unless told otherwise.

    Raises:
        IMError: 6017; 31704 if none of them is a friend.
    """
    unique = identifiers.check_some_user_ids(user_ids, limits.DELETE_FRIENDS_MAX)
    deleted = remove(app, own, unique)
    if not deleted:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_DEL_NONFRIEND)
    if delete_type is FriendType.BOTH:
        for user_id in deleted:
            remove(app, user_id, [own])


def get_friend_list(app: App, owner: str, cursor: str) -> FriendListPage:
    """Return the page of an account's friends, ordered by ID, that comes after ``cursor``.

    Statuses are with them while the console's friend switch is on.
    """
    friends = sorted(app.friends.members(owner))
    rest = friends[bisect_right(friends, cursor) :]
    page, is_last = page_of(
        rest, limits.FRIEND_LIST_PAGE, lambda user_id: friend_info(app, owner, user_id)
    )
    return FriendListPage(page, None if is_last else page[-1].user_id)


def check_friend(
    app: App, owner: str, user_ids: list[str], check_type: FriendType
) -> list[FriendCheckResult]:
    """Return how an account stands to users, in their order, without unknown ones.

    Raises:
        IMError: 6017; 30003 if all of them are unknown.
    """
    found = _known(app, user_ids)
    relations = [_relation(app, owner, user_id) for user_id in found]
    if check_type is FriendType.SINGLE:
        # The bit of the other one's list is left out.
        relations = [FriendRelationType(one & FriendRelationType.IN_MY_LIST) for one in relations]
    return list(map(FriendCheckResult, found, relations))


def get_friends_info(app: App, owner: str, user_ids: list[str]) -> list[FriendInfoResult]:
    """Return what an account may know of users, in their order, without unknown ones.

    Raises:
        IMError: 6017; 30003 if all of them are unknown.
    """
    return [
        FriendInfoResult(
            _relation(app, owner, user_id), friend_info(app, owner, user_id, with_status=False)
        )
        for user_id in _known(app, user_ids)
    ]


def set_friend_info(app: App, owner: str, user_id: str, remark: str) -> None:
    """Note what an account calls a friend; empty for nothing.

    Raises:
        IMError: 6017; 9002 for more than 96 bytes; 30001 if the user is no friend.
    """
    identifiers.check_user_id(user_id)
    remark = identifiers.check_friend_remark(remark)
    if not app.friends.has(owner, user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, "Not a friend.")
    set_note(app, owner, user_id, structs.replace(app.book.note(owner, user_id), remark=remark))


def set_note(app: App, owner: str, member: str, note: FriendNote, since: int | None = None) -> None:
    """Note something of a friend, in place of what was noted before.

    Args:
        app: The app.
        owner: Who notes.
        member: The friend.
        note: What is noted.
        since: Since when they are friends, in Unix seconds; None leaves it as it is.
    """
    before = app.book.note(owner, member), app.friends.since(owner, member)
    after = note, before[1] if since is None else since
    if after != before:
        app.book.set_note(owner, member, note)
        app.friends.append(owner, member, after[1])
        app.say_of_friends(FriendNoted(owner, member, *after))


def friend_info(app: App, owner: str, user_id: str, *, with_status: bool = True) -> FriendInfo:
    """Return what a user is told of another one."""
    tells = with_status and app.console.tells_friends
    profile = app.profile(user_id)
    return FriendInfo(
        user_id,
        app.accounts[user_id].status if tells else None,
        app.book.remark(owner, user_id),
        app.book.groups_of(owner, user_id),
        profile.nick_name,
        profile.self_signature,
    )


def _relation(app: App, owner: str, user_id: str) -> FriendRelationType:
    mine = app.friends.has(owner, user_id) * FriendRelationType.IN_MY_LIST
    theirs = app.friends.has(user_id, owner) * FriendRelationType.IN_THEIR_LIST
    return FriendRelationType(mine + theirs)


def _known(app: App, user_ids: list[str]) -> list[str]:
    unique = identifiers.check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    found = [user_id for user_id in unique if user_id in app.accounts]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    return found
