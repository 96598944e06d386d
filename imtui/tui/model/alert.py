"""Alerts, and the channels by which they reach the user."""

from enum import StrEnum

from msgspec import Struct


class AlertKind(StrEnum):
    """The cause of an alert."""

    WATCH = "watch"
    """A watched user came ONLINE."""
    OVERWRITTEN = "overwritten"
    """Another device replaced the text that this one had set."""
    MESSAGE = "message"
    """A message arrived."""
    REQUEST = "request"
    """A friend request arrived."""


class Alert(Struct, frozen=True):
    """An event that the user should notice."""

    kind: AlertKind
    who: str
    """The user that caused it; empty for several."""
    text: str
    without_words: str = ""
    """The text without the words of others; empty if there are none in it."""

    @property
    def gist(self) -> str:
        """Return the text without the words of others."""
        return self.without_words or self.text


class Quiet(Struct, frozen=True):
    """Do-not-disturb."""

    until: int | None
    """When it ends, in Unix milliseconds; None for no end."""
    except_users: frozenset[str] = frozenset()
    """User IDs whose alerts are not muted."""

    def mutes(self, alert: Alert, now: int) -> bool:
        """Tell whether an alert is muted at ``now``, in Unix milliseconds."""
        ended = self.until is not None and self.until <= now
        return not ended and alert.who not in self.except_users


class AlertChannels(Struct, frozen=True):
    """The channels by which an alert reaches the user."""

    toast: bool = False
    """A toast on the app's screen."""
    bell: bool = False
    desktop: bool = False
    """A desktop notification."""


def alert_channels(
    alert: Alert,
    *,
    focus: bool,
    is_open: bool,
    quiet: Quiet | None,
    now: int,
    toasts: bool,
    bell: bool,
    desktop: bool,
) -> AlertChannels:
    """Return the channels by which an alert reaches the user.

    Args:
        alert: The alert.
        focus: Whether the terminal has the focus; if so, a toast is enough.
        is_open: Whether the conversation with the user is on the screen.
        quiet: Do-not-disturb, if it is on.
        now: The time in Unix milliseconds.
        toasts: Whether the settings allow toasts.
        bell: Whether the settings allow the bell.
        desktop: Whether the settings allow desktop notifications.
    """
    if quiet is not None and quiet.mutes(alert, now):
        return AlertChannels()
    # Without focus, the user sees the toast on their return. What is shown already needs none.
    toast = toasts and not (is_open and alert.kind is AlertKind.MESSAGE)
    return AlertChannels(toast=toast, bell=bell and not focus, desktop=desktop and not focus)
