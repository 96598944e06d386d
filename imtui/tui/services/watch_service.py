"""Fire watches when their users come ONLINE."""

from collections.abc import Callable, Iterable

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.clock import Clock, Handle
from imtui.tui.model.model import Model
from imtui.tui.model.watches import Watch, Watches


class WatchService:
    """The watches of an account, driven by the model and the clock."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        on_fired: Callable[[Watch], None],
        save: Callable[[tuple[Watch, ...]], None],
    ) -> None:
        """Create the service.

        Args:
            model: The model.
            clock: The time.
            on_fired: Called with each watch that fires.
            save: Called with the watches after each change.
        """
        self._model = model
        self._clock = clock
        self._on_fired = on_fired
        self._save = save
        self._watches = Watches()
        self._due: Handle | None = None
        self._was_stale = False
        model.add_status_listener(self._status_changed)
        model.feed.add_listener(self._connection_changed)

    def start(self, watches: Iterable[Watch]) -> None:
        """Start with the saved watches; the statuses are not known yet."""
        self._watches = Watches(watches)

    def get(self, user_id: str) -> Watch | None:
        """Return the watch for a user, if there is one."""
        return self._watches.get(user_id)

    def all(self) -> list[Watch]:
        """Return the watches in the order in which they were set."""
        return self._watches.all()

    def add_watch(self, watch: Watch, status: UserStatusType) -> None:
        """Add a watch for a user with the current general status ``status``.

        Raises:
            WatchesFullError: There are too many watches.
        """
        self._watches.add(watch, status)
        self._watches_changed()

    def remove_watch(self, user_id: str) -> None:
        """Remove the watch for a user."""
        self._watches.remove(user_id)
        self._watches_changed()

    def _watches_changed(self) -> None:
        self._save(tuple(self._watches.all()))
        self._model.feed.roster_changed()

    def _status_changed(self, user_id: str, status: UserStatusType) -> None:
        self._watches.status_changed(user_id, status, self._clock.monotonic())
        if self._watches.get(user_id) is not None:
            self._schedule()

    def _connection_changed(self) -> None:
        if self._model.connection.stale and not self._was_stale:
            self._watches.connection_lost()
            self._schedule()
        self._was_stale = self._model.connection.stale

    def _schedule(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
        at = self._watches.due_at()
        if at is not None:
            self._due = self._clock.call_later(at - self._clock.monotonic(), self._fire)

    def _fire(self) -> None:
        self._due = None
        fired = self._watches.take_due(self._clock.monotonic())
        if any(not watch.standing for watch in fired):
            self._watches_changed()
        for watch in fired:
            self._on_fired(watch)
        self._schedule()
