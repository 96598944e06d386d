"""Deliveries for changes of statuses and of watchers."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.protocol.jsonrpc import encode
from imtui.protocol.messages import Push, UserStatusList
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.delivery import Deliver, Delivery, ForgetDelivery, StatusDelivery, push
from imtui.server.core.friends.changes import BlackListAdded, BlackListDeleted, FriendsDeleted
from imtui.server.core.friends.friends import Friends
from imtui.server.core.friends.hiding import status_for
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.core.presence.watchers import WatchingSessions, is_watcher
from imtui.server.core.state import State
from imtui.server.core.subscriptions.changes import SubscriptionsChanged


def _status(state: State, change: StatusChanged) -> Iterable[Delivery]:
    user_id = change.status.user_id
    own = state[Accounts].sessions_of(user_id)
    yield from push(own, Push.USER_STATUS_CHANGED, UserStatusList([change.own]))
    if change.to_watchers:
        watching = state[WatchingSessions].of(state, user_id)
        if watching:
            yield StatusDelivery(user_id, encode(change.status), watching)


def _blocked(state: State, change: BlackListAdded | BlackListDeleted) -> Iterable[Delivery]:
    if state.console.hides_from_blocked:
        yield from _shown_anew(state, change.user_id, change.blocked_ids)


def _console(state: State, change: ConsoleChanged) -> Iterable[Delivery]:
    if "block_hides_status" in change.changed:
        blocked = state[Friends].blocked
        for user_id in blocked:
            yield from _shown_anew(state, user_id, blocked.members(user_id))


def _shown_anew(state: State, user_id: str, watchers: Iterable[str]) -> Iterable[Delivery]:
    """Tell watchers the status that they are shown from now on.

    Not at the next tick, where all watchers get the same, and without what still waits for it.
    """
    accounts = state[Accounts]
    for watcher in watchers:
        session_ids = accounts.sessions_of(watcher)
        if session_ids and is_watcher(state, watcher, user_id):
            yield ForgetDelivery(session_ids, (user_id,))
            shown = UserStatusList([status_for(state, watcher, accounts[user_id])])
            yield from push(session_ids, Push.USER_STATUS_CHANGED, shown)


def _unsubscribed(state: State, change: SubscriptionsChanged) -> Iterable[Delivery]:
    return _forgotten(state, change.user_id, change.removed)


def _friends_deleted(state: State, change: FriendsDeleted) -> Iterable[Delivery]:
    return _forgotten(state, change.user_id, change.friend_ids)


def _forgotten(state: State, watcher: str, user_ids: tuple[str, ...]) -> Iterable[Delivery]:
    unwatched = tuple(user_id for user_id in user_ids if not is_watcher(state, watcher, user_id))
    session_ids = state[Accounts].sessions_of(watcher)
    return (ForgetDelivery(session_ids, unwatched),) if unwatched and session_ids else ()


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {
    StatusChanged: _status,
    SubscriptionsChanged: _unsubscribed,
    FriendsDeleted: _friends_deleted,
    BlackListAdded: _blocked,
    BlackListDeleted: _blocked,
    ConsoleChanged: _console,
}
