"""An app that handles its own faults."""

import sys
from contextlib import suppress
from typing import Any

from textual.app import App, ScreenStackError
from textual.driver import Driver
from textual.events import Event, Key, Paste

from imtui.tui.kit.driver.editing import accepts_text, adapt_to_input
from imtui.tui.kit.driver.grammar import ESCAPE_DELAY


def tolerant_driver() -> type[Driver] | None:
    """Return the driver for this system; None for Textual's default."""
    if sys.platform == "win32":
        return None
    from imtui.tui.kit.undocumented.driver import TolerantDriver

    return TolerantDriver


class FaultTolerantApp(App[None]):
    """An app that handles its own faults, and can write escape sequences to the terminal."""

    def __init__(self, **options: Any) -> None:
        """Create the app with the tolerant driver; ``options`` are those of Textual's app."""
        super().__init__(driver_class=tolerant_driver(), **options)

    escape_wait = ESCAPE_DELAY
    """How many seconds Esc waits in an input for the rest of a key that a slow line has split."""

    @property
    def escape_delay(self) -> float:
        """Return how many seconds Esc waits now; elsewhere than in an input it acts at once."""
        with suppress(ScreenStackError):  # The app is about to end.
            if accepts_text(self.focused):
                return self.escape_wait
        return 0.0

    async def on_event(self, event: Event) -> None:
        """Adapt what is typed to the input with the focus, then handle it."""
        if isinstance(event, (Key, Paste)) and not event.is_forwarded:
            with suppress(ScreenStackError):
                adapt_to_input(event, self.focused)
        await super().on_event(event)

    def handle_fault(self, error: BaseException | None) -> None:
        """Handle a fault: record it, then call ``exit_after_fault``."""
        raise NotImplementedError

    def exit_after_fault(self) -> None:
        """Exit with status 1, without Textual's traceback."""
        self._return_code = 1
        self._close_messages_no_wait()

    def write_raw(self, sequence: str) -> None:
        """Write an escape sequence to the terminal."""
        if self._driver is not None:
            self._driver.write(sequence)

    def _fatal_error(self) -> None:
        self.handle_fault(self._exception or sys.exc_info()[1])
