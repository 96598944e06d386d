"""What to ring for, and how."""

from dataclasses import dataclass
from enum import StrEnum


class AlertKind(StrEnum):
    """What an alert is about."""

    WATCH = "watch"
    """Somebody who is watched came ONLINE."""
    OVERWRITTEN = "overwritten"
    """Another device replaced the text that this one had set."""
    MESSAGE = "message"
    """Somebody has written, or asks to be a friend."""


@dataclass(frozen=True)
class Alert:
    """Something that the person should notice."""

    kind: AlertKind
    who: str
    """Whose doing it is; empty for nobody's."""
    text: str


@dataclass(frozen=True)
class Quiet:
    """Do not disturb."""

    until: int | None
    """When it ends, in Unix milliseconds; None for no end."""
    except_users: frozenset[str] = frozenset()
    """Who gets through."""

    def mutes(self, alert: Alert, now: int) -> bool:
        """Tell whether an alert is muted at ``now``, in Unix milliseconds."""
        ended = self.until is not None and self.until <= now
        return not ended and alert.who not in self.except_users


@dataclass(frozen=True)
class AlertChannels:
    """In which ways an alert reaches the person."""

    toast: bool = False
    """A few words on the app's screen."""
    bell: bool = False
    desktop: bool = False
    """A notice of the desktop's."""


def alert_channels(
    alert: Alert, *, focus: bool, quiet: Quiet | None, now: int, bell: bool, desktop: bool
) -> AlertChannels:
    """Return in which ways an alert reaches the person.

    Args:
        alert: The alert.
        focus: Whether the terminal has the focus; then a toast is enough.
        quiet: Do not disturb, if that was asked for.
        now: Unix milliseconds.
        bell: Whether the person wants the bell.
        desktop: Whether the person wants notices of the desktop's.
    """
    if quiet is not None and quiet.mutes(alert, now):
        return AlertChannels()
    # Without focus the toast is for the person's return.
    return AlertChannels(toast=True, bell=bell and not focus, desktop=desktop and not focus)
