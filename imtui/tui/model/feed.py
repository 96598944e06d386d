"""What changed since it was last drawn, what is told of it, and who is woken."""

from collections.abc import Callable

from msgspec import Struct, field

from imtui.protocol.safe_text import safe_text
from imtui.tui.model.events import Event, EventKind, EventLog


class Changed(Struct):
    """What changed since the last call of ``Feed.take_changed``."""

    people: set[str] = field(default_factory=set)
    roster: bool = False
    """Whether somebody entered or left the list, or all of it looks different."""
    head: bool = False
    """Whether the own status, the devices or the connection changed."""
    chats: set[str] = field(default_factory=set)
    """The users whose conversations changed."""


class Feed:
    """The events, and the set of what has to be drawn anew."""

    def __init__(self, now: Callable[[], int]) -> None:
        """Start empty; ``now`` returns Unix milliseconds."""
        self._now = now
        self._listeners: list[Callable[[], None]] = []
        self.changed = Changed()
        """What changed so far; those who add to it call ``wake``."""
        self.events = EventLog()

    def add_listener(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever something changed."""
        self._listeners.append(callback)

    def notify(self) -> None:
        """Call all watchers."""
        for callback in self._listeners:
            callback()

    def take_changed(self) -> Changed:
        """Return what changed since the last call."""
        changed, self.changed = self.changed, Changed()
        return changed

    def head_changed(self) -> None:
        """Have the own status, the devices and the connection drawn anew."""
        self.changed.head = True
        self.notify()

    def roster_changed(self) -> None:
        """Have the whole friend list drawn anew."""
        self.changed.roster = True
        self.notify()

    def emit(self, kind: EventKind, words: str, *, who: str = "", source: str = "") -> None:
        """Add an event in words of ours."""
        self.add_event(
            Event(self._now(), kind, safe_text(who), description=safe_text(words), source=source)
        )

    def add_event(self, event: Event) -> None:
        """Add an event."""
        self.events.add(event)
        self.notify()
