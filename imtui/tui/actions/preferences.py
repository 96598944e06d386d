"""Applies the user's settings to the app, and saves changes made in the app."""

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.constants import DEFAULT_THEME
from textual.theme import Theme

from imtui.tui.actions.feedback import Feedback
from imtui.tui.commands.catalogue import COMMANDS
from imtui.tui.commands.command import Keys
from imtui.tui.model.events import EventKind
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.main import MainScreen
from imtui.tui.settings.file import SettingsError, SettingsFile
from imtui.tui.settings.schema import SettingValue
from imtui.tui.widgets.bindings import keymap
from imtui.tui.widgets.key_line import KeyLine


class Preferences:
    """The settings, applied to the app."""

    def __init__(
        self,
        app: App[Any],
        main: MainScreen,
        file: SettingsFile,
        keys: Keys,
        model: Model,
        glyphs: Glyphs,
        feedback: Feedback,
    ) -> None:
        """Create the preferences; ``use`` applies them.

        Args:
            app: The app, whose theme and keys follow the settings.
            main: The main screen, whose list follows the settings.
            file: The settings file.
            keys: The keys of the commands, which follow the settings.
            model: The model, for an event about each problem in the file.
            glyphs: The characters to draw with.
            feedback: Reports that the file cannot be written.
        """
        self._app = app
        self._main = main
        self._file = file
        self._keys = keys
        self._model = model
        self._glyphs = glyphs
        self._feedback = feedback
        self._reported: list[str] = []
        """The problems of the file that events told."""
        self._listeners: list[Callable[[], None]] = []

    def use(self) -> None:
        """Apply the settings, and add an event for each problem in them."""
        app, settings = self._app, self._file.settings
        for problem in self._file.problems:
            if problem not in self._reported:
                self._model.feed.emit(EventKind.NOTICE, problem)
        self._reported = list(self._file.problems)
        self._keys.set_own_keys(settings.keys)
        self._main.show_event_pane(settings.event_pane)
        app.set_keymap(keymap(COMMANDS, self._keys))
        if settings.theme in app.available_themes:
            app.theme = settings.theme
        elif settings.theme:
            words = f"There is no theme {self._glyphs.quote(settings.theme)}."
            self._model.feed.emit(EventKind.NOTICE, words)

    def reload(self) -> None:
        """Read the file again, and apply it if it changed."""
        if self._file.reload():
            self._apply()

    def _apply(self) -> None:
        from imtui.tui.screens.list_screen import ListScreen

        self.use()
        self._show_list()
        self._main.show_keys()
        for screen in self._app.screen_stack:
            screen.query(KeyLine).refresh()
            if isinstance(screen, ListScreen):
                screen.show_changes()
        for callback in self._listeners:
            callback()

    def add_listener(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` after each change of the file."""
        self._listeners.append(callback)

    def _show_list(self) -> None:
        self._main.friend_list.sort_now()
        self._main.friend_title.refresh()

    def keep(self, key: str, value: SettingValue) -> None:
        """Write a setting to the file."""
        try:
            self._file.set_value(key, value)
        except SettingsError as error:
            self._feedback.complain(str(error))
        else:
            # What an editor wrote since the last reload was read, too.
            self._apply()

    def keep_theme(self, theme: Theme) -> None:
        """Write the chosen theme to the file."""
        if theme.name != (self._file.settings.theme or DEFAULT_THEME):
            self.keep("theme", theme.name)
