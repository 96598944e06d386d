"""The console's model of the backend."""

from collections.abc import Callable
from enum import Enum, auto

from msgspec import Struct

from imtui.tui.console.admin_client import ACCOUNTS
from imtui.tui.console.answers import AccountItem, Stats
from imtui.tui.console.change_log import ChangeLog
from imtui.tui.console.pages import AccountPages
from imtui.tui.console.rates import Rates, rates_between, started_anew

_STARTED_JITTER_MS = 2_000


class Link(Enum):
    """How the backend can be reached."""

    CONNECTING = auto()
    UP = auto()
    LOST = auto()


class Notice(Struct, frozen=True):
    """A message to the admin about an action."""

    words: str
    is_error: bool = False


class ConsoleModel:
    """The backend's answers; calls its watchers after each change."""

    def __init__(self) -> None:
        """Make an empty model."""
        self.link = Link.CONNECTING
        self.reason = ""
        """Why the backend cannot be reached, in one line."""
        self.retry_at = 0
        """When it is tried again, in Unix milliseconds."""
        self.as_of: int | None = None
        """When the backend last answered, in Unix milliseconds."""
        self.settings: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        """The settings that are on their way to the backend."""
        self.stats: Stats | None = None
        self.rates: Rates | None = None
        self._own_calls = 0
        self.started_at = 0
        """When the backend started; it stands still although its parts are rounded."""
        self.accounts = AccountPages()
        self.prefix = ""
        """What the IDs of the accounts are to begin with; they are loaded soon."""
        self.rows_in_sight = range(1)
        self.wants_end = False
        """Whether the last accounts are wanted, however many are before them."""
        self.log = ChangeLog()
        self.refusals: dict[str, str] = {}
        """Why a command was refused, in one line, by its name."""
        self.notice: Notice | None = None
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have ``watcher`` called after each change."""
        self._watchers.append(watcher)

    def changed(self) -> None:
        """Call the watchers."""
        for watcher in self._watchers:
            watcher()

    def is_up(self, now: int) -> None:
        """Note that the backend answers."""
        self.link, self.reason, self.as_of = Link.UP, "", now
        self.changed()

    def is_lost(self, reason: str, retry_at: int) -> None:
        """Note that the backend cannot be reached."""
        self.link, self.reason, self.retry_at = Link.LOST, reason, retry_at
        # A rate over the time of the outage would be meaningless.
        self.rates = None
        self.changed()

    def take_stats(self, stats: Stats, own_calls: int = 0) -> None:
        """Store statistics; ``own_calls`` is the number of the console's own requests."""
        before, self.stats = self.stats, stats
        own, self._own_calls = own_calls - self._own_calls, own_calls
        fresh = self.link is Link.UP
        self.rates = rates_between(before, stats, own) if before is not None and fresh else None
        if before is not None and started_anew(before, stats):
            self.log.restart()
        if abs(stats.started_at - self.started_at) > _STARTED_JITTER_MS:
            self.started_at = stats.started_at

    def look_for(self, prefix: str) -> None:
        """Request the accounts whose IDs start with a prefix, and drop an old refusal."""
        self.prefix = prefix
        self.refusals.pop(ACCOUNTS, None)
        self.changed()

    def value(self, key: str) -> str:
        """Return what a switch is set to, by the backend's last answer; empty if not known."""
        return self.settings.get(key, "")

    def account(self, user_id: str) -> AccountItem | None:
        """Return an account that is loaded."""
        row = self.accounts.find(user_id)
        return None if row is None else self.accounts.at(row)

    def tell(self, words: str, *, is_error: bool = False) -> None:
        """Show a notice to the admin; an empty text removes it."""
        self.notice = Notice(words, is_error) if words else None
        self.changed()
