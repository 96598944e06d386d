"""The conversation: title, messages, and the input below them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from imtui.protocol.chat import Message
from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys, key_name
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span, crop
from imtui.tui.model.model import Model
from imtui.tui.model.person import Person
from imtui.tui.model.replies import abstract
from imtui.tui.render.conversation_title import chat_title
from imtui.tui.render.glyphs import Glyphs
from imtui.tui.widgets.composer import Composer
from imtui.tui.widgets.key_line import Hint
from imtui.tui.widgets.message_view import MessageView

if TYPE_CHECKING:
    from imtui.tui.widgets.command_line import Completer

_WRITING: Final = (
    ("Enter", "send", ""),
    ("^j", "new line", ""),
    ("PgUp", "messages", ""),
    ("Esc", "friends", ""),
)
_WRITING_COMMANDS: Final = ("next-unread", "close", "palette")
_CHOOSING: Final = (("Enter", "reply", ""),)
_CHOOSING_COMMANDS: Final = ("recall", "delete-message", "copy-message", "resend")
_TO_WRITE: Final = (("Esc", "write", ""),)


class ChatTitle(PaintedLine):
    """With whom the conversation is, live."""

    def __init__(self, model: Model, glyphs: Glyphs, clock: Clock) -> None:
        """Make the title of no conversation yet."""
        super().__init__()
        self._model = model
        self._glyphs = glyphs
        self._clock = clock
        self.user_id = ""

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows in so many cells."""
        pane = self.parent
        current = isinstance(pane, ChatPane) and pane.has_focus_within
        person = self._model.person(self.user_id) or Person(self.user_id)
        chat = self._model.chats.get(self.user_id)
        as_of = self._model.connection.as_of
        below = isinstance(pane, ChatPane) and not pane.view.follows
        return chat_title(
            chat, person, width, self._glyphs, self._clock, as_of, current=current, below=below
        )


class ReplyLine(PaintedLine):
    """What the message that is written replies to; hidden while it replies to nothing."""

    def __init__(self, glyphs: Glyphs) -> None:
        """Make it hidden."""
        super().__init__()
        self._glyphs = glyphs
        self.message: Message | None = None
        self.display = False

    def reply_to(self, message: Message | None) -> None:
        """Show a message, or none."""
        self.message = message
        self.display = message is not None
        self.refresh()

    def spans(self, width: int) -> list[Span]:
        """Return what the line shows in so many cells."""
        if self.message is None:
            return []
        words = f" reply to {self.message.sender}: {abstract(self.message)}"
        return crop([Span(words, "dim")], width, self._glyphs.ellipsis)


class ChatPane(Vertical):
    """One conversation at a time."""

    def __init__(
        self,
        model: Model,
        glyphs: Glyphs,
        clock: Clock,
        keys: Keys,
        completer: "Completer",
    ) -> None:
        """Make the pane of no conversation yet."""
        super().__init__(id="chat")
        self._keys = keys
        self.title_line = ChatTitle(model, glyphs, clock)
        self.view = MessageView(model.chats, glyphs, clock)
        self.reply_line = ReplyLine(glyphs)
        self.composer = Composer(glyphs.adapt("a message …"), completer)

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield self.title_line
        yield self.view
        yield self.reply_line
        yield self.composer

    def on_message_view_follow_changed(self) -> None:
        """Show whether more is below."""
        self.title_line.refresh()

    @property
    def user_id(self) -> str:
        """Return with whom the conversation is, or nothing."""
        return self.title_line.user_id

    def hints_for(self, widget: Widget) -> Sequence[Hint]:
        """Return what keys do in the input or among the messages; nothing elsewhere."""
        if widget is self.composer:
            return [*_WRITING, *self._commands(_WRITING_COMMANDS, "ctrl+")]
        if widget is self.view:
            return [*_CHOOSING, *self._commands(_CHOOSING_COMMANDS), *_TO_WRITE]
        return ()

    def _commands(self, names: Sequence[str], begin: str = "") -> list[Hint]:
        """Return the keys of commands; only those that begin so, where letters are text."""
        hints: list[Hint] = []
        for command in map(command_by_id, names):
            keys = [key for key in self._keys.of(command) if key.startswith(begin)]
            if keys:
                hints.append((key_name(keys[0]), command.title.lower(), command.id))
        return hints

    def open(self, user_id: str, draft: str) -> None:
        """Show a conversation, with what was begun to be written in it."""
        self.title_line.user_id = user_id
        self.title_line.refresh()
        self.reply_line.reply_to(None)
        self.view.open(user_id)
        self.composer.put(draft)

    def show(self) -> None:
        """Show what is true now."""
        self.title_line.refresh()
        self.view.show()
