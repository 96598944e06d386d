"""The settings: where they are, what is wrong in them, and what holds."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.message import Message

from imtui.protocol.safe_text import safe_text
from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span, wrap
from imtui.tui.render.dialog_rows import labelled_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.settings.file import SettingsFile
from imtui.tui.settings.listing import listed_values
from imtui.tui.widgets.bindings import command_bindings

_COMMANDS: Final = [command_by_id("theme")]
_NAME_WIDTH: Final = 20


class SettingsScreen(ListScreen[None]):
    """The settings file and its contents; Enter edits it."""

    BINDINGS: ClassVar[list[BindingType]] = command_bindings(_COMMANDS)

    class EditWanted(Message):
        """The person wants to edit the file."""

    def __init__(self, file: SettingsFile, editor: str, keys: Keys, glyphs: Glyphs) -> None:
        """Make the view of a file; ``editor`` is what Enter starts, empty for nothing."""
        super().__init__("Settings", keys, _COMMANDS, [("Enter", "edit", "")])
        self._file = file
        self._editor = editor
        self._glyphs = glyphs

    def notes(self) -> Sequence[str]:
        """Return whether anything is wrong."""
        count = len(self._file.problems)
        return [f"{count} wrong" if count else "nothing wrong"]

    def choose(self, user_id: str) -> None:
        """Edit the file."""
        self.post_message(self.EditWanted())

    def rows(self, width: int) -> list[ListRow]:
        """Return the file, its problems and the values that hold."""
        editor = self._editor or "none: set VISUAL or EDITOR, such as EDITOR=nano"
        rows = [
            *self._paragraph([Span(safe_text(str(self._file.path)))], width),
            *self._paragraph([Span("editor: ", "dim"), Span(safe_text(editor))], width),
        ]
        if self._file.problems:
            rows += [ListRow(), _heading("Wrong")]
        for problem in self._file.problems:
            rows += self._paragraph([Span(self._glyphs.adapt(problem), "alert")], width)
        rows += [ListRow(), _heading("What holds")]
        for one in listed_values(self._file.settings):
            value = Span(one.value, "dim" if one.is_default else "")
            rows.append(labelled_line(one.name, [value], width, self._glyphs, _NAME_WIDTH))
        return rows

    def _paragraph(self, spans: list[Span], width: int) -> list[ListRow]:
        lines = wrap(spans, max(width - 4, 1), self._glyphs.ellipsis, cut=True)
        return [ListRow([Span("   "), *line]) for line in lines]


def _heading(words: str) -> ListRow:
    return ListRow([Span(f"   {words}", "title")])
