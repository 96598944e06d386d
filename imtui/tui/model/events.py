"""The bounded log of events that the event pane shows."""

from collections import deque
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.search_key import search_key

EVENTS_MAX: Final = 10_000
FLAPPING_MS: Final = 60_000
"""Successive status changes of one user within this time are merged into one line."""

FLOOD_MS: Final = 10_000
"""Bursts within one such interval of the clock are merged into one line."""


class EventKind(StrEnum):
    """The subject of an event."""

    OWN = "own"
    DEVICE = "device"
    FRIEND = "friend"
    OTHER = "other"
    CONNECTION = "connection"
    NOTICE = "notice"


KIND_MARKS: Final = {
    EventKind.OWN: ">",
    EventKind.DEVICE: "#",
    EventKind.FRIEND: " ",
    EventKind.OTHER: "~",
    EventKind.CONNECTION: "!",
    EventKind.NOTICE: "-",
}
"""The mark of each kind, so that kinds differ by more than their colour."""

KIND_WORDS: Final = {
    EventKind.OWN: "your own status, with the device that changed it",
    EventKind.DEVICE: "your devices coming and going",
    EventKind.FRIEND: "a friend",
    EventKind.OTHER: "somebody you subscribed to who is not a friend",
    EventKind.CONNECTION: "the connection",
    EventKind.NOTICE: "an answer or a notice",
}

KIND_NAMES: Final = {
    EventKind.OWN: "own",
    EventKind.DEVICE: "devices",
    EventKind.FRIEND: "friends",
    EventKind.OTHER: "others",
    EventKind.CONNECTION: "connection",
    EventKind.NOTICE: "notices",
}
"""The title of the event pane while it shows only one kind."""


class Tally(Struct, frozen=True):
    """The numbers of changes in a burst."""

    noun: str
    """``friend`` or ``user``."""
    counts: tuple[tuple[UserStatusType | None, int], ...]
    """The number of changes to each general status; None stands for new texts."""

    def __add__(self, other: "Tally") -> "Tally":
        """Return the sum of two."""
        sums = dict(self.counts)
        for status, number in other.counts:
            sums[status] = sums.get(status, 0) + number
        return Tally(self.noun, tuple(sums.items()))

    def __str__(self) -> str:
        """Return ``12 friends online · 3 friends offline · 2 new texts``."""
        numbers = dict(self.counts)
        parts = [
            counted(numbers[status], self.noun) + f" {status.name.lower()}"
            for status in UserStatusType
            if numbers.get(status)
        ]
        if texts := numbers.get(None):
            parts.append(counted(texts, "new text"))
        return " · ".join(parts)


def counted(number: int, noun: str) -> str:
    """Return ``1 friend`` or ``2 friends``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Event(Struct, frozen=True, gc=False):
    """One line of the event pane; all of its text is safe to show."""

    at: int
    """The time in Unix milliseconds."""
    kind: EventKind
    who: str = ""
    """The user or device that changed; empty for none."""
    status: UserStatusType | None = None
    """The new general status, if it changed."""
    text: str = ""
    """The new custom text, if it was set."""
    description: str = ""
    """A description by the app."""
    source: str = ""
    """The origin of the change, such as ``from phone (Android)``."""
    times: int = 1
    """The number of events merged into this one."""

    def matches(self, words: str) -> bool:
        """Tell whether the event contains each of the words."""
        if not words:
            return True
        status = "" if self.status is None else self.status.name
        content = search_key(" ".join((self.who, status, self.text, self.description, self.source)))
        return all(word in content for word in search_key(words).split())


class Burst(Event, frozen=True, gc=False, kw_only=True):
    """The event for many changes at once, described by their numbers."""

    tally: Tally


def burst(at: int, kind: EventKind, tally: Tally) -> Burst:
    """Return the event that tells the numbers of many changes."""
    return Burst(at, kind, description=str(tally), tally=tally)


def _is_flapping(last: Event, new: Event) -> bool:
    bare = not (last.text or last.description or new.text or new.description)
    return (
        bare
        and bool(new.who)
        and (last.kind, last.who) == (new.kind, new.who)
        and new.at - last.at <= FLAPPING_MS
    )


def _merged_bursts(last: Burst, new: Burst) -> Burst | None:
    if new.at // FLOOD_MS != last.at // FLOOD_MS or last.tally.noun != new.tally.noun:
        return None
    return burst(new.at, new.kind, last.tally + new.tally)


def merged(last: Event, new: Event) -> Event | None:
    """Return one event for both if ``new`` can be merged into ``last``, else None.

    Equal events and successive status changes of one user are merged into the later one, with
    their number. The counts of successive bursts are added.
    """
    if isinstance(last, Burst) and isinstance(new, Burst):
        return _merged_bursts(last, new)
    same = replace(last, at=new.at, times=1) == new
    return replace(new, times=last.times + 1) if same or _is_flapping(last, new) else None


class EventLog:
    """The newest events, at most ``EVENTS_MAX``, numbered from the start of the app."""

    def __init__(self, most: int = EVENTS_MAX) -> None:
        """Create an empty log for at most ``most`` events."""
        self._events: deque[Event] = deque(maxlen=most)
        self._added = 0

    def add(self, event: Event) -> None:
        """Append an event or merge it into the last one, dropping the oldest if the log is full."""
        if self._events and (both := merged(self._events[-1], event)) is not None:
            self._events[-1] = both
            return
        self._events.append(event)
        self._added += 1

    @property
    def first(self) -> int:
        """Return the number of the oldest event in the log."""
        return self._added - len(self._events)

    @property
    def end(self) -> int:
        """Return the number of the next event."""
        return self._added

    @property
    def last(self) -> Event | None:
        """Return the newest event, including what was merged into it."""
        return self._events[-1] if self._events else None

    def at(self, number: int) -> Event | None:
        """Return the event with a number, or None if it is not in the log."""
        place = number - self.first
        return self._events[place] if 0 <= place < len(self._events) else None

    def since(self, number: int) -> Iterator[Event]:
        """Return the events from ``number`` on."""
        return islice(self._events, max(number - self.first, 0), None)

    def __len__(self) -> int:
        """Return the number of events in the log."""
        return len(self._events)

    def __iter__(self) -> Iterator[Event]:
        """Iterate over the events, the oldest first."""
        return iter(self._events)
