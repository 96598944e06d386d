"""The results of a message search."""

from collections.abc import Sequence

from imtui.protocol.chat import Message
from imtui.tui.commands.command import Keys
from imtui.tui.kit.clock import Clock, time_of_day
from imtui.tui.kit.list_row import ListRow
from imtui.tui.kit.spans import Span, crop
from imtui.tui.model.events import counted
from imtui.tui.model.replies import abstract
from imtui.tui.render.dialog_rows import text_line
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.screens.list_screen import ListScreen


class FoundScreen(ListScreen[Message]):
    """The matching messages, the newest first; dismissed with the chosen one."""

    def __init__(
        self,
        words: str,
        found: Sequence[Message],
        own_id: str,
        keys: Keys,
        glyphs: Glyphs,
        clock: Clock,
    ) -> None:
        """Make the list of messages found for ``words``."""
        super().__init__(f"Messages with {glyphs.quote(words)}", keys, ())
        self._found = found
        self._own_id = own_id
        self._glyphs = glyphs
        self._clock = clock

    def notes(self) -> Sequence[str]:
        """Return the number of messages."""
        return [f"{counted(len(self._found), 'message')}, Enter: go there"]

    def rows(self, width: int) -> list[ListRow]:
        """Return a row for each message: time, peer, sender and text."""
        if not self._found:
            return [text_line("Nothing fits. What this device has not loaded is not found.", width)]
        return [self._row(message, width) for message in self._found]

    def _row(self, message: Message, width: int) -> ListRow:
        peer = message.peer(self._own_id)
        who = peer if message.sender == peer else f"to {peer}"
        line = [
            Span(f" {time_of_day(self._clock, message.timestamp):>9}  ", "dim"),
            Span(f"{who}  ", "accent"),
            Span(abstract(message)),
        ]
        return ListRow(crop(line, width, self._glyphs.ellipsis), peer)

    def choose(self, user_id: str) -> None:
        """Return the message under the cursor as the result."""
        if self._found:
            self.dismiss(self._found[self._list.cursor])
