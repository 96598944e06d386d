"""What the person chose: every setting and its default."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

PRESETS: Final = ("Listening to music", "On the call", "In a meeting", "Having lunch")
IDLE_MINUTES_MAX: Final = 24 * 60


class Order(StrEnum):
    """How the lists of people are ordered."""

    PRESENCE = "presence"
    NAME = "name"
    CHANGE = "change"
    MESSAGE = "message"


class Desktop(StrEnum):
    """How the desktop is told of an alert."""

    OFF = "off"
    OSC9 = "osc9"
    OSC777 = "osc777"
    NATIVE = "native"


class AlertSettings(Struct, frozen=True):
    """How somebody's change that one waits for is told."""

    bell: bool = True
    """Ring the terminal's bell."""
    desktop: Desktop = Desktop.OFF


class AwaySettings(Struct, frozen=True):
    """When the away text is set by itself."""

    text: str = ""
    """The text; empty for none by itself."""
    idle_minutes: int = 0
    """After so many minutes without a key; 0 for never."""
    on_blur: bool = False
    """When the terminal loses the focus."""
    on_detach: bool = False
    """When tmux is detached."""


class Settings(Struct, frozen=True):
    """The settings, each with its default."""

    presets: tuple[str, ...] = PRESETS
    """Texts that the status box and the palette offer."""
    restore_status: bool = True
    """Put one's own text back after a reconnect, if it was cleared by going OFFLINE."""
    theme: str = ""
    """The name of a theme; empty for the default."""
    order: Order = Order.PRESENCE
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys as Textual names them by command ID, instead of the command's own."""
    alerts: AlertSettings = AlertSettings()
    away: AwaySettings = AwaySettings()
