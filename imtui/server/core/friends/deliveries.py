"""Deliveries for changes of friends, friend requests, groups, blocklists and profiles."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from imtui.protocol import friendship as f
from imtui.protocol import messages as m
from imtui.protocol.profiles import SelfInfo
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.delivery import Deliver, Delivery, push
from imtui.server.core.friends import changes as c
from imtui.server.core.friends.friends import Friends
from imtui.server.core.friends.friendships import friend_info
from imtui.server.core.friends.requests import shown_to
from imtui.server.core.state import State

_MERGED: Final = frozenset({c.FriendsAdded, c.FriendsGrouped})
_MERGED_MAX: Final = 100
"""The most friends in one push that merges several changes."""


def merged(changes: Sequence[Change]) -> Sequence[Change]:
    """Merge changes that add a friend each.

    Otherwise the pushes for a thousand imported friends would crowd out others.
    """
    if _MERGED.isdisjoint(map(type, changes)):
        return changes
    result: list[Change] = []
    growing: dict[tuple[str, str], int] = {}
    """The indexes in the result of changes that more friends may be merged into."""
    for change in changes:
        match change:
            case c.FriendsAdded(user_id=user_id):
                key = user_id, ""
            case c.FriendsGrouped(user_id=user_id, name=name):
                key = user_id, name
            case _:
                # Nothing may move to before another change.
                if not isinstance(change, c.FriendGroupCreated):
                    growing.clear()
                result.append(change)
                continue
        earlier = result[growing[key]] if key in growing else None
        if isinstance(earlier, (c.FriendsAdded, c.FriendsGrouped)):
            friend_ids = (*earlier.friend_ids, *change.friend_ids)
            result[growing[key]] = structs.replace(earlier, friend_ids=friend_ids)
            if len(friend_ids) >= _MERGED_MAX:
                growing.clear()
        else:
            growing[key] = len(result)
            result.append(change)
    return result


def _to(state: State, user_id: str, method: m.Push, params: Struct) -> Iterable[Delivery]:
    """Push something to all sessions of an account."""
    return push(state[Accounts].sessions_of(user_id), method, params)


def _to_owner(
    method: m.Push, params_of: Callable[[Any], Struct]
) -> Callable[[State, Any], Iterable[Delivery]]:
    """Return a function that pushes a change to all sessions of its account."""

    def deliver(state: State, change: Any) -> Iterable[Delivery]:
        return _to(state, change.user_id, method, params_of(change))

    return deliver


def _friends_added(state: State, change: c.FriendsAdded) -> Iterable[Delivery]:
    session_ids = state[Accounts].sessions_of(change.user_id)
    if not session_ids:
        return ()
    friends = [friend_info(state, change.user_id, user_id) for user_id in change.friend_ids]
    return push(session_ids, m.Push.FRIEND_LIST_ADDED, m.FriendInfoList(friends))


def _noted(state: State, change: c.FriendNoted) -> Iterable[Delivery]:
    return _friend_changed(state, change.user_id, change.friend_id)


def _request_added(state: State, change: c.FriendRequestAdded) -> Iterable[Delivery]:
    for user_id in (change.request.asker, change.request.receiver):
        shown = shown_to(state, user_id, change.request)
        yield from _to(state, user_id, m.Push.FRIEND_APPLICATION_LIST_ADDED, shown)


def _request_deleted(state: State, change: c.FriendRequestDeleted) -> Iterable[Delivery]:
    two = (change.asker, change.receiver)
    for user_id, other in (two, two[::-1]):
        deleted = m.UserIDList([other])
        yield from _to(state, user_id, m.Push.FRIEND_APPLICATION_LIST_DELETED, deleted)


def _profile_changed(state: State, change: c.ProfileChanged) -> Iterable[Delivery]:
    user_id = change.info.user_id
    yield from _to(state, user_id, m.Push.SELF_INFO_UPDATED, SelfInfo(change.info))
    if change.to_friends:
        connected = state[Accounts].connected
        for owner in state[Friends].lists.owners(user_id):
            if owner in connected:
                yield from _friend_changed(state, owner, user_id)


def _friend_changed(state: State, owner: str, user_id: str) -> Iterable[Delivery]:
    # Without the status, which has a push of its own.
    friend = friend_info(state, owner, user_id, with_status=False)
    return _to(state, owner, m.Push.FRIEND_INFO_CHANGED, m.FriendInfoList([friend]))


def _group(
    change: c.FriendGroupCreated | c.FriendsGrouped | c.FriendsUngrouped,
) -> f.FriendGroupParams:
    return f.FriendGroupParams(change.name, list(change.friend_ids))


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {
    c.FriendsAdded: _friends_added,
    c.FriendsDeleted: _to_owner(
        m.Push.FRIEND_LIST_DELETED, lambda change: m.UserIDList(list(change.friend_ids))
    ),
    c.FriendNoted: _noted,
    c.FriendGroupCreated: _to_owner(m.Push.FRIEND_GROUP_CREATED, _group),
    c.FriendGroupsDeleted: _to_owner(
        m.Push.FRIEND_GROUP_DELETED, lambda change: f.DeleteFriendGroupParams(list(change.names))
    ),
    c.FriendGroupRenamed: _to_owner(
        m.Push.FRIEND_GROUP_NAME_CHANGED,
        lambda change: f.RenameFriendGroupParams(change.old, change.new),
    ),
    c.FriendsGrouped: _to_owner(m.Push.FRIENDS_ADDED_TO_GROUP, _group),
    c.FriendsUngrouped: _to_owner(m.Push.FRIENDS_DELETED_FROM_GROUP, _group),
    c.FriendRequestAdded: _request_added,
    c.FriendRequestDeleted: _request_deleted,
    c.FriendRequestsRead: _to_owner(m.Push.FRIEND_APPLICATION_LIST_READ, lambda change: m.Empty()),
    c.BlackListAdded: _to_owner(
        m.Push.BLACK_LIST_ADDED, lambda change: m.UserIDList(list(change.blocked_ids))
    ),
    c.BlackListDeleted: _to_owner(
        m.Push.BLACK_LIST_DELETED, lambda change: m.UserIDList(list(change.blocked_ids))
    ),
    c.ProfileChanged: _profile_changed,
}
