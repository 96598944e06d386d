"""How the terminal was set up, so that it can be set up again after a stop."""

import sys
from contextlib import suppress
from typing import Any, Final

_POP_KEYBOARD: Final = "\x1b[<u"
"""Without it, the protocol of the keyboard would be pushed once more each time."""


class SetUp:
    """Notes what is written and set while the terminal is set up."""

    def __init__(self, descriptor: int) -> None:
        """Start with nothing noted of a terminal."""
        self._descriptor = descriptor
        self._is_begun = False
        self._written = ""
        self._settings: list[Any] | None = None

    def begin(self) -> None:
        """Note what is written from now on."""
        self._is_begun, self._written = True, ""

    def note(self, data: str) -> None:
        """Note what is written, if that is to set the terminal up."""
        if self._is_begun:
            self._written += data

    def end(self) -> bool:
        """Note the settings as they are now, and tell whether the terminal was set up at all."""
        self._is_begun = False
        if sys.platform != "win32":
            import termios

            with suppress(termios.error):
                self._settings = termios.tcgetattr(self._descriptor)
        return bool(self._written)

    def again(self) -> str:
        """Set the terminal as it was set, and return what has to be written."""
        if sys.platform != "win32" and self._settings is not None:
            import termios

            with suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSANOW, self._settings)
        return _POP_KEYBOARD + self._written
