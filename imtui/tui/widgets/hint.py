"""The welcome line for a new account."""

from textual.events import Click

from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys, key_name
from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span, crop, width_of
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.widgets.run_command import RunCommand


class Hint(PaintedLine):
    """A line above the footer, shown at the account's first start."""

    def __init__(self, glyphs: Glyphs, keys: Keys) -> None:
        """Make a hidden line."""
        super().__init__()
        self._glyphs = glyphs
        self._keys = keys

    def show(self, shown: bool) -> None:
        """Show the line where there is room for it, or hide it."""
        self.set_class(shown, "-shown")

    def spans(self, width: int) -> list[Span]:
        """Return the line, ``width`` cells wide."""

        def key(command_id: str) -> Span:
            first, *_ = *self._keys.of(command_by_id(command_id)), ""
            return Span(key_name(first), "key", command_id)

        line = [
            Span(" Welcome. ", "title"),
            Span("Talk: "),
            Span("Enter", "key", "chat"),
            Span("   say what you are up to: "),
            key("status"),
            Span("   all keys: ", "dim"),
            key("help"),
        ]
        legend = Span(f"   {self._glyphs.legend}", "dim")
        if width_of([*line, legend]) <= width:
            line.append(legend)
        return crop(line, width, self._glyphs.ellipsis)

    def on_click(self, event: Click) -> None:
        """Run the command of the key under the mouse."""
        if command_id := self.command_at(event.x):
            self.post_message(RunCommand(command_id))
