"""Opens screens and finds the selected user."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from textual.app import App
from textual.screen import Screen

from imtui.tui.kit.terminal import run_program
from imtui.tui.screens.main import MainScreen

T = TypeVar("T")


class Navigator:
    """Opens screens over the main screen, and finds what is selected on the top one."""

    def __init__(self, app: App[Any], main: MainScreen, leave: Callable[[], None]) -> None:
        """Navigate the screens of an app; ``leave`` quits the app."""
        self._app = app
        self.leave = leave
        self.main = main

    @property
    def is_main_on_top(self) -> bool:
        """Return whether the main screen is on top."""
        return self.main.is_active

    @property
    def selected(self) -> str:
        """Return the user selected on the top screen; empty if there is none."""
        if self.is_main_on_top:
            return self.main.selected
        from imtui.tui.screens.list_screen import ListScreen

        screen = self._app.screen
        return screen.selected if isinstance(screen, ListScreen) else ""

    def open(self, screen: Screen[T], then: Callable[[T | None], None] | None = None) -> None:
        """Open a screen over the others, and call ``then`` with its result."""
        self._app.push_screen(screen, then)

    def sees_chat(self, user_id: str) -> bool:
        """Tell whether the conversation with a user is visible, and the terminal has the focus."""
        on_top = self.is_main_on_top and self._app.app_focus
        return on_top and self.main.chat.user_id == user_id

    def sees_end_of_chat(self, user_id: str) -> bool:
        """Tell whether the end of the conversation with a user is visible."""
        return self.sees_chat(user_id) and self.main.chat.shows_end

    async def lend_terminal(self, command: Sequence[str]) -> int:
        """Run a program in the place of the app, and return its exit status.

        The services go on meanwhile.

        Raises:
            OSError: The program cannot be run.
            SuspendNotSupported: This terminal cannot be lent.
        """
        failure: BaseException | None = None
        status = 0
        with self._app.suspend(), self._app.batch_update():
            try:
                status = await run_program(command)
            except BaseException as error:
                # Raised only after the app has the terminal again.
                failure = error
        if failure is not None:
            raise failure
        return status

    @property
    def themes(self) -> list[str]:
        """Return the names of the themes."""
        return list(self._app.available_themes)

    def use_theme(self, name: str) -> None:
        """Use another theme."""
        self._app.theme = name
