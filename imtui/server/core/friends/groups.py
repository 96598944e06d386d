"""Friend groups: the named groups into which a user sorts friends."""

from collections.abc import Iterable

from imtui.protocol import friendship as f
from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_group_name, check_some_user_ids, check_user_ids
from imtui.protocol.messages import Empty
from imtui.server.core.context import Context
from imtui.server.core.friends.changes import (
    FriendGroupCreated,
    FriendGroupRenamed,
    FriendGroupsDeleted,
    FriendsGrouped,
    FriendsUngrouped,
)
from imtui.server.core.friends.friends import Friends, emit
from imtui.server.core.state import State


def create(context: Context, params: f.FriendGroupParams) -> None:
    """Create a friend group of the caller; of the given users, friends are put into it.

    Raises:
        IMError: 6017; 9005 for a name that is empty or has more than 30 bytes; 30001 if
            there is such a group; 30011 if there are 32.
    """
    state, owner = context.state, context.user_id
    name = check_group_name(params.group_name)
    unique = check_user_ids(params.user_id_list, limits.FRIENDSHIP_MAX_USERS)
    if name in state[Friends].book.groups(owner):
        raise _refused(f"There is a friend group {name} already.")
    if not has_room(state, owner, name):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    _create(state, owner, name, _friends_of(context, unique))


def delete(context: Context, params: f.DeleteFriendGroupParams) -> None:
    """Delete friend groups of the caller; the friends in them stay friends.

    Raises:
        IMError: 6017 for no names or more than 32; 30001 if none of the groups exists.
    """
    book, owner = context.state[Friends].book, context.user_id
    unique = dict.fromkeys(params.group_name_list)
    if not 1 <= len(unique) <= limits.FRIEND_GROUPS_MAX:
        raise invalid_parameters("groupNameList", f"1 to {limits.FRIEND_GROUPS_MAX} groups a call")
    deleted = [name for name in unique if name in book.groups(owner)]
    if not deleted:
        raise _refused("There is no such friend group.")
    for name in deleted:
        book.drop_group(owner, name)
    emit(context.state, FriendGroupsDeleted(owner, tuple(deleted)))


def rename(context: Context, params: f.RenameFriendGroupParams) -> None:
    """Rename a friend group of the caller.

    Raises:
        IMError: 6017; 9005 for a new name that is empty or has more than 30 bytes; 30001 if
            there is no such group, or another one has the new name.
    """
    book, owner, old = context.state[Friends].book, context.user_id, params.old_name
    new = check_group_name(params.new_name, "newName")
    _check_there(context, old)
    if new == old:
        return
    if new in book.groups(owner):
        raise _refused(f"There is a friend group {new} already.")
    book.rename_group(owner, old, new)
    emit(context.state, FriendGroupRenamed(owner, old, new))


def add_friends(context: Context, params: f.FriendGroupParams) -> None:
    """Add friends of the caller to a group; those who are in it are skipped.

    Raises:
        IMError: 6017; 30001 if there is no such group or none of the users is a friend.
    """
    unique = check_some_user_ids(params.user_id_list, limits.FRIENDSHIP_MAX_USERS)
    _check_there(context, params.group_name)
    friends = _friends_of(context, unique)
    if not friends:
        raise _refused("None of them is a friend.")
    put(context.state, context.user_id, params.group_name, friends)


def delete_friends(context: Context, params: f.FriendGroupParams) -> None:
    """Remove friends of the caller from a group; those who are not in it are skipped.

    Raises:
        IMError: 6017; 30001 if there is no such group.
    """
    book, owner, name = context.state[Friends].book, context.user_id, params.group_name
    unique = check_some_user_ids(params.user_id_list, limits.FRIENDSHIP_MAX_USERS)
    _check_there(context, name)
    removed = [user_id for user_id in unique if user_id in book.groups(owner)[name]]
    if removed:
        book.take(owner, name, removed)
        emit(context.state, FriendsUngrouped(owner, name, tuple(removed)))


def get_list(context: Context, params: Empty) -> f.FriendGroupList:
    """Return the friend groups of the caller in the order in which they were created."""
    groups = context.state[Friends].book.groups(context.user_id)
    return f.FriendGroupList(
        [f.FriendGroup(name, len(friends)) for name, friends in groups.items()]
    )


def has_room(state: State, owner: str, *names: str) -> bool:
    """Tell whether a user has groups of these names, or may create those that are missing."""
    groups = state[Friends].book.groups(owner)
    return len(groups.keys() | set(names)) <= limits.FRIEND_GROUPS_MAX


def fill(context: Context, names: list[str], friends: list[str]) -> None:
    """Put friends of the caller into each of these groups; create those that are missing.

    Raises:
        IMError: 30011 if there would be more than 32 groups; nothing is changed then.
    """
    state, owner = context.state, context.user_id
    if not has_room(state, owner, *names):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    for name in names:
        put(state, owner, name, friends)


def put(state: State, owner: str, name: str, friends: Iterable[str]) -> None:
    """Put friends into a group of a user; create it if necessary."""
    book = state[Friends].book
    if name not in book.groups(owner):
        _create(state, owner, name, friends)
        return
    newcomers = [user_id for user_id in friends if user_id not in book.groups(owner)[name]]
    if newcomers:
        book.put(owner, name, newcomers)
        emit(state, FriendsGrouped(owner, name, tuple(newcomers)))


def assign(state: State, owner: str, friend: str, names: Iterable[str]) -> None:
    """Put a friend into exactly these groups of a user, for which there is room."""
    book = state[Friends].book
    wanted = dict.fromkeys(names)
    for name in book.groups_of(owner, friend):
        if name not in wanted:
            book.take(owner, name, (friend,))
            emit(state, FriendsUngrouped(owner, name, (friend,)))
    for name in wanted:
        put(state, owner, name, (friend,))


def _create(state: State, owner: str, name: str, friends: Iterable[str]) -> None:
    members = tuple(friends)
    book = state[Friends].book
    book.make_group(owner, name)
    book.put(owner, name, members)
    emit(state, FriendGroupCreated(owner, name, members))


def _friends_of(context: Context, user_ids: Iterable[str]) -> list[str]:
    lists, owner = context.state[Friends].lists, context.user_id
    return [user_id for user_id in user_ids if lists.has(owner, user_id)]


def _check_there(context: Context, name: str) -> None:
    if name not in context.state[Friends].book.groups(context.user_id):
        raise _refused("There is no such friend group.")


def _refused(problem: str) -> IMError:
    return IMError(ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, problem)
