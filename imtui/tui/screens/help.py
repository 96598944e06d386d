"""The help: keys, badges and marks."""

from typing import ClassVar

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

_STATUS_WORDS = {
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
            yield Static(Content(help_text(self._glyphs)))

    def action_leave(self) -> None:
        """Close the help."""
        self.dismiss(None)


def help_text(glyphs: Glyphs) -> str:
    """Return the help, made from the registry of commands, the badges and the marks."""
    lines = ["Keys", ""]
    for command in COMMANDS:
        keys = ", ".join(map(key_name, command.keys)) or "palette"
        lines.append(f"  {keys:<9} {command.title:<26} {command.help}")
    lines += ["", "How somebody is", ""]
    lines += [f"  {glyphs.badge(status)!s:<13} {words}" for status, words in _STATUS_WORDS.items()]
    lines += ["", "What an event is about", ""]
    lines += [f"  {KIND_MARKS[kind]}  {words}" for kind, words in KIND_WORDS.items()]
    lines += ["", "Esc closes this."]
    return glyphs.plain("\n".join(lines))
