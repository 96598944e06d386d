"""The help: keys, badges and marks."""

from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from imtui.protocol.status import UserStatusType
from imtui.tui.badges import Glyphs
from imtui.tui.commands import COMMANDS, key_name
from imtui.tui.events import KIND_MARKS, KIND_WORDS

_WIDTH_MAX: Final = 96
_FRAME_WIDTH: Final = 8

_STATUS_WORDS: Final = {
    UserStatusType.ONLINE: "connected with some device",
    UserStatusType.OFFLINE: "lost the connection without logging out",
    UserStatusType.UNLOGINED: "logged out, or never logged in",
    UserStatusType.UNKNOWN: "not known to us now",
}


class HelpScreen(ModalScreen[None]):
    """Explains what one sees and what one can do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "leave", "Leave", show=False)
    ]

    def __init__(self, glyphs: Glyphs) -> None:
        """Make the help for these characters."""
        super().__init__()
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with VerticalScroll(classes="dialog help"):
            width = min(self.app.size.width, _WIDTH_MAX) - _FRAME_WIDTH
            yield Static(Content(help_text(self._glyphs, width)))

    def action_leave(self) -> None:
        """Close the help."""
        self.dismiss(None)


def help_text(glyphs: Glyphs, width: int) -> str:
    """Return the help, made from the registry of commands, the badges and the marks."""
    lines = ["Keys", ""]
    for command in COMMANDS:
        keys = ", ".join(map(key_name, command.keys)) or "palette"
        lines += _entry(f"{keys:<8} {command.title:<24}", command.help, width)
    lines += ["", "How somebody is", ""]
    for status, words in _STATUS_WORDS.items():
        lines += _entry(f"{glyphs.badge(status)!s:<13}", words, width)
    lines += ["", "What an event is about", ""]
    for kind, words in KIND_WORDS.items():
        lines += _entry(KIND_MARKS[kind], words, width)
    lines += ["", "Esc closes this."]
    return glyphs.plain("\n".join(lines))


def _entry(head: str, words: str, width: int) -> list[str]:
    indent = " " * (len(head) + 3)
    if len(indent) + 20 > width:
        return [head, *wrap(words, max(width, 8), initial_indent="  ", subsequent_indent="  ")]
    return wrap(words, width, initial_indent=f"  {head} ", subsequent_indent=indent)
