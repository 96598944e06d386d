"""The change feed: what to redraw, the event log, and the listeners."""

from collections.abc import Callable

from msgspec import Struct, field

from imtui.protocol.safe_text import safe_text
from imtui.tui.model.events import Event, EventKind, EventLog


class Changed(Struct):
    """The parts that changed since the last call of ``Feed.take_changed``."""

    people: set[str] = field(default_factory=set)
    roster: bool = False
    """Whether the friend list gained or lost users, or must be redrawn completely."""
    head: bool = False
    """Whether the own status, the devices or the connection changed."""
    chats: set[str] = field(default_factory=set)
    """The user IDs of the changed conversations."""


class Feed:
    """The event log, and the set of parts to redraw."""

    def __init__(self, now: Callable[[], int]) -> None:
        """Start empty; ``now`` returns Unix milliseconds."""
        self._now = now
        self._listeners: list[Callable[[], None]] = []
        self.changed = Changed()
        """The parts that changed so far; call ``notify`` after adding to it."""
        self.events = EventLog()

    def add_listener(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` after each change."""
        self._listeners.append(callback)

    def notify(self) -> None:
        """Call all listeners."""
        for callback in self._listeners:
            callback()

    def take_changed(self) -> Changed:
        """Return the parts that changed since the last call."""
        changed, self.changed = self.changed, Changed()
        return changed

    def head_changed(self) -> None:
        """Mark the own status, the devices and the connection as changed."""
        self.changed.head = True
        self.notify()

    def roster_changed(self) -> None:
        """Mark the whole friend list as changed."""
        self.changed.roster = True
        self.notify()

    def emit(self, kind: EventKind, description: str, *, who: str = "", source: str = "") -> None:
        """Add an event with a description by the app."""
        self.add_event(
            Event(
                self._now(), kind, safe_text(who), description=safe_text(description), source=source
            )
        )

    def add_event(self, event: Event) -> None:
        """Append an event to the log."""
        self.events.add(event)
        self.notify()
