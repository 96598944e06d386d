"""Friend lists: adding, removing and listing friends, and notes on them."""

from bisect import bisect_right

from msgspec import structs

from imtui.protocol import friendship as f
from imtui.protocol import identifiers, limits
from imtui.protocol import messages as m
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import FriendRelationType
from imtui.protocol.messages import FriendInfo, FriendType
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.context import Context
from imtui.server.core.friends import groups
from imtui.server.core.friends.book import NO_NOTE, FriendNote
from imtui.server.core.friends.changes import FriendNoted, FriendsAdded, FriendsDeleted
from imtui.server.core.friends.friends import Friends, emit
from imtui.server.core.friends.hiding import status_for
from imtui.server.core.paging import page_of
from imtui.server.core.state import State


def befriend(state: State, one: str, other: str, at: int) -> None:
    """Add two accounts to each other's lists.

    Args:
        state: The state.
        one: An account.
        other: The other account.
        at: The current time, in Unix milliseconds.
    """
    add(state, one, other, at)
    add(state, other, one, at)


def add(
    state: State, owner: str, member: str, at: int, note: FriendNote = NO_NOTE, group: str = ""
) -> None:
    """Add an account to the list of another one, if it is not there yet.

    Args:
        state: The state.
        owner: The owner of the list.
        member: The account to add.
        at: When the friendship begins, in Unix milliseconds.
        note: The owner's note on the member.
        group: The owner's friend group for the member, if there is room for it.
    """
    friends = state[Friends]
    if friends.lists.has(owner, member):
        return
    since = at // 1000
    owner, member = state[Accounts].known_ids((owner, member))
    friends.lists.append(owner, member, since)
    friends.book.set_note(owner, member, note)
    emit(state, FriendsAdded(owner, (member,), note, since))
    if group and groups.has_room(state, owner, group):
        groups.put(state, owner, group, (member,))


def remove(state: State, owner: str, members: list[str]) -> list[str]:
    """Remove accounts from the list of another one, and return those that were on it."""
    friends = state[Friends]
    removed = [member for member in members if friends.lists.remove(owner, member)]
    for member in removed:
        friends.book.forget(owner, member)
    if removed:
        emit(state, FriendsDeleted(owner, tuple(removed)))
    return removed


def check_room(state: State, owner: str, newcomer: str, full: ErrorCode) -> None:
    """Check that a list has room for a user, who may be on it already.

    Raises:
        IMError: ``full`` if it has not.
    """
    friends = state[Friends].lists.members(owner)
    if len(friends) >= limits.FRIENDS_MAX and newcomer not in friends:
        raise IMError(full)


def delete_from_friend_list(context: Context, params: m.DeleteFromFriendListParams) -> None:
    """Delete users from the caller's friend list, and by default the caller from theirs.

    Raises:
        IMError: 6017; 31704 if none of them is a friend.
    """
    unique = identifiers.check_some_user_ids(params.user_id_list, limits.DELETE_FRIENDS_MAX)
    if not delete(context, unique, is_both=params.delete_type is FriendType.BOTH):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_DEL_NONFRIEND)


def delete(context: Context, others: list[str], *, is_both: bool) -> list[str]:
    """Delete others from the caller's list, and return those that were on it.

    Args:
        context: The context of the call.
        others: The accounts to delete.
        is_both: Whether the caller is deleted from the lists of those, too.
    """
    deleted = remove(context.state, context.user_id, others)
    if is_both:
        remove_from_theirs(context, deleted)
    return deleted


def remove_from_theirs(context: Context, others: list[str]) -> None:
    """Remove the caller's account from the lists of others."""
    for other in others:
        remove(context.state, other, [context.user_id])


def get_friend_list(context: Context, params: m.GetFriendListParams) -> m.FriendListPage:
    """Return the page of the caller's friends after the cursor, ordered by user ID.

    It includes their statuses while the console's friend switch is on.
    """
    state, owner = context.state, context.user_id
    friends = sorted(state[Friends].lists.members(owner))
    rest = friends[bisect_right(friends, params.cursor) :]
    page, is_last = page_of(
        rest, limits.FRIEND_LIST_PAGE, lambda user_id: friend_info(state, owner, user_id)
    )
    return m.FriendListPage(page, None if is_last else page[-1].user_id)


def check_friend(context: Context, params: f.CheckFriendParams) -> f.FriendCheckResultList:
    """Return the caller's relation to each user, in order, without unknown ones.

    Raises:
        IMError: 6017; 30003 if all of them are unknown.
    """
    found = _known(context, params.user_id_list)
    relations = [_relation(context, user_id) for user_id in found]
    if params.check_type is FriendType.SINGLE:
        # Clears the bit for the other user's list.
        relations = [FriendRelationType(one & FriendRelationType.IN_MY_LIST) for one in relations]
    return f.FriendCheckResultList(list(map(f.FriendCheckResult, found, relations)))


def get_friends_info(context: Context, params: m.UserIDListParams) -> f.FriendInfoResultList:
    """Return what the caller may know about users, in order, without unknown ones.

    Raises:
        IMError: 6017; 30003 if all of them are unknown.
    """
    return f.FriendInfoResultList(
        [
            f.FriendInfoResult(
                _relation(context, user_id),
                friend_info(context.state, context.user_id, user_id, with_status=False),
            )
            for user_id in _known(context, params.user_id_list)
        ]
    )


def set_friend_info(context: Context, params: f.SetFriendInfoParams) -> None:
    """Set the caller's remark on a friend; empty for none.

    Raises:
        IMError: 6017; 9002 for more than 96 bytes; 30001 if the user is not a friend.
    """
    friends, owner, user_id = context.state[Friends], context.user_id, params.user_id
    identifiers.check_user_id(user_id)
    remark = identifiers.check_friend_remark(params.friend_remark)
    if not friends.lists.has(owner, user_id):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, "Not a friend.")
    note = structs.replace(friends.book.note(owner, user_id), remark=remark)
    set_note(context.state, owner, user_id, note)


def set_note(
    state: State, owner: str, member: str, note: FriendNote, since: int | None = None
) -> None:
    """Replace a user's note on a friend.

    Args:
        state: The state.
        owner: The user.
        member: The friend.
        note: The new note.
        since: When the friendship began, in Unix seconds; None leaves it unchanged.
    """
    friends = state[Friends]
    before = friends.book.note(owner, member), friends.lists.since(owner, member)
    after = note, before[1] if since is None else since
    if after != before:
        friends.book.set_note(owner, member, note)
        friends.lists.append(owner, member, after[1])
        emit(state, FriendNoted(owner, member, *after))


def friend_info(state: State, owner: str, user_id: str, *, with_status: bool = True) -> FriendInfo:
    """Return what a user may know about another one."""
    shows_status = with_status and state.console.notifies_friends
    friends = state[Friends]
    profile = friends.profile(user_id)
    return FriendInfo(
        user_id,
        status_for(state, owner, state[Accounts][user_id]) if shows_status else None,
        friends.book.remark(owner, user_id),
        friends.book.groups_of(owner, user_id),
        profile.nick_name,
        profile.self_signature,
    )


def _relation(context: Context, user_id: str) -> FriendRelationType:
    lists, owner = context.state[Friends].lists, context.user_id
    mine = lists.has(owner, user_id) * FriendRelationType.IN_MY_LIST
    theirs = lists.has(user_id, owner) * FriendRelationType.IN_THEIR_LIST
    return FriendRelationType(mine + theirs)


def _known(context: Context, user_ids: list[str]) -> list[str]:
    unique = identifiers.check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    found = context.state[Accounts].known_ids(unique)
    if not found:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    return found
