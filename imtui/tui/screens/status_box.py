"""The dialog for the own status text and its end."""

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from imtui.protocol.limits import CUSTOM_STATUS_MAX_BYTES
from imtui.tui.kit.cells import cell_len, fit
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.dialog import Dialog
from imtui.tui.kit.painted import SPAN_STYLES
from imtui.tui.kit.spans import Span, spread
from imtui.tui.model.choices import (
    CLEAR,
    ENDS,
    Choice,
    is_too_long,
    matching_choices,
    text_bytes,
    too_long_message,
    typed_choices,
)
from imtui.tui.model.ends import EndError, describe_end, end_milliseconds, parse_end
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.widgets.end_line import EndLine

_ROW_WIDTH: Final = 55
_FRAME_WIDTH: Final = 7
_NARROW: Final = 40
"""On fewer columns the text has the room of its size."""
_SIZE_SHOWN_MAX: Final = 9_999
_KEYS: Final = "Enter: set   Tab: when it ends   Esc: leave it"
_END_KEYS: Final = "Enter: set   Up, Down: other ends   Tab: the text"


@dataclass(frozen=True)
class NewStatus:
    """The status that the person chose."""

    text: str
    """Empty to clear."""
    expires_at: int | None = None
    """When the text ends, in Unix milliseconds."""


class StatusBox(Dialog[NewStatus]):
    """Asks for the own status text; dismissed with it, or with None."""

    COMPONENT_CLASSES: ClassVar[set[str]] = SPAN_STYLES
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_NARROW, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (12, "-low"), (17, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next", show=False, priority=True),
        Binding("up", "move(-1)", "Previous", show=False, priority=True),
        Binding("tab,shift+tab", "other_line", "Text or end", show=False, priority=True),
    ]

    def __init__(self, offered: list[Choice], clock: Clock, glyphs: Glyphs) -> None:
        """Make the box; ``offered`` are the texts to choose from."""
        super().__init__()
        self._offered = offered
        self._clock = clock
        self._glyphs = glyphs
        self._shown: list[Choice] = []
        self._text = Input(compact=True, placeholder="type, or choose below", id="text")
        self._end = Input(compact=True, placeholder=ENDS[0], id="end")
        self._texts = OptionList(compact=True)
        self._end_line = EndLine(ENDS)

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        self._text.cursor_blink = self._end.cursor_blink = False
        self._texts.can_focus = False
        with Vertical(classes="dialog"):
            yield Static("What are you up to?", classes="dialog--title", markup=False)
            with Horizontal(id="typed"):
                yield self._text
                yield Static("", id="size", markup=False)
            yield self._texts
            with Horizontal(id="ends"):
                yield Static("for: ", markup=False)
                yield self._end
                yield Static("", id="until", markup=False)
            yield self._end_line
            yield Static("", classes="dialog--note", markup=False)

    def on_mount(self) -> None:
        """Offer everything."""
        self._offer("")
        self._note(_KEYS)

    @on(Input.Changed, "#text")
    def _typed(self, event: Input.Changed) -> None:
        self._offer(event.value)
        self._note(_KEYS)

    def _offer(self, typed: str) -> None:
        self._shown = matching_choices(self._offered, typed)
        texts = {choice.text for choice in self._shown}
        now = self._clock.local(self._clock.now())
        self._shown += [
            one for one in typed_choices(typed, now) if one.expires_at or one.text not in texts
        ]
        self._texts.clear_options()
        self._texts.add_options(Option(self._row(choice)) for choice in self._shown)
        self._texts.highlighted = self._likeliest(typed.strip())
        count = self.query_one("#size", Static)
        shown = min(text_bytes(typed), _SIZE_SHOWN_MAX)
        count.update(f"{shown} / {CUSTOM_STATUS_MAX_BYTES} bytes", layout=False)
        count.set_class(is_too_long(typed), "-wrong")

    def _likeliest(self, typed: str) -> int | None:
        """Return the row for Enter: one that starts with the typed text, else the typed text."""
        if not self._shown:
            return None
        if self._shown[0].title.casefold().startswith(typed.casefold()):
            return 0
        ending = [place for place, choice in enumerate(self._shown) if choice.expires_at]
        return ending[0] if ending else len(self._shown) - 1

    def _row(self, choice: Choice) -> Content:
        width = min(_ROW_WIDTH, self.app.size.width - _FRAME_WIDTH)
        room = width - cell_len(choice.hint) - 1
        title = fit(choice.title, room, self._glyphs.ellipsis)
        *front, last = [span.text for span in spread([Span(title)], [Span(choice.hint)], width)]
        return Content.assemble("".join(front), (last, "dim"))

    @on(Input.Changed, "#end")
    def _end_typed(self) -> None:
        self._note(_END_KEYS if self._end.has_focus else _KEYS)
        until = self.query_one("#until", Static)
        now = self._clock.local(self._clock.now())
        try:
            end = parse_end(self._end.value, now)
        except EndError:
            until.update("?", layout=False)
            return
        until.update("" if end is None else describe_end(end, now), layout=False)

    def on_end_line_chosen(self, message: EndLine.Chosen) -> None:
        """Fill in the end that was clicked."""
        self._put_end(message.end)

    def _put_end(self, words: str) -> None:
        self._end.value = "" if words == ENDS[0] else words

    def _note(self, words: str, *, wrong: bool = False) -> None:
        note = self.query_one(".dialog--note", Static)
        note.update(words, layout=False)
        note.set_class(wrong, "-wrong")

    def action_move(self, rows: int) -> None:
        """Move in the list of ends while typing an end, else in the texts."""
        if self._end.has_focus:
            typed = self._end.value or ENDS[0]
            place = ENDS.index(typed) if typed in ENDS else 0
            self._put_end(ENDS[(place + rows) % len(ENDS)])
        elif self._shown:
            self._texts.highlighted = ((self._texts.highlighted or 0) + rows) % len(self._shown)

    def action_other_line(self) -> None:
        """Switch the focus between the text and its end."""
        to_end = not self._end.has_focus
        (self._end if to_end else self._text).focus()
        self._note(_END_KEYS if to_end else _KEYS)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        place = self._texts.highlighted
        self._choose(self._shown[place] if place is not None else CLEAR)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._choose(self._shown[event.option_index])

    def _choose(self, choice: Choice) -> None:
        if is_too_long(choice.text):
            self._note(too_long_message(choice.text), wrong=True)
            return
        try:
            end = parse_end(self._end.value, self._clock.local(self._clock.now()))
        except EndError as error:
            self._note(str(error), wrong=True)
            return
        at = choice.expires_at if end is None else end_milliseconds(end)
        self.dismiss(NewStatus(choice.text, at if choice.text else None))
