"""What the actions need of the app."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from textual.screen import Screen

from imtui.tui.badges import Glyphs
from imtui.tui.clock import Clock
from imtui.tui.command import Keys
from imtui.tui.lookout import Lookout
from imtui.tui.memory import Memory
from imtui.tui.screens.main import MainScreen
from imtui.tui.session import Session
from imtui.tui.settings_file import SettingsFile
from imtui.tui.store import Store


class Host(Protocol):
    """The app, as the actions see it."""

    store: Store
    session: Session
    memory: Memory
    settings: SettingsFile
    settings_path: Path
    lookout: Lookout
    clock: Clock
    glyphs: Glyphs
    keys: Keys
    main: MainScreen

    @property
    def selected(self) -> str:
        """Return the ID of the user that is meant on the screen, or nothing."""

    def attempt(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call in the background; an error becomes a sentence on the screen."""

    def open(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Lay a screen over the others, and do something with what it is dismissed with."""

    def ask_user(self, question: str, call: Callable[[str], Awaitable[None]]) -> None:
        """Ask for a user ID, and make a call with it."""

    def say(self, words: str, *, who: str = "") -> None:
        """Tell something as an event and as a toast."""

    def complain(self, words: str) -> None:
        """Tell of something that did not work."""

    def keep_setting(self, key: str, value: str | tuple[str, ...]) -> None:
        """Write a setting into the person's file."""

    def quiet_changed(self) -> None:
        """Show whether do-not-disturb is on, now and when it ends."""

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard, and say that ``what`` was copied."""

    def choose_theme(self) -> None:
        """Let the person choose a theme."""

    def set_theme(self, name: str) -> None:
        """Use a theme by name, or say that there is none."""

    def open_palette(self) -> None:
        """Open the command palette."""

    def leave(self) -> None:
        """Quit the app."""
