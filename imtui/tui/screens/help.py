"""The help: keys, badges and marks."""

from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from imtui.protocol.status import UserStatusType
from imtui.tui.commands.catalogue import COMMANDS
from imtui.tui.commands.command import Keys
from imtui.tui.commands.sentences import with_keys
from imtui.tui.kit.dialog import Dialog
from imtui.tui.kit.moves import MOVES
from imtui.tui.model.events import KIND_MARKS, KIND_WORDS
from imtui.tui.render.glyphs import Glyphs

_WIDTH_MAX: Final = 96
_FRAME_WIDTH: Final = 8

_STATUS_WORDS: Final = {
    UserStatusType.ONLINE: "connected with some device",
    UserStatusType.OFFLINE: "lost the connection without logging out",
    UserStatusType.UNLOGINED: "logged out, or never logged in",
    UserStatusType.UNKNOWN: "not known to us now",
}

_TYPING: Final = (
    "What has no key is in the palette, or typed: /status Lunch for 45m, after : or in the "
    "palette. An end is 45m, 1h30, until 17:00, until tomorrow or until fri 9:00."
)
_ALWAYS: Final = (
    ("Tab", "The other pane"),
    ("Esc", "Close, show all again, or go back to the friends"),
    ("Mouse", "Click a row, a heading, the top line or a key; twice for the conversation"),
)


class HelpScreen(Dialog[None]):
    """Explains the keys, badges and marks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,question_mark,f1", "leave", "Leave", show=False)
    ]

    def __init__(self, glyphs: Glyphs, keys: Keys) -> None:
        """Make the help for these characters and keys."""
        super().__init__()
        self._glyphs = glyphs
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with VerticalScroll(classes="dialog help"):
            yield Static(self._text())

    def on_resize(self) -> None:
        """Wrap the text to the new width."""
        self.query_one(Static).update(self._text())

    def _text(self) -> Content:
        width = min(self.app.size.width, _WIDTH_MAX) - _FRAME_WIDTH
        return Content(help_text(self._glyphs, self._keys, width))


def help_text(glyphs: Glyphs, keys: Keys, width: int) -> str:
    """Return the help, made from the command catalogue, the badges and the marks."""
    lines = ["How somebody is", ""]
    for status, words in _STATUS_WORDS.items():
        lines += _entry(f"{glyphs.badge(status)!s:<13}", words, width)
    lines += _entry(f"{glyphs.favourite:<13}", "a favourite: always on top", width)
    lines += _entry(f"{glyphs.watched:<13}", "watched: you are told when they come ONLINE", width)
    for mark, meaning in (
        (glyphs.sending, "on its way: it waits for the connection, on your disk"),
        (glyphs.sent, "the backend has it"),
        (glyphs.read, "read"),
        (
            glyphs.failed,
            with_keys("refused: {resend} sends it again, {delete-message} drops it", keys),
        ),
    ):
        lines += _entry(f"{mark:<13}", f"your message: {meaning}", width)
    lines += ["", "Dimmed, with “as of”: how it was when the connection was lost.", "", "Keys", ""]
    for command in COMMANDS:
        name = "" if command.is_internal else f"/{command.id}"
        lines += _entry(f"{keys.names(command, 2):<11} {name:<16}", command.help, width)
    lines += ["", *wrap(_TYPING, max(width, 8)), "", "Moving", ""]
    moves = [(keys.names(move), move.help) for move in MOVES]
    for names, words in (*moves, *_ALWAYS):
        lines += _entry(f"{names:<11}", words, width)
    lines += ["", "What an event is about", ""]
    for kind, words in KIND_WORDS.items():
        lines += _entry(KIND_MARKS[kind], words, width)
    lines += ["", "Esc closes this."]
    return glyphs.adapt("\n".join(lines))


def _entry(head: str, words: str, width: int) -> list[str]:
    indent = " " * (len(head) + 3)
    if len(indent) + 20 > width:
        rest = wrap(words, max(width - 4, 8), initial_indent="    ", subsequent_indent="    ")
        return [f"  {head.rstrip()}", *rest]
    return wrap(words, width, initial_indent=f"  {head} ", subsequent_indent=indent)
