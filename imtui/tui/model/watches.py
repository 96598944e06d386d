"""Whom the person wants to be told of when they come ONLINE, and when that is due."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from imtui.protocol.status import UserStatusType

WATCHES_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody whose coming ONLINE is to be told."""

    user_id: str
    standing: bool = False
    """Each coming, not only the next one."""
    set_at: int = 0
    """When it was set, in Unix milliseconds."""


class WatchesFullError(ValueError):
    """There is no room for another watch; the message is one line that says what to do."""


@dataclass(slots=True)
class _Watched:
    watch: Watch
    was_away: bool
    """Whether they are gone, or were before they came: only then does their coming count."""
    online: bool = False
    """Whether they were heard of as ONLINE, and of nothing else since."""
    fired_at: float = float("-inf")


class Watches:
    """The watches, in the order in which they were set."""

    def __init__(
        self, watches: Iterable[Watch] = (), stable_for: float = 10.0, cooldown: float = 300.0
    ) -> None:
        """Begin with watches that were kept, the latest ``WATCHES_MAX`` of them.

        How their users are is not known yet. A standing one waits until its user was seen not to
        be ONLINE, so that a start of the app tells nobody of those who were there all along.
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
            status: The user's status as it is known now; while they are ONLINE, the watch waits
                for their next coming.

        Raises:
            WatchesFullError: There are ``WATCHES_MAX`` others.
        """
        if watch.user_id not in self._watched and len(self._watched) >= WATCHES_MAX:
            raise WatchesFullError(f"{WATCHES_MAX} people are watched: stop watching one first.")
        self.remove(watch.user_id)
        was_gone = status is not UserStatusType.ONLINE
        self._watched[watch.user_id] = _Watched(watch, was_gone)

    def remove(self, user_id: str) -> None:
        """Take the watch for a user away, if there is one."""
        self._watched.pop(user_id, None)
        self._due.pop(user_id, None)

    def get(self, user_id: str) -> Watch | None:
        """Return the watch for a user."""
        watched = self._watched.get(user_id)
        return None if watched is None else watched.watch

    def all(self) -> list[Watch]:
        """Return the watches in the order in which they were set."""
        return [watched.watch for watched in self._watched.values()]

    def status_changed(self, user_id: str, status: UserStatusType, now: float) -> None:
        """Take anybody's status, in monotonic seconds."""
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
        """Take note that the connection is lost: nothing pending fires.

        Whoever was ONLINE counts as having been there all along if they still are afterwards.
        """
        for watched in self._watched.values():
            self._forget_online(watched)

    def _forget_online(self, watched: _Watched) -> None:
        self._due.pop(watched.watch.user_id, None)
        if watched.online:
            watched.online = watched.was_away = False

    def due_at(self) -> float | None:
        """Return when the next watch fires if nothing changes, in monotonic seconds."""
        return min(self._due.values(), default=None)

    def take_due(self, now: float) -> list[Watch]:
        """Return the watches that fire now, the first to come first; one for once is gone then."""
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
