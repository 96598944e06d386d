"""The conversation: title, messages, and the input below them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.message import Message as TextualMessage
from textual.widget import Widget

from imtui.protocol.chat import Message, MessageStatus
from imtui.tui.commands.catalogue import command_by_id
from imtui.tui.commands.command import Keys, key_name
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.moves import CHOOSE
from imtui.tui.kit.painted import PaintedLine
from imtui.tui.kit.spans import Span, crop
from imtui.tui.kit.uniform import Column
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
)
_WRITING_COMMANDS: Final = ("next-unread", "close", "palette")
_TO_WRITE: Final = (("Esc", "write", ""),)


class ChatTitle(PaintedLine):
    """The title of the conversation: the other user and their status, live."""

    def __init__(self, model: Model, glyphs: Glyphs, clock: Clock) -> None:
        """Make the title; it is empty until a conversation opens."""
        super().__init__()
        self._model = model
        self._glyphs = glyphs
        self._clock = clock
        self.user_id = ""

    def spans(self, width: int) -> list[Span]:
        """Return the line, ``width`` cells wide."""
        pane = self.parent
        current = isinstance(pane, ChatPane) and pane.has_focus_within
        person = self._model.person(self.user_id) or Person(self.user_id)
        chat = self._model.chats.get(self.user_id)
        below = isinstance(pane, ChatPane) and not pane.view.follows
        return chat_title(
            chat,
            person,
            width,
            self._glyphs,
            self._clock,
            self._model.connection.as_of,
            current=current,
            below=below,
            offer=self._offer(person),
        )

    def _offer(self, person: Person) -> str:
        # The keys of commands are letters to write with here, so this names the slash command.
        is_offered = not person.live and self._model.sources.subscribers_notified
        return "/subscribe" if is_offered else ""


class ReplyLine(PaintedLine):
    """The message being replied to; hidden while there is none."""

    class Changed(TextualMessage):
        """A reply was begun or ended."""

    def __init__(self, glyphs: Glyphs) -> None:
        """Make a hidden line."""
        super().__init__()
        self._glyphs = glyphs
        self.message: Message | None = None
        self.display = False

    def reply_to(self, message: Message | None) -> None:
        """Show the message to reply to; None hides the line."""
        if message is not self.message:
            self.post_message(self.Changed())
        self.message = message
        self.display = message is not None
        self.refresh()

    def spans(self, width: int) -> list[Span]:
        """Return the line, ``width`` cells wide."""
        if self.message is None:
            return []
        words = f" reply to {self.message.sender}: {abstract(self.message)}"
        return crop([Span(words, "dim")], width, self._glyphs.ellipsis)


class ChatPane(Column):
    """Shows one conversation at a time."""

    def __init__(
        self,
        model: Model,
        glyphs: Glyphs,
        clock: Clock,
        keys: Keys,
        completer: "Completer",
    ) -> None:
        """Make the pane; it is empty until ``open``."""
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
        """Show whether newer messages are below."""
        self.title_line.refresh()

    @property
    def user_id(self) -> str:
        """Return the ID of the other user; empty without a conversation."""
        return self.title_line.user_id

    def hints(self, focused: Widget) -> Sequence[Hint]:
        """Return the keys of the input or of the messages; none for other widgets."""
        if focused is self.composer:
            leave = "no reply" if self.reply_line.message is not None else "friends"
            commands = self._commands(_WRITING_COMMANDS, "ctrl+")
            return [*_WRITING, ("Esc", leave, ""), *commands]
        if focused is not self.view:
            return ()
        message = self.view.chosen
        if message is None:
            return _TO_WRITE
        names = ["delete-message", "copy-message"]
        if message.status is MessageStatus.SEND_FAIL:
            names.insert(0, "resend")
        elif message.status is MessageStatus.SEND_SUCC and message.sender == self.view.own_id:
            names.insert(0, "recall")
        choose = (self._keys.names(CHOOSE, 1), "reply", "reply")
        return [choose, *self._commands(names), *_TO_WRITE]

    def _commands(self, names: Sequence[str], begin: str = "") -> list[Hint]:
        """Return hints for commands, using only keys that start with ``begin``."""
        hints: list[Hint] = []
        for command in map(command_by_id, names):
            keys = [key for key in self._keys.of(command) if key.startswith(begin)]
            if keys:
                hints.append((key_name(keys[0]), command.title.lower(), command.id))
        return hints

    def open(self, user_id: str, draft: str) -> None:
        """Show a conversation and put its draft into the input."""
        self.title_line.user_id = user_id
        self.title_line.refresh()
        self.reply_line.reply_to(None)
        self.view.open(user_id)
        self.composer.put(draft)

    def show(self) -> None:
        """Repaint the pane from the model."""
        self.title_line.refresh()
        self.view.show()
