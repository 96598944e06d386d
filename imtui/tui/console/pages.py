"""The accounts in pages; visible pages are loaded, and only some others are kept."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from imtui.tui.console.answers import AccountItem, AccountPage

PAGE_SIZE: Final = 100
PAGES_KEPT: Final = 20


class AccountPages:
    """The accounts whose IDs start with a prefix, as rows.

    The backend's cursors only lead forwards, so rows are known up to the last page loaded. The
    cursors of all known pages are kept, but only the ``PAGES_KEPT`` most recently loaded pages.
    """

    def __init__(self, prefix: str = "") -> None:
        """Create the rows of accounts whose IDs start with ``prefix``; no page is loaded yet."""
        self.prefix = prefix
        self.total = 0
        """The number of accounts that the backend reports."""
        self._starts = [""]
        self._pages: OrderedDict[int, tuple[AccountItem, ...]] = OrderedDict()

    @property
    def length(self) -> int:
        """Return the number of known rows; a page that is not loaded yet counts as one."""
        last = len(self._starts) - 1
        # Before the first page is loaded there may be no account at all, so it counts as none.
        unknown = 1 if last else 0
        return last * PAGE_SIZE + len(self._pages.get(last, (None,) * unknown))

    @property
    def page_count(self) -> int:
        """Return the number of known pages."""
        return len(self._starts)

    def at(self, row: int) -> AccountItem | None:
        """Return the account in a row; None if it is not loaded."""
        number, place = divmod(row, PAGE_SIZE)
        page = self._pages.get(number, ())
        return page[place] if place < len(page) else None

    def start(self, number: int) -> str:
        """Return the cursor that requests a known page."""
        return self._starts[number]

    def is_loaded(self, number: int) -> bool:
        """Return whether a page is loaded."""
        return number in self._pages

    def numbers(self, rows: range) -> range:
        """Return the numbers of the known pages with these rows; at least one page."""
        end = len(self._starts)
        first = min(rows.start // PAGE_SIZE, end - 1)
        return range(first, max(min(-(-rows.stop // PAGE_SIZE), end), first + 1))

    def put(self, number: int, start: str, page: AccountPage) -> None:
        """Store a page that was requested with the cursor ``start``."""
        if number >= len(self._starts) or self._starts[number] != start:
            return
        self._pages[number] = page.account_item[:PAGE_SIZE]
        self._pages.move_to_end(number)
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        self.total = page.total
        if page.next_cursor and page.account_item:
            # Accounts come and go, so the next page may start at another account than before.
            self._starts[number + 1 : number + 2] = [page.next_cursor]
        else:
            del self._starts[number + 1 :]
            for gone in [one for one in self._pages if one > number]:
                del self._pages[gone]

    def find(self, user_id: str) -> int | None:
        """Return the row of an account; None if it is not loaded."""
        return next((row for row, account in self._loaded() if account.user_id == user_id), None)

    def _loaded(self) -> Iterator[tuple[int, AccountItem]]:
        for number, page in self._pages.items():
            yield from enumerate(page, number * PAGE_SIZE)
