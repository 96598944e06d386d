"""What the actions need of the app."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from textual.screen import Screen
from textual.theme import Theme

from imtui.tui.badges import Glyphs
from imtui.tui.clock import Clock
from imtui.tui.command import Keys
from imtui.tui.lookout import Lookout
from imtui.tui.memory import Memory
from imtui.tui.screens.main import MainScreen
from imtui.tui.session import Session
from imtui.tui.settings.file import SettingsFile
from imtui.tui.store import Store


class Host(Protocol):
    """The app, as the actions see it."""

    store: Store
    settings: SettingsFile
    settings_path: Path
    clock: Clock
    glyphs: Glyphs
    keys: Keys
    main: MainScreen

    theme: str

    @property
    def session(self) -> Session:
        """Return the account's life on the SDK."""

    @property
    def memory(self) -> Memory:
        """Return what is remembered of the account."""

    @property
    def lookout(self) -> Lookout:
        """Return who looks out for those who are watched."""

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Return the themes by name."""

    @property
    def screen(self) -> Screen[Any]:
        """Return the screen that lies on top."""

    @property
    def selected(self) -> str:
        """Return the ID of the user that is meant on the screen, or nothing."""

    def attempt(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make a call in the background; an error becomes a sentence on the screen."""

    def open(self, screen: Screen[Any], then: Callable[[Any], None] | None = None) -> None:
        """Lay a screen over the others, and do something with what it is dismissed with."""

    def say(self, words: str, *, who: str = "") -> None:
        """Tell something as an event and as a toast."""

    def complain(self, words: str) -> None:
        """Tell of something that did not work."""

    def clear_notifications(self) -> None:
        """Take all toasts off the screen."""

    def keep_setting(self, key: str, value: str | tuple[str, ...]) -> None:
        """Write a setting into the person's file."""

    def quiet_changed(self) -> None:
        """Show whether do-not-disturb is on, now and when it ends."""

    def copy(self, text: str, what: str) -> None:
        """Put a text into the clipboard, and say what was copied."""

    def is_seen(self, user_id: str) -> bool:
        """Tell whether the person sees the end of the conversation with somebody."""

    def run_command(self, command_id: str, argument: str = "") -> None:
        """Run a command of the registry."""

    def run_line(self, line: str, *, from_chat: bool = False) -> bool:
        """Run a slash command, and tell whether it is one."""

    def leave(self) -> None:
        """Quit the app."""
