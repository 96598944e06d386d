"""Every setting and its default."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

PRESETS: Final = ("Listening to music", "On the call", "In a meeting", "Having lunch")

SettingValue = str | bool | int | Sequence[str]
"""The value of a setting as it is written in the file."""


class Order(StrEnum):
    """How the lists of people are ordered."""

    PRESENCE = "presence"
    NAME = "name"
    CHANGE = "change"
    MESSAGE = "message"


class Desktop(StrEnum):
    """How an alert is shown on the desktop."""

    OFF = "off"
    OSC9 = "osc9"
    OSC777 = "osc777"
    NATIVE = "native"


class AlertSettings(Struct, frozen=True):
    """How alerts reach the user; bell and desktop only while the terminal is in the background."""

    bell: bool = True
    """Ring the terminal's bell."""
    desktop: Desktop = Desktop.OFF
    toasts: bool = True
    """Show them as toasts."""
    show_text: bool = True
    """Show the words of messages in toasts, events and desktop notices."""


class AwaySettings(Struct, frozen=True):
    """When the app sets the away text by itself."""

    text: str = ""
    """The away text; if it is empty, the app never sets one."""
    idle_minutes: int = 0
    """Set it after this many minutes without a key; 0 for never."""
    on_blur: bool = False
    """Set it when the terminal loses the focus."""
    on_detach: bool = False
    """Set it when tmux is detached."""


class Settings(Struct, frozen=True):
    """All settings."""

    presets: tuple[str, ...] = PRESETS
    """Status texts that the status box and the palette offer."""
    restore_status: bool = True
    """After a reconnect, set the user's own text again if going offline cleared it."""
    theme: str = ""
    """The name of a theme; empty for the default."""
    order: Order = Order.PRESENCE
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys, as Textual names them, that replace a command's own, by command ID."""
    alerts: AlertSettings = AlertSettings()
    away: AwaySettings = AwaySettings()
    event_pane: bool = True
    """Show the events beside the friends and the conversation."""
    escape_ms: int = 300
    """How long Esc waits in an input for the rest of a key that a slow line has split."""
