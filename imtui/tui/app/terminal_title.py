"""The title of the terminal's window, with the number of unread messages."""

from collections.abc import Callable
from typing import Final

_NAME: Final = "imtui"
_SAVE: Final = "\x1b[22;2t"
_RESTORE: Final = "\x1b[23;2t"


class TerminalTitle:
    """Writes the title when it changes, and gives back the one before."""

    def __init__(self, write: Callable[[str], None]) -> None:
        """Set the title by escape sequences, which ``write`` passes to the terminal."""
        self._write = write
        self._unread = 0
        self._shown = ""

    def show(self, unread: int) -> None:
        """Show the number of unread messages."""
        self._unread = unread
        title = f"({unread}) {_NAME}" if unread else _NAME
        if title != self._shown:
            save = "" if self._shown else _SAVE
            self._shown = title
            self._write(f"{save}\x1b]2;{title}\x07")

    def show_again(self) -> None:
        """Show the same again after the terminal was given back."""
        self.show(self._unread)

    def give_back(self) -> None:
        """Restore the title that was there before."""
        if self._shown:
            self._shown = ""
            self._write(_RESTORE)
