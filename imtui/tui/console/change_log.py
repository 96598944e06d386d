"""The log of changes, as far as it was read."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from imtui.tui.console.answers import LogItem, LogPage

KEPT: Final = 1_000
PAGE_SIZE: Final = KEPT
"""A backend may answer with the newest only, so all that can be kept is asked for."""


class ChangeLog:
    """The newest changes; each has a number that is never given again."""

    def __init__(self) -> None:
        """Make an empty log."""
        self._items: deque[LogItem] = deque(maxlen=KEPT)
        self.after = 0
        """The place in the backend's log up to which it was read."""
        self.end = 0
        """The number of the next change."""

    @property
    def first(self) -> int:
        """Return the number of the oldest change that is kept."""
        return self.end - len(self._items)

    def at(self, number: int) -> LogItem | None:
        """Return a change; None if it is not kept."""
        kept = self.first <= number < self.end
        return self._items[number - self.first] if kept else None

    def __iter__(self) -> Iterator[LogItem]:
        """Go through the changes, the oldest first."""
        return islice(self._items, None)

    def take(self, page: LogPage) -> bool:
        """Take in what was read, and tell whether there is more to read at once."""
        if 0 < page.last_index < self.after:
            self.begin_anew()
            return True
        for item in page.log_item:
            if item.index > self.after:
                self.after = item.index
                self._items.append(item)
                self.end += 1
        return len(page.log_item) >= PAGE_SIZE

    def begin_anew(self) -> None:
        """Read from the first place again: the backend started anew, and its log with it."""
        self.after = 0
