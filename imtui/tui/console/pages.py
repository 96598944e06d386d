"""The accounts in pages, which are loaded where they are visible and dropped elsewhere."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from imtui.tui.console.answers import AccountItem, AccountPage

PAGE_SIZE: Final = 100
PAGES_KEPT: Final = 20


class AccountPages:
    """The accounts whose ID begins with some letters, as rows.

    A cursor leads only onwards, so rows are known as far as one has looked. The place where each
    page begins is kept; of the pages themselves only the last ``PAGES_KEPT`` that were loaded.
    """

    def __init__(self, prefix: str = "") -> None:
        """Make an empty window on the accounts whose IDs start with ``prefix``."""
        self.prefix = prefix
        self.total = 0
        """How many there are, by the backend's count."""
        self._starts = [""]
        self._pages: OrderedDict[int, tuple[AccountItem, ...]] = OrderedDict()

    @property
    def length(self) -> int:
        """Return how many rows are known; a page that is not loaded yet counts as one."""
        last = len(self._starts) - 1
        # The first page is there from the start; a row for it would say that there is somebody.
        unknown = 1 if last else 0
        return last * PAGE_SIZE + len(self._pages.get(last, (None,) * unknown))

    @property
    def page_count(self) -> int:
        """Return how many pages are known."""
        return len(self._starts)

    def at(self, row: int) -> AccountItem | None:
        """Return the account in a row; None where it is not loaded."""
        number, place = divmod(row, PAGE_SIZE)
        page = self._pages.get(number, ())
        return page[place] if place < len(page) else None

    def start(self, number: int) -> str:
        """Return the cursor with which a known page is asked for."""
        return self._starts[number]

    def is_loaded(self, number: int) -> bool:
        """Tell whether the accounts of a page are here."""
        return number in self._pages

    def numbers(self, rows: range) -> range:
        """Return the known pages on which these rows are; at least the one before the end."""
        end = len(self._starts)
        first = min(rows.start // PAGE_SIZE, end - 1)
        return range(first, max(min(-(-rows.stop // PAGE_SIZE), end), first + 1))

    def put(self, number: int, start: str, page: AccountPage) -> None:
        """Take in a page that was asked for with the cursor ``start``."""
        if number >= len(self._starts) or self._starts[number] != start:
            return
        self._pages[number] = page.account_item[:PAGE_SIZE]
        self._pages.move_to_end(number)
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        self.total = page.total
        if page.next_cursor and page.account_item:
            # Accounts come and go, so the next page may begin elsewhere than it did.
            self._starts[number + 1 : number + 2] = [page.next_cursor]
        else:
            del self._starts[number + 1 :]
            for gone in [one for one in self._pages if one > number]:
                del self._pages[gone]

    def find(self, user_id: str) -> int | None:
        """Return the row of an account that is loaded."""
        return next((row for row, account in self._loaded() if account.user_id == user_id), None)

    def _loaded(self) -> Iterator[tuple[int, AccountItem]]:
        for number, page in self._pages.items():
            yield from enumerate(page, number * PAGE_SIZE)
