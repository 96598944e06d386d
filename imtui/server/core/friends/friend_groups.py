"""Friend groups: the names under which a user sorts friends."""

from collections.abc import Iterable

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.friendship import FriendGroup
from imtui.protocol.identifiers import check_group_name, check_some_user_ids, check_user_ids
from imtui.server.core.app import App
from imtui.server.core.changes import (
    FriendGroupCreated,
    FriendGroupRenamed,
    FriendGroupsDeleted,
    FriendsGrouped,
    FriendsUngrouped,
)


def create(app: App, owner: str, name: str, user_ids: list[str]) -> None:
    """Make a friend group of an account, with those of some users who are friends.

    Raises:
        IMError: 6017; 9005 for a name that is empty or has more than 30 bytes; 30001 if
            there is such a group; 30011 if there are 32.
    """
    name = check_group_name(name)
    unique = check_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    if name in app.book.groups(owner):
        raise _refused(f"There is a friend group {name} already.")
    if not has_room(app, owner, name):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    _make(app, owner, name, [user_id for user_id in unique if app.friends.has(owner, user_id)])


def delete(app: App, owner: str, names: list[str]) -> None:
    """Delete friend groups of an account; the friends in them stay friends.

    Raises:
        IMError: 6017 for none or more than 32; 30001 if none of them is there.
    """
    unique = dict.fromkeys(names)
    if not 1 <= len(unique) <= limits.FRIEND_GROUPS_MAX:
        raise invalid_parameters("groupNameList", f"1 to {limits.FRIEND_GROUPS_MAX} groups a call")
    going = [name for name in unique if name in app.book.groups(owner)]
    if not going:
        raise _refused("There is no such friend group.")
    for name in going:
        app.book.drop_group(owner, name)
    app.say_of_friends(FriendGroupsDeleted(owner, tuple(going)))


def rename(app: App, owner: str, old: str, new: str) -> None:
    """Rename a friend group of an account; to the name that it has is no change.

    Raises:
        IMError: 6017; 9005 for a new name that is empty or has more than 30 bytes; 30001 if
            there is no such group, or another one has the name.
    """
    new = check_group_name(new, "newName")
    _check_there(app, owner, old)
    if new == old:
        return
    if new in app.book.groups(owner):
        raise _refused(f"There is a friend group {new} already.")
    app.book.rename_group(owner, old, new)
    app.say_of_friends(FriendGroupRenamed(owner, old, new))


def add_friends(app: App, owner: str, name: str, user_ids: list[str]) -> None:
    """Put friends of an account into a group; who is there already stays.

    Raises:
        IMError: 6017; 30001 if there is no such group or none of the users is a friend.
    """
    unique = check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    _check_there(app, owner, name)
    friends = [user_id for user_id in unique if app.friends.has(owner, user_id)]
    if not friends:
        raise _refused("None of them is a friend.")
    put(app, owner, name, friends)


def delete_friends(app: App, owner: str, name: str, user_ids: list[str]) -> None:
    """Take friends of an account out of a group; who is not in it is passed over.

    Raises:
        IMError: 6017; 30001 if there is no such group.
    """
    unique = check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    _check_there(app, owner, name)
    going = [user_id for user_id in unique if user_id in app.book.groups(owner)[name]]
    if going:
        app.book.take(owner, name, going)
        app.say_of_friends(FriendsUngrouped(owner, name, tuple(going)))


def get_list(app: App, own: str) -> list[FriendGroup]:
    """Return the friend groups of an account in the order in which they were made."""
    groups = app.book.groups(own)
    return [FriendGroup(name, len(friends)) for name, friends in groups.items()]


def has_room(app: App, owner: str, *names: str) -> bool:
    """Tell whether a user has groups of these names, or may make those that are missing."""
    return len(app.book.groups(owner).keys() | set(names)) <= limits.FRIEND_GROUPS_MAX


def put(app: App, owner: str, name: str, friends: Iterable[str]) -> None:
    """Put friends into a group of a user, made if it is not there."""
    if name not in app.book.groups(owner):
        _make(app, owner, name, friends)
        return
    coming = [user_id for user_id in friends if user_id not in app.book.groups(owner)[name]]
    if coming:
        app.book.put(owner, name, coming)
        app.say_of_friends(FriendsGrouped(owner, name, tuple(coming)))


def assign(app: App, owner: str, friend: str, names: Iterable[str]) -> None:
    """Put a friend into these groups of a user, for which there is room, and into no others."""
    wanted = dict.fromkeys(names)
    for name in app.book.groups_of(owner, friend):
        if name not in wanted:
            app.book.take(owner, name, (friend,))
            app.say_of_friends(FriendsUngrouped(owner, name, (friend,)))
    for name in wanted:
        put(app, owner, name, (friend,))


def _make(app: App, owner: str, name: str, friends: Iterable[str]) -> None:
    members = tuple(friends)
    app.book.make_group(owner, name)
    app.book.put(owner, name, members)
    app.say_of_friends(FriendGroupCreated(owner, name, members))


def _check_there(app: App, owner: str, name: str) -> None:
    if name not in app.book.groups(owner):
        raise _refused("There is no such friend group.")


def _refused(problem: str) -> IMError:
    return IMError(ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, problem)
