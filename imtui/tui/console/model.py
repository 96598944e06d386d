"""The console's model of the backend."""

from collections.abc import Callable
from enum import Enum, auto

from msgspec import Struct

from imtui.tui.console.admin_client import ACCOUNTS
from imtui.tui.console.answers import AccountItem, Stats
from imtui.tui.console.change_log import ChangeLog
from imtui.tui.console.pages import AccountPages
from imtui.tui.console.rates import Rates, has_restarted, rates_between

_STARTED_JITTER_MS = 2_000


class Link(Enum):
    """The state of the connection to the backend."""

    CONNECTING = auto()
    UP = auto()
    LOST = auto()


class Notice(Struct, frozen=True):
    """A message to the admin about an action."""

    words: str
    is_error: bool = False


class ConsoleModel:
    """The backend's latest answers; watchers are called after each change."""

    def __init__(self) -> None:
        """Create an empty model."""
        self.link = Link.CONNECTING
        self.reason = ""
        """Why the backend cannot be reached, in one line."""
        self.retry_at = 0
        """The time of the next attempt, in Unix milliseconds."""
        self.as_of: int | None = None
        """The time of the last answer, in Unix milliseconds."""
        self.settings: dict[str, str] = {}
        self.pending: dict[str, str] = {}
        """The requested settings that the backend has not confirmed yet."""
        self.stats: Stats | None = None
        self.rates: Rates | None = None
        self._own_calls = 0
        self.started_at = 0
        """The start of the backend in Unix milliseconds, without jitter from rounding."""
        self.accounts = AccountPages()
        self.prefix = ""
        """The requested filter: the beginning of the IDs of the accounts to show."""
        self.rows_in_sight = range(1)
        self.wants_end = False
        """Whether to load accounts up to the last one."""
        self.log = ChangeLog()
        self.refusals: dict[str, str] = {}
        """Why commands were refused, in one line each, by command."""
        self.notice: Notice | None = None
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have ``watcher`` called after each change."""
        self._watchers.append(watcher)

    def changed(self) -> None:
        """Call the watchers."""
        for watcher in self._watchers:
            watcher()

    def mark_connected(self, now: int) -> None:
        """Record that the backend answers."""
        self.link, self.reason, self.as_of = Link.UP, "", now
        self.changed()

    def mark_lost(self, reason: str, retry_at: int) -> None:
        """Record that the backend cannot be reached."""
        self.link, self.reason, self.retry_at = Link.LOST, reason, retry_at
        # A rate across an outage would be meaningless.
        self.rates = None
        self.changed()

    def update_stats(self, stats: Stats, own_calls: int = 0) -> None:
        """Store statistics; ``own_calls`` is the number of requests the console made so far."""
        before, self.stats = self.stats, stats
        own, self._own_calls = own_calls - self._own_calls, own_calls
        fresh = self.link is Link.UP
        self.rates = rates_between(before, stats, own) if before is not None and fresh else None
        if before is not None and has_restarted(before, stats):
            self.log.restart()
        if abs(stats.started_at - self.started_at) > _STARTED_JITTER_MS:
            self.started_at = stats.started_at

    def filter_accounts(self, prefix: str) -> None:
        """Request the accounts whose IDs start with a prefix, and forget an earlier refusal."""
        self.prefix = prefix
        self.refusals.pop(ACCOUNTS, None)
        self.changed()

    def narrow_log(self, words: str) -> None:
        """Show only the changes in which these words occur."""
        if words.lower() != self.log.words:
            self.log.narrow(words)
            self.changed()

    def value(self, key: str) -> str:
        """Return the position of a switch in the backend's last answer; empty if unknown."""
        return self.settings.get(key, "")

    def account(self, user_id: str) -> AccountItem | None:
        """Return an account; None if it is not loaded."""
        row = self.accounts.find(user_id)
        return None if row is None else self.accounts.at(row)

    def set_notice(self, words: str, *, is_error: bool = False) -> None:
        """Show a notice to the admin; an empty text removes it."""
        self.notice = Notice(words, is_error) if words else None
        self.changed()
