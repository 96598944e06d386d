"""Watches: alert when a user comes ONLINE."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from imtui.protocol.status import UserStatusType

WATCHES_MAX: Final = 200


class Watch(Struct, frozen=True):
    """A user for whom an alert is due when they come ONLINE."""

    user_id: str
    standing: bool = False
    """Whether it fires every time, not only the next time."""
    set_at: int = 0
    """The time at which it was set, in Unix milliseconds."""


class WatchesFullError(ValueError):
    """The limit of watches is reached; the message is one line with advice."""


class _Watched(Struct):
    watch: Watch
    was_away: bool
    """Whether they are not ONLINE, or were not before the current ONLINE period."""
    online: bool = False
    """Whether the last known status is ONLINE."""
    fired_at: float = float("-inf")


class Watches:
    """The watches, in the order in which they were set."""

    def __init__(
        self, watches: Iterable[Watch] = (), stable_for: float = 10.0, cooldown: float = 300.0
    ) -> None:
        """Start with the latest ``WATCHES_MAX`` of the saved watches.

        The statuses of their users are not known yet. A standing watch waits until its user was
        not ONLINE, so that it does not fire at each start of the app.
        """
        self._stable_for = stable_for
        self._cooldown = cooldown
        self._watched: dict[str, _Watched] = {}
        self._due: dict[str, float] = {}
        latest = {watch.user_id: watch for watch in watches}
        for watch in list(latest.values())[-WATCHES_MAX:]:
            self._watched[watch.user_id] = _Watched(watch, was_away=not watch.standing)

    def add(self, watch: Watch, status: UserStatusType) -> None:
        """Set a watch, in place of an earlier one for the same user.

        Args:
            watch: The watch.
            status: The user's current status; if they are ONLINE, the watch waits until they
                leave and come back.

        Raises:
            WatchesFullError: There are ``WATCHES_MAX`` others.
        """
        if watch.user_id not in self._watched and len(self._watched) >= WATCHES_MAX:
            raise WatchesFullError(f"{WATCHES_MAX} people are watched: stop watching one first.")
        self.remove(watch.user_id)
        was_gone = status is not UserStatusType.ONLINE
        self._watched[watch.user_id] = _Watched(watch, was_gone)

    def remove(self, user_id: str) -> None:
        """Remove the watch for a user, if there is one."""
        self._watched.pop(user_id, None)
        self._due.pop(user_id, None)

    def get(self, user_id: str) -> Watch | None:
        """Return the watch for a user, if there is one."""
        watched = self._watched.get(user_id)
        return None if watched is None else watched.watch

    def all(self) -> list[Watch]:
        """Return the watches in the order in which they were set."""
        return [watched.watch for watched in self._watched.values()]

    def status_changed(self, user_id: str, status: UserStatusType, now: float) -> None:
        """Handle the status of any user; ``now`` is in monotonic seconds."""
        watched = self._watched.get(user_id)
        if watched is None:
            return
        if status is UserStatusType.UNKNOWN:
            self._forget_online(watched)
        elif status is not UserStatusType.ONLINE:
            self._due.pop(user_id, None)
            watched.online, watched.was_away = False, True
        elif not watched.online:
            watched.online = True
            due = now + self._stable_for
            if watched.was_away and due >= watched.fired_at + self._cooldown:
                self._due[user_id] = due

    def connection_lost(self) -> None:
        """Handle the loss of the connection: cancel pending alerts.

        A user who was ONLINE before and is afterwards counts as ONLINE without interruption.
        """
        for watched in self._watched.values():
            self._forget_online(watched)

    def _forget_online(self, watched: _Watched) -> None:
        self._due.pop(watched.watch.user_id, None)
        if watched.online:
            watched.online = watched.was_away = False

    def due_at(self) -> float | None:
        """Return when the next watch fires without further changes, in monotonic seconds."""
        return min(self._due.values(), default=None)

    def take_due(self, now: float) -> list[Watch]:
        """Return the watches that fire now, in order, and remove those that are not standing."""
        fired: list[Watch] = []
        for user_id in [user_id for user_id, due in self._due.items() if due <= now]:
            watched = self._watched[user_id]
            fired.append(watched.watch)
            if watched.watch.standing:
                del self._due[user_id]
                watched.fired_at = now
            else:
                self.remove(user_id)
        return fired
