"""A dialog to choose among the positions of a switch that has more than two."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from imtui.tui.console.switches import Switch
from imtui.tui.kit.dialog import Dialog

_VALUE_WIDTH: Final = 9
_KEYS_MAX: Final = 9


class _Positions(OptionList):
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Textual cannot turn a page of a list that has no room.
        if action in ("page_up", "page_down"):
            return bool(self.scrollable_content_region)
        return super().check_action(action, parameters)


class ChoiceScreen(Dialog[str]):
    """Offers the positions of a switch; the result is the chosen one, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"choose({number - 1})", show=False)
        for number in range(1, _KEYS_MAX + 1)
    ]

    def __init__(self, switch: Switch, value: str) -> None:
        """Create the dialog for a switch with the current position ``value``."""
        super().__init__()
        self._switch = switch
        self._values = list(switch.effects)
        self._list = _Positions(*self._rows(value), compact=True)
        self._list.highlighted = self._values.index(value) if value in self._values else 0

    def compose(self) -> ComposeResult:
        """Lay out the dialog."""
        with Vertical(classes="dialog"):
            yield Static(self._switch.title, classes="dialog--title", markup=False)
            yield self._list
            keys = f"1-{len(self._values)}, Enter: set   Esc: leave it"
            yield Static(keys, classes="dialog--note", markup=False)

    def action_choose(self, place: int) -> None:
        """Choose the position in a row."""
        if place < len(self._values):
            self.dismiss(self._values[place])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose(event.option_index)

    def _rows(self, value: str) -> list[Content]:
        return [
            Content(f"{number} {position:<{_VALUE_WIDTH}} {means}{' (now)' * (position == value)}")
            for number, (position, means) in enumerate(self._switch.effects.items(), 1)
        ]
