"""The help: keys, badges and marks, with a search."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys
from imtui.tui.kit.dialog import Dialog
from imtui.tui.kit.line_view import LineView
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.painted import SPAN_STYLES
from imtui.tui.kit.spans import Span
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.render.help_rows import help_rows, help_sections
from imtui.tui.screens.selecting import SelectingScreen


class _HelpView(LineView):
    """The lines of the help."""

    def __init__(self, glyphs: Glyphs, keys: Keys) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._sections = help_sections(glyphs, keys)
        self._rows: list[ListRow] = []
        self.words = ""
        """What is searched."""

    def show(self) -> None:
        """Lay out what fits the search."""
        if self.line_width:
            self._rows = help_rows(self._sections, self.words, self.line_width, self._glyphs)
            self.set_line_count(len(self._rows))
            self.refresh()

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a line."""
        return (list(self._rows[number].spans) if number < len(self._rows) else []), ""

    def on_resize(self) -> None:
        """Wrap the lines to the new width."""
        self.show()


class HelpScreen(Dialog[None], SelectingScreen[None]):
    """Explains the keys, badges and marks; what is typed after ``find`` narrows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,question_mark,f1", "dismiss", "Leave", show=False),
        Binding(",".join(command_by_id("find").keys), "search", "Search", show=False, id="find"),
    ]
    AUTO_FOCUS = "_HelpView"
    COMPONENT_CLASSES: ClassVar[set[str]] = SPAN_STYLES

    def __init__(self, glyphs: Glyphs, keys: Keys) -> None:
        """Make the help for these characters and keys."""
        super().__init__()
        self._view = _HelpView(glyphs, keys)
        find = keys.name(command_by_id("find"))
        self._search = Input(placeholder=f"{find} searches, Esc closes", compact=True)
        self._search.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Lay out the help."""
        with Vertical(classes="dialog help"):
            yield self._search
            yield self._view

    def action_search(self) -> None:
        """Type what to look for."""
        self._search.focus()

    def action_leave(self) -> None:
        """Show all again; with nothing searched, close the help."""
        if self._search.value or self._search.has_focus:
            self._search.value = ""
            self._view.focus()
        else:
            super().action_leave()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Show what fits."""
        self._view.words = message.value
        self._view.show()
        self._view.scroll_to_line(0)

    def on_input_submitted(self) -> None:
        """Go to what was found."""
        self._view.focus()
