"""The top line: the own account, status, devices and connection."""

from textual.events import Click

from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span
from imtui.tui.model.model import Model
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.render.rows import top_line
from imtui.tui.widgets.friend_list import PersonalView
from imtui.tui.widgets.run_command import RunCommand


class TopLine(PaintedLine):
    """The first line of the screen."""

    def __init__(
        self, model: Model, glyphs: Glyphs, clock: Clock, keys: Keys, personal: PersonalView
    ) -> None:
        """Make the line for a model."""
        super().__init__()
        self._model = model
        self._glyphs = glyphs
        self._clock = clock
        self._keys = keys
        self._personal = personal

    def spans(self, width: int) -> list[Span]:
        """Return the line, ``width`` cells wide."""
        return top_line(
            self._model, width, self._glyphs, self._clock, self._keys, self._personal.quiet_words()
        )

    def on_click(self, event: Click) -> None:
        """Open the status box, or run the command of the span under the mouse."""
        self.post_message(RunCommand(self.command_at(event.x) or "status"))
