"""The state of the connection to the backend, for display."""

from collections.abc import Callable
from enum import Enum

from imtui.protocol.safe_text import safe_text
from imtui.tui.model.events import EventKind
from imtui.tui.model.feed import Feed


class Link(Enum):
    """The state of the connection."""

    STARTING = "starting"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    """Lost; the next attempt is due at ``retry_at``."""
    STOPPED = "stopped"
    """Logged out, kicked or refused; there is no further attempt until the user asks for one."""


class Connection:
    """The state of the connection, and whether the statuses are stale."""

    def __init__(self, feed: Feed, now: Callable[[], int]) -> None:
        """Start without a connection; ``now`` returns Unix milliseconds."""
        self._feed = feed
        self._now = now
        self.link = Link.STARTING
        self.retry_at = 0
        """When the next attempt is due, in Unix milliseconds, while waiting."""
        self.reason = ""
        """Why there is no connection, in one line."""
        self._logged_in = False
        """Whether a login has succeeded and was not lost since."""
        self.as_of: int | None = None
        """When the statuses were last up to date; None if they are now."""

    @property
    def stale(self) -> bool:
        """Tell whether the statuses are stale."""
        return self.as_of is not None

    def connecting(self) -> None:
        """Handle the start of an attempt to connect."""
        self._note_loss()
        self.link = Link.CONNECTING
        self._feed.head_changed()

    def connected(self) -> None:
        """Handle an established connection with up-to-date statuses."""
        if self.link is Link.CONNECTED and not self.stale:
            return
        again = self.stale
        self.link = Link.CONNECTED
        self._logged_in = True
        self.reason = ""
        self.as_of = None
        self._feed.emit(EventKind.CONNECTION, "connected again" if again else "connected")
        self._feed.head_changed()
        self._feed.roster_changed()

    def waiting(self, delay: float, reason: str = "") -> None:
        """Handle a wait of ``delay`` seconds before the next attempt."""
        self._note_loss()
        self.link = Link.WAITING
        self.retry_at = self._now() + round(delay * 1000)
        if reason:
            self.reason = safe_text(reason)
        self._feed.head_changed()

    def stopped(self, reason: str) -> None:
        """Handle an end of the connection after which there is no automatic attempt."""
        self._mark_stale()
        self.link = Link.STOPPED
        self.reason = safe_text(reason)
        self._feed.emit(EventKind.CONNECTION, reason)
        self._feed.head_changed()

    def login_succeeded(self) -> None:
        """Handle a login; from now on statuses arrive, before ``connected`` confirms them all."""
        self._logged_in = True

    def outdated(self) -> None:
        """Handle that changes were missed while connected, until ``connected`` confirms all."""
        if self.link is not Link.CONNECTED:
            return
        self._mark_stale()
        self._logged_in = True
        self.link = Link.CONNECTING
        self._feed.emit(EventKind.CONNECTION, "missed changes, which are loaded again")
        self._feed.head_changed()

    def _note_loss(self) -> None:
        if self._logged_in:
            self._mark_stale()
            self._feed.emit(EventKind.CONNECTION, "connection lost")

    def _mark_stale(self) -> None:
        if self.as_of is None and self._logged_in:
            self.as_of = self._now()
            self._feed.roster_changed()
        self._logged_in = False
