"""The messages of one conversation, loaded on scrolling, with a cursor."""

from collections.abc import Callable

from textual.events import Click, Resize
from textual.message import Message as TextualMessage

from imtui.protocol.chat import Message, MessageStatus
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.line_view import LineView
from imtui.tui.kit.spans import Span, width_of
from imtui.tui.model.conversations import Chat, Chats
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.render.message_rows import Block, ConversationLayout
from imtui.tui.widgets.run_command import RunCommand


class MessageView(LineView):
    """Shows a conversation; it follows the end unless scrolled up."""

    class OlderWanted(TextualMessage):
        """The view reached its top, and older messages are not loaded yet."""

    class EndSeen(TextualMessage):
        """The newest message is in sight."""

    class ChosenChanged(TextualMessage):
        """Another message is under the cursor, or none, or it has changed."""

    class FollowChanged(TextualMessage):
        """The end came into sight, or went out of it."""

    def __init__(
        self,
        chats: Chats,
        glyphs: Glyphs,
        clock: Clock,
    ) -> None:
        """Make the view; it is empty until ``open``."""
        super().__init__()
        self._chats = chats
        self._glyphs = glyphs
        self._clock = clock
        self._layout: ConversationLayout | None = None
        self._blocks: list[Block] = []
        self._lines: list[tuple[int, int]] = []
        """For each line, the index of its block and of the line in that block."""
        self._user_id = ""
        self._new_after: int | None = None
        self._chosen = ""
        self._chosen_status: MessageStatus | None = None
        """The status of the chosen message when ``ChosenChanged`` was last posted."""
        self._follows = True
        self._then: Callable[[], None] | None = None
        """Called once the view is laid out, to scroll to its target."""

    @property
    def follows(self) -> bool:
        """Tell whether new messages scroll the view."""
        return self._follows

    @follows.setter
    def follows(self, follows: bool) -> None:
        changed, self._follows = follows != self._follows, follows
        if changed:
            self.post_message(self.FollowChanged())

    @property
    def chat(self) -> Chat:
        """Return the conversation that is shown."""
        return self._chats.get(self._user_id)

    @property
    def own_id(self) -> str:
        """Return the own user ID."""
        return self._chats.own_id

    @property
    def chosen(self) -> Message | None:
        """Return the message under the cursor, if there is one."""
        return self.chat.message(self._chosen) if self._chosen else None

    def open(self, user_id: str) -> None:
        """Show the conversation with a user, at its end or where the unread ones begin."""
        self._user_id = user_id
        self._chosen = ""
        self._then = None
        chat = self.chat
        self._new_after = chat.read_seq if chat.unread else None
        # Following the end would mark unread messages as read before the person saw them.
        self.follows = not chat.unread
        self._layout = None
        self.show()

    def to_end(self) -> None:
        """Show the newest message, and follow."""
        self._chosen = ""
        self.follows = True
        self.show()
        self.scroll_to_line(self.max_scroll_y)

    def show_new(self) -> None:
        """Scroll to the first unread message, or to the end if that shows them all."""
        self._show_then(self._show_new)

    def _show_new(self) -> None:
        new = self._first_new_line()
        if new is None or len(self._lines) - new <= self.page:
            self.follows = True
            self.scroll_to_line(self.max_scroll_y)
            self.post_message(self.EndSeen())
        else:
            self.scroll_to_line(new)

    def _first_new_line(self) -> int | None:
        return next(
            (n for n, (place, _) in enumerate(self._lines) if self._blocks[place].begins_new), None
        )

    def read_up(self) -> None:
        """Remove the line that marks new messages."""
        if self._new_after is not None:
            self._new_after = None
            self.show()

    def _show_then(self, go: Callable[[], None]) -> None:
        """Show the conversation, and call ``go`` once it is laid out."""
        self._then = go
        self.show()

    def show(self) -> None:
        """Lay out and paint the conversation from the model."""
        width = self.line_width
        if not width or not self._user_id:
            return
        if self._layout is None or self._layout.width != width:
            self._layout = ConversationLayout(self._chats.own_id, width, self._glyphs, self._clock)
        anchor = self._anchor()
        self._blocks = self._layout.blocks(self.chat, self._new_after)
        self._lines = [
            (place, line)
            for place, block in enumerate(self._blocks)
            for line in range(len(block.lines))
        ]
        follows = self.follows
        self.set_line_count(len(self._lines))
        if follows:
            self.scroll_to_line(self.max_scroll_y)
            self.post_message(self.EndSeen())
        elif anchor is not None:
            self._keep(*anchor)
        self.refresh()
        if (status := self._status_of_chosen()) is not self._chosen_status:
            self._chosen_status = status
            self.post_message(self.ChosenChanged())
        if self._then is not None:
            # The scroll range is known only after the next layout.
            self.call_after_refresh(self._then)
            self._then = None
        if self.scroll_offset.y == 0 and not self.chat.complete:
            self.post_message(self.OlderWanted())

    def show_times(self) -> None:
        """Format all times and dates anew."""
        self._layout = None
        self.show()

    def _anchor(self) -> tuple[str, int] | None:
        """Return a message in sight and its distance from the top, to hold its position."""
        top = self.scroll_offset.y
        for number in range(top, min(top + self.page, len(self._lines))):
            place, line = self._lines[number]
            message = self._blocks[place].message
            if message is not None:
                return message.msg_id, number - top - line
        return None

    def _keep(self, msg_id: str, distance: int) -> None:
        first = self._first_line(msg_id)
        if first is not None and first - distance != self.scroll_offset.y:
            self.scroll_to_line(max(first - distance, 0))

    def _first_line(self, msg_id: str) -> int | None:
        for number, (place, line) in enumerate(self._lines):
            message = self._blocks[place].message
            if line == 0 and message is not None and message.msg_id == msg_id:
                return number
        return None

    def line(self, number: int, width: int) -> tuple[list[Span], str]:
        """Return a line of the conversation, or a hint if there are no messages."""
        if not self._lines and number == 0:
            return [Span(f" {self._glyphs.adapt(self._hint())}", "dim")], ""
        if number >= len(self._lines):
            return [], ""
        place, line = self._lines[number]
        block = self._blocks[place]
        is_chosen = block.message is not None and block.message.msg_id == self._chosen
        return list(block.lines[line]), "cursor" if is_chosen and self.has_focus else ""

    def _hint(self) -> str:
        return "No messages yet." if self.chat.complete else "loading …"

    # Moving

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for older messages at the top; follow new ones at the end."""
        super().watch_scroll_y(old_value, new_value)
        self.follows = new_value >= self.max_scroll_y
        if new_value == 0 and self._lines and not self.chat.complete:
            self.post_message(self.OlderWanted())
        elif self.follows and new_value > old_value:
            self.post_message(self.EndSeen())

    def action_move(self, lines: int) -> None:
        """Select the previous or next message."""
        ids = [block.message.msg_id for block in self._blocks if block.message is not None]
        if not ids:
            return
        at = ids.index(self._chosen) if self._chosen in ids else len(ids)
        if abs(lines) > 1:
            super().action_move(lines)
            return
        self.choose(ids[max(at + lines, 0)] if at + lines < len(ids) else "")

    def choose_last(self) -> None:
        """Select the newest message."""
        self._chosen = ""
        self.action_move(-1)

    def choose(self, msg_id: str) -> None:
        """Select a message and scroll to it; an empty ID selects none and scrolls to the end."""
        self._chosen = msg_id
        self._chosen_status = self._status_of_chosen()
        self.post_message(self.ChosenChanged())
        if msg_id and self._first_line(msg_id) is None:
            # The message was loaded after the last layout.
            self.follows = False
            self._show_then(self._show_chosen)
        self._show_chosen()
        self.refresh()

    def _status_of_chosen(self) -> MessageStatus | None:
        return None if self.chosen is None else self.chosen.status

    def _show_chosen(self) -> None:
        """Scroll the selected message into sight, or to the end if none is selected."""
        first = self._first_line(self._chosen) if self._chosen else None
        if first is None:
            self.scroll_to_line(self.max_scroll_y)
            return
        last = first + len(self._blocks[self._lines[first][0]].lines) - 1
        top = self.scroll_offset.y
        if first < top:
            self.scroll_to_line(first)
        elif last >= top + self.page:
            self.scroll_to_line(last - self.page + 1)

    def action_choose(self) -> None:
        """Reply to the message under the cursor."""
        if self._chosen:
            self.post_message(RunCommand("reply"))

    def on_click(self, event: Click) -> None:
        """Select the message under the mouse, and run the command of the span that was clicked."""
        number = event.y + self.scroll_offset.y
        if number >= len(self._lines) or self.text_selection is not None:
            return
        place, line = self._lines[number]
        block = self._blocks[place]
        if block.message is None:
            return
        self.choose(block.message.msg_id)
        at = 0
        for span in block.lines[line]:
            at += width_of([span])
            if event.x < at:
                if span.command:
                    self.post_message(RunCommand(span.command))
                return

    def on_resize(self, event: Resize) -> None:
        """Wrap the messages again for the new width."""
        self.show()

    def on_blur(self) -> None:
        """Hide the cursor while another widget has the focus."""
        self.refresh()
