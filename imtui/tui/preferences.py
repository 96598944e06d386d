"""The person's settings at work: used as soon as they are saved, and written as they choose."""

from typing import TYPE_CHECKING, Final, Protocol

from textual.constants import DEFAULT_THEME
from textual.theme import Theme

from imtui.tui.badges import Glyphs
from imtui.tui.command import Keys
from imtui.tui.commands import COMMANDS
from imtui.tui.events import EventKind
from imtui.tui.painter import Painter
from imtui.tui.screens.bindings import keymap
from imtui.tui.screens.main import MainScreen
from imtui.tui.settings.file import SettingsError, SettingsFile
from imtui.tui.store import Store

if TYPE_CHECKING:
    from imtui.tui.absence import Absence

LOOK_INTERVAL: Final = 2.0
"""The settings file is looked at every so many seconds."""


class Subject(Protocol):
    """What the settings change in the app."""

    store: Store
    settings: SettingsFile
    keys: Keys
    glyphs: Glyphs
    painter: Painter
    main: MainScreen
    theme: str

    @property
    def absence(self) -> "Absence":
        """Return who shows the person as away."""

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Return the themes by name."""

    def set_keymap(self, keymap: dict[str, str]) -> None:
        """Have other keys run the commands."""

    def complain(self, words: str) -> None:
        """Tell of something that did not work."""


class Preferences:
    """Applies the settings to the app, and writes what the person chooses in it."""

    def __init__(self, app: Subject) -> None:
        """Apply them to an app."""
        self._app = app

    def use(self) -> None:
        """Have the app be as the settings say, and tell what is wrong in them."""
        app, settings = self._app, self._app.settings.settings
        for problem in app.settings.problems:
            app.store.tell(EventKind.NOTICE, problem)
        app.keys.use(settings.keys)
        app.set_keymap(keymap(COMMANDS, app.keys))
        if settings.theme in app.available_themes:
            app.theme = settings.theme
        elif settings.theme:
            words = f"There is no theme {app.glyphs.quote(settings.theme)}."
            app.store.tell(EventKind.NOTICE, words)

    def look(self) -> None:
        """Read the file again if it was saved meanwhile."""
        if self._app.settings.reload():
            self.use()
            self._app.absence.use(self._app.settings.settings.away)
            self._app.main.key_line.refresh()
            self._show_list()

    def _show_list(self) -> None:
        self._app.main.friend_list.sort_now()
        self._app.main.friend_title.refresh()

    def keep(self, key: str, value: str | tuple[str, ...]) -> None:
        """Write a setting into the person's file."""
        try:
            self._app.settings.set_value(key, value)
        except SettingsError as error:
            self._app.complain(str(error))
        self._show_list()

    def keep_theme(self, theme: Theme) -> None:
        """Write a theme that was chosen into the person's file."""
        if theme.name != (self._app.settings.settings.theme or DEFAULT_THEME):
            self.keep("theme", theme.name)
