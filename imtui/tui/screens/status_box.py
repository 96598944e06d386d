"""The status box: a text, presets and recent ones, and when it ends."""

from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES
from imtui.tui.badges import Glyphs
from imtui.tui.cells import fit
from imtui.tui.choices import CLEAR, Choice, End, matching, size, too_long
from imtui.tui.spans import Span, spread

_ROW_WIDTH: Final = 55
_FRAME_WIDTH: Final = 7


@dataclass(frozen=True)
class NewStatus:
    """What the person chose."""

    text: str
    """Empty to clear."""
    expires_at: int | None = None
    """When the text ends, in Unix milliseconds."""


class StatusBox(ModalScreen[NewStatus | None]):
    """Asks for the own text; dismissed with it, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("down", "move(1)", "Next", show=False, priority=True),
        Binding("up", "move(-1)", "Previous", show=False, priority=True),
        Binding("tab", "end(1)", "Next end", show=False, priority=True),
        Binding("shift+tab", "end(-1)", "Previous end", show=False, priority=True),
    ]

    def __init__(self, offered: list[Choice], ends: list[End], glyphs: Glyphs) -> None:
        """Make the box with texts and ends to choose from."""
        super().__init__()
        self._offered = offered
        self._ends = ends
        self._end = 0
        self._glyphs = glyphs
        self._shown: list[Choice] = []

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with Vertical(classes="dialog"):
            yield Static("What are you up to?", classes="dialog--title", markup=False)
            with Horizontal(id="typed"):
                text = Input(compact=True, placeholder="type, or choose below")
                text.cursor_blink = False
                yield text
                yield Static("", id="size", markup=False)
            options = OptionList(compact=True)
            options.can_focus = False
            yield options
            yield Static("", id="ends", markup=False)
            yield Static("", classes="dialog--note", markup=False)

    def on_mount(self) -> None:
        """Offer everything."""
        self._offer("")
        self._show_ends()
        self._note("Enter: set   Tab: when it ends   Esc: leave it")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._offer(event.value)

    def _offer(self, typed: str) -> None:
        self._shown = matching(self._offered, typed)
        text = typed.strip()
        if text and all(choice.text != text for choice in self._shown):
            self._shown.append(Choice(text, "as typed"))
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._row(choice)) for choice in self._shown)
        options.highlighted = self._likeliest(text)
        count = self.query_one("#size", Static)
        count.update(f"{size(typed):>3} / {CUSTOM_STATUS_MAX_BYTES}", layout=False)
        count.set_class(too_long(typed), "-wrong")

    def _likeliest(self, text: str) -> int | None:
        """Return the row that Enter takes: one that begins as typed, else what was typed."""
        if not self._shown:
            return None
        begins = self._shown[0].title.casefold().startswith(text.casefold())
        return 0 if begins else len(self._shown) - 1

    def _row(self, choice: Choice) -> Content:
        width = min(_ROW_WIDTH, self.app.size.width - _FRAME_WIDTH)
        room = width - cell_len(choice.hint) - 1
        title = fit(choice.title, room, self._glyphs.ellipsis)
        *front, last = [span.text for span in spread([Span(title)], [Span(choice.hint)], width)]
        return Content.assemble("".join(front), (last, "dim"))

    def _show_ends(self) -> None:
        parts: list[str | tuple[str, str]] = ["for: "]
        for place, end in enumerate(self._ends):
            parts += [f" {self._glyphs.dot} "] if place else []
            parts.append((end.label, "reverse") if place == self._end else end.label)
        self.query_one("#ends", Static).update(Content.assemble(*parts), layout=False)

    def _note(self, words: str, *, wrong: bool = False) -> None:
        note = self.query_one(".dialog--note", Static)
        note.update(words, layout=False)
        note.set_class(wrong, "-wrong")

    def action_move(self, rows: int) -> None:
        """Go up or down in the texts."""
        options = self.query_one(OptionList)
        if self._shown:
            options.highlighted = ((options.highlighted or 0) + rows) % len(self._shown)

    def action_end(self, step: int) -> None:
        """Choose another end."""
        self._end = (self._end + step) % len(self._ends)
        self._show_ends()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        place = self.query_one(OptionList).highlighted
        self._choose(self._shown[place] if place is not None else CLEAR)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(self._shown[event.option_index])

    def _choose(self, choice: Choice) -> None:
        if too_long(choice.text):
            over = size(choice.text) - CUSTOM_STATUS_MAX_BYTES
            unit = "byte" if over == 1 else "bytes"
            self._note(f"Too long by {over} {unit}: shorten it.", wrong=True)
            return
        at = self._ends[self._end].at if choice.text else None
        self.dismiss(NewStatus(choice.text, None if at is None else round(at.timestamp() * 1000)))

    def action_leave(self) -> None:
        """Close the box and change nothing."""
        self.dismiss(None)
