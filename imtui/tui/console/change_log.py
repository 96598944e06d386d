"""The newest changes read from the backend's log."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from imtui.protocol.rest.log_item import LogItem
from imtui.tui.console.answers import LogPage

KEPT: Final = 1_000
PAGE_SIZE: Final = KEPT
"""A backend may return only the newest entries, so ask for as many as are kept."""


class ChangeLog:
    """The newest changes, each with a unique number."""

    def __init__(self) -> None:
        """Create an empty log."""
        self._items: deque[LogItem] = deque(maxlen=KEPT)
        self._shown: deque[LogItem] = deque(maxlen=KEPT)
        """Those that match the words."""
        self.words = ""
        """The search text, in lower case; empty shows all."""
        self.after = 0
        """The index of the last entry read from the backend's log."""
        self.end = 0
        """The number of the next change."""
        self._shown_until = 0
        """The time of the newest entry from before the backend's restart."""

    @property
    def first(self) -> int:
        """Return the number of the oldest change that is shown."""
        return self.end - len(self._shown)

    def at(self, number: int) -> LogItem | None:
        """Return the change with this number; None if it is not shown."""
        kept = self.first <= number < self.end
        return self._shown[number - self.first] if kept else None

    def __iter__(self) -> Iterator[LogItem]:
        """Iterate over the kept changes, oldest first."""
        return islice(self._items, None)

    def add_page(self, page: LogPage) -> bool:
        """Add a page, and return whether the next one should be read at once."""
        if 0 < page.last_index < self.after:
            self.restart()
            return True
        for item in page.log_item:
            if item.index > self.after:
                self.after = item.index
                if item.is_audit and item.time <= self._shown_until:
                    continue
                self._items.append(item)
                if _matches(item, self.words):
                    self._shown.append(item)
                    self.end += 1
        return len(page.log_item) >= PAGE_SIZE

    def narrow(self, words: str) -> None:
        """Show only the changes in which these words occur, with new numbers."""
        self.words = words.lower()
        matching = [item for item in self._items if _matches(item, self.words)]
        self._shown = deque(matching, maxlen=KEPT)
        self.end += len(matching) + 1

    def restart(self) -> None:
        """Read from the start again, after the backend restarted.

        Its log has no changes then, but still the entries of the audit log.
        """
        self.after = 0
        self._shown_until = max((item.time for item in self._items), default=0)


def _matches(item: LogItem, words: str) -> bool:
    """Tell whether some words, in lower case, occur in an entry."""
    code = str(item.code) if item.is_audit else ""
    whole = f"{item.user_id} {item.event} {item.text} {item.address} {code}"
    return words in whole.lower()
