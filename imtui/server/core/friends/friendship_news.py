"""Which accounts are told what of changes of friendships and profiles."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

from msgspec import Struct

from imtui.protocol import friendship as f
from imtui.protocol import messages as m
from imtui.protocol.profiles import SelfInfo
from imtui.server.core import changes as c
from imtui.server.core.friendship_service import FriendshipService

_MERGED_MAX: Final = 100
"""So many friends are told of in one push that is made of several changes."""


class Told(NamedTuple):
    """A push to all devices of an account."""

    user_id: str
    push: m.Push
    params: Struct


def merged(changes: Iterable[c.Change]) -> list[c.Change]:
    """Make few changes of many that tell of one new friend each.

    Otherwise the pushes of a thousand friends who are imported at once would crowd out others.
    """
    result: list[c.Change] = []
    growing: dict[tuple[str, str], int] = {}
    """Where in the result those are that more friends may be added to."""
    for change in changes:
        match change:
            case c.FriendsAdded(user_id=user_id):
                key = user_id, ""
            case c.FriendsGrouped(user_id=user_id, name=name):
                key = user_id, name
            case _:
                # All that comes after anything else stays after it.
                if not isinstance(change, c.FriendGroupCreated):
                    growing.clear()
                result.append(change)
                continue
        earlier = result[growing[key]] if key in growing else None
        if isinstance(earlier, (c.FriendsAdded, c.FriendsGrouped)):
            friend_ids = (*earlier.friend_ids, *change.friend_ids)
            result[growing[key]] = replace(earlier, friend_ids=friend_ids)
            if len(friend_ids) >= _MERGED_MAX:
                growing.clear()
        else:
            growing[key] = len(result)
            result.append(change)
    return result


def _friends_added(core: FriendshipService, change: c.FriendsAdded) -> Iterator[Told]:
    friends = [core.friend_info(change.user_id, user_id) for user_id in change.friend_ids]
    yield Told(change.user_id, m.Push.FRIEND_LIST_ADDED, m.FriendInfoList(friends))


def _friends_deleted(core: FriendshipService, change: c.FriendsDeleted) -> Iterator[Told]:
    gone = m.UserIDList(list(change.friend_ids))
    yield Told(change.user_id, m.Push.FRIEND_LIST_DELETED, gone)


def _noted(core: FriendshipService, change: c.FriendNoted) -> Iterator[Told]:
    yield _friend_changed(core, change.user_id, change.friend_id)


def _group_created(core: FriendshipService, change: c.FriendGroupCreated) -> Iterator[Told]:
    yield _grouping(m.Push.FRIEND_GROUP_CREATED, change)


def _groups_deleted(core: FriendshipService, change: c.FriendGroupsDeleted) -> Iterator[Told]:
    gone = f.DeleteFriendGroupParams(list(change.names))
    yield Told(change.user_id, m.Push.FRIEND_GROUP_DELETED, gone)


def _group_renamed(core: FriendshipService, change: c.FriendGroupRenamed) -> Iterator[Told]:
    names = f.RenameFriendGroupParams(change.old, change.new)
    yield Told(change.user_id, m.Push.FRIEND_GROUP_NAME_CHANGED, names)


def _grouped(core: FriendshipService, change: c.FriendsGrouped) -> Iterator[Told]:
    yield _grouping(m.Push.FRIENDS_ADDED_TO_GROUP, change)


def _ungrouped(core: FriendshipService, change: c.FriendsUngrouped) -> Iterator[Told]:
    yield _grouping(m.Push.FRIENDS_DELETED_FROM_GROUP, change)


def _application_added(core: FriendshipService, change: c.ApplicationAdded) -> Iterator[Told]:
    application = change.application
    for user_id in (application.asker, application.receiver):
        shown = core.application_shown(user_id, application)
        yield Told(user_id, m.Push.FRIEND_APPLICATION_LIST_ADDED, shown)


def _application_deleted(core: FriendshipService, change: c.ApplicationDeleted) -> Iterator[Told]:
    two = (change.asker, change.receiver)
    for user_id, other in (two, two[::-1]):
        yield Told(user_id, m.Push.FRIEND_APPLICATION_LIST_DELETED, m.UserIDList([other]))


def _applications_read(core: FriendshipService, change: c.ApplicationsRead) -> Iterator[Told]:
    yield Told(change.user_id, m.Push.FRIEND_APPLICATION_LIST_READ, m.Empty())


def _blocked(core: FriendshipService, change: c.BlackListAdded) -> Iterator[Told]:
    yield Told(change.user_id, m.Push.BLACK_LIST_ADDED, m.UserIDList(list(change.blocked_ids)))


def _unblocked(core: FriendshipService, change: c.BlackListDeleted) -> Iterator[Told]:
    yield Told(change.user_id, m.Push.BLACK_LIST_DELETED, m.UserIDList(list(change.blocked_ids)))


def _profile_changed(core: FriendshipService, change: c.ProfileChanged) -> Iterator[Told]:
    user_id = change.info.user_id
    yield Told(user_id, m.Push.SELF_INFO_UPDATED, SelfInfo(change.info))
    if change.to_friends:
        for owner in core.connected_owners(user_id):
            yield _friend_changed(core, owner, user_id)


def _friend_changed(core: FriendshipService, owner: str, user_id: str) -> Told:
    # Without a status: those have a push of their own, which is merged with others.
    friend = core.friend_info(owner, user_id, with_status=False)
    return Told(owner, m.Push.FRIEND_INFO_CHANGED, m.FriendInfoList([friend]))


def _grouping(
    push: m.Push, change: c.FriendGroupCreated | c.FriendsGrouped | c.FriendsUngrouped
) -> Told:
    params = f.FriendGroupParams(change.name, list(change.friend_ids))
    return Told(change.user_id, push, params)


FRIENDSHIP_NEWS: Final[dict[type, Callable[[FriendshipService, Any], Iterable[Told]]]] = {
    c.FriendsAdded: _friends_added,
    c.FriendsDeleted: _friends_deleted,
    c.FriendNoted: _noted,
    c.FriendGroupCreated: _group_created,
    c.FriendGroupsDeleted: _groups_deleted,
    c.FriendGroupRenamed: _group_renamed,
    c.FriendsGrouped: _grouped,
    c.FriendsUngrouped: _ungrouped,
    c.ApplicationAdded: _application_added,
    c.ApplicationDeleted: _application_deleted,
    c.ApplicationsRead: _applications_read,
    c.BlackListAdded: _blocked,
    c.BlackListDeleted: _unblocked,
    c.ProfileChanged: _profile_changed,
}
