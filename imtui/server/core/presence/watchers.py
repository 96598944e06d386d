"""The watchers of users: friends and subscribers."""

from collections.abc import Iterable, Iterator
from itertools import chain

from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.console import Console
from imtui.server.core.friends.friends import Friends
from imtui.server.core.relation import Relation, ShortRelation
from imtui.server.core.state import State
from imtui.server.core.subscriptions.part import Subscriptions


class WatchingSessions:
    """The sessions that watch users, kept until a login, list or setting changes.

    Otherwise finding them would be the largest part of the work for a status.
    """

    def __init__(self) -> None:
        """Start without any."""
        self._edits: tuple[int | Console, ...] = ()
        self._found: dict[str, list[int]] = {}

    def of(self, state: State, user_id: str) -> list[int]:
        """Return the sessions that are notified of a user's status, each once.

        Not those of users from whom it is hidden.
        """
        edits = (
            state[Accounts].session_edits,
            state[Friends].lists.edits,
            state[Subscriptions].lists.edits,
            state[Friends].blocked.edits,
            state.console,
        )
        if edits != self._edits:
            self._edits = edits
            self._found.clear()
        found = self._found.get(user_id)
        if found is None:
            found = self._found[user_id] = _watching_sessions(state, user_id)
        return found


def _watching_sessions(state: State, user_id: str) -> list[int]:
    owners: Iterable[str] = ()
    for lists in _lists_that_count(state):
        found = lists.owners(user_id)
        # A single list has no duplicates.
        owners = (
            dict.fromkeys(owners) | dict.fromkeys(found) if owners and found else owners or found
        )
    blocked = state[Friends].blocked.members(user_id) if state.console.hides_from_blocked else ()
    if blocked:
        owners = [owner for owner in owners if owner not in blocked]
    connected = state[Accounts].connected
    return list(chain.from_iterable(filter(None, map(connected.get, owners))))


def is_watcher(state: State, watcher: str, user_id: str) -> bool:
    """Tell whether an account is notified of a user's status, as far as it is shown to them."""
    return any(one.has(watcher, user_id) for one in _lists_that_count(state))


def _lists_that_count(state: State) -> Iterator[Relation | ShortRelation]:
    """Yield the lists whose owners are notified, according to the console."""
    if state.console.notifies_friends:
        yield state[Friends].lists
    if state.console.notifies_subscribers:
        yield state[Subscriptions].lists
