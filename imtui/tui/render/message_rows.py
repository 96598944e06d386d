"""The lines of a conversation as spans: days, messages, and the mark of new messages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from imtui.protocol.chat import ElemType, Message, MessageStatus
from imtui.protocol.safe_text import safe_lines
from imtui.tui.kit.cells import column
from imtui.tui.kit.clock import Clock
from imtui.tui.kit.spans import Span, crop, width_of, wrap
from imtui.tui.model.conversations import Chat, version_of
from imtui.tui.model.replies import read_quote
from imtui.tui.render.glyphs import Glyphs

MESSAGE_LINES_MAX: Final = 200
"""Longer messages are cut to this many lines; copying copies them whole."""
_NAME_MIN, _NAME_MAX = 3, 12
_MARK_WIDTH: Final = 5
_URL: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'’”]")

Line = list[Span]
_Key = tuple[int, int, str, MessageStatus, bool]
"""A block is rebuilt when the version, the status or the read mark of its message changes."""


@dataclass(frozen=True)
class Block:
    """The lines of one message or of one separator."""

    lines: Sequence[Line]
    message: Message | None = None
    begins_new: bool = False
    """Whether the following messages were unread when the conversation was opened."""


class ConversationLayout:
    """Build the blocks of a conversation for one width, reusing unchanged ones."""

    def __init__(self, own_id: str, width: int, glyphs: Glyphs, clock: Clock) -> None:
        """Create a layout for ``width`` cells; ``own_id`` is the logged-in user."""
        self.own_id = own_id
        self.width = width
        self._glyphs = glyphs
        self._clock = clock
        self._blocks: dict[_Key, Block] = {}

    def blocks(self, chat: Chat, new_after: int | None) -> list[Block]:
        """Return the blocks of a conversation, the oldest first.

        Args:
            chat: The conversation.
            new_after: The sequence number of the last read message when the conversation was
                opened, if there were newer ones; a separator follows it.
        """
        made: dict[_Key, Block] = {}
        blocks: list[Block] = []
        day = ""
        is_new = False
        names = self._name_width(chat)
        for message in chat.messages:
            if (now := self._day_text(message)) != day:
                day = now
                blocks.append(Block([self._separator(day)]))
            is_theirs = message.sender != self.own_id
            if new_after is not None and not is_new and is_theirs and message.seq > new_after:
                is_new = True
                blocks.append(Block([self._separator("new", "alert")], begins_new=True))
            read = bool(message.seq) and message.seq <= chat.peer_read_seq
            key = (*version_of(message), message.msg_id, message.status, read)
            block = self._blocks.get(key) or Block(
                self._message_lines(message, names, read), message
            )
            made[key] = block
            blocks.append(block)
        self._blocks = made
        return blocks

    def _name_width(self, chat: Chat) -> int:
        return min(max(len(chat.user_id), _NAME_MIN), _NAME_MAX, max(self.width // 5, _NAME_MIN))

    def _day_text(self, message: Message) -> str:
        then = self._clock.local(message.timestamp)
        year = "" if then.year == self._clock.local(self._clock.now()).year else f" {then.year}"
        return f"{then:%A} {then.day} {then:%B}{year}"

    def _separator(self, words: str, style: str = "dim") -> Line:
        bar = self._glyphs.rule
        line = f"{bar * 2} {words} "
        return [Span(line + bar * max(self.width - len(line), 0), style)]

    def _message_lines(self, message: Message, name_width: int, read: bool) -> list[Line]:
        own = message.sender == self.own_id
        name = "you" if own else message.sender
        head = [
            Span(f"{self._clock.local(message.timestamp):%H:%M} ", "dim"),
            Span(f"{column(name, name_width, self._glyphs.ellipsis)} ", "accent" if own else ""),
        ]
        indent = Span(" " * width_of(head))
        room = max(self.width - width_of(head) - (_MARK_WIDTH if own else 0), 8)
        body = self._body_lines(message, room)
        if own:
            body[-1] = self._with_mark(body[-1], message, read, room + _MARK_WIDTH)
        return [[*(head if number == 0 else [indent]), *line] for number, line in enumerate(body)]

    def _body_lines(self, message: Message, room: int) -> list[Line]:
        if message.status is MessageStatus.LOCAL_REVOKED:
            return [[Span("recalled", "dim")]]
        if message.elem_type is not ElemType.TEXT and not message.text:
            return wrap([Span("sent what imtui cannot show", "dim")], room)
        lines: list[Line] = []
        if (quote := read_quote(message)) is not None:
            who = "you" if quote.sender == self.own_id else quote.sender
            words = f"{self._glyphs.bar} {who}: {quote.text}"
            lines.append(crop([Span(words, "dim")], room, self._glyphs.ellipsis))
        texts = safe_lines(message.text.strip("\n"))
        for text in texts[:MESSAGE_LINES_MAX]:
            lines += _wrap_text(text, room)
        if len(texts) > MESSAGE_LINES_MAX:
            more = f"{len(texts) - MESSAGE_LINES_MAX} more lines (copying takes all)"
            lines.append([Span(self._glyphs.adapt(f"… {more}"), "dim")])
        return lines or [[]]

    def _with_mark(self, line: Line, message: Message, read: bool, width: int) -> Line:
        mark = {
            MessageStatus.SENDING: Span(self._glyphs.sending, "dim"),
            MessageStatus.SEND_FAIL: Span(self._glyphs.failed, "alert", "resend"),
            MessageStatus.LOCAL_REVOKED: Span(""),
        }.get(message.status, Span(self._glyphs.read if read else self._glyphs.sent, "dim"))
        gap = max(width - width_of(line) - width_of([mark]), 1)
        return [*line, Span(" " * gap), mark]


def _wrap_text(text: str, room: int) -> list[Line]:
    """Return a text in lines; words that are too long for a line are broken."""
    spans: list[Span] = []
    at = 0
    for url in _URL.finditer(text):
        spans += [Span(text[at : url.start()]), Span(url[0], "link", "", url[0])]
        at = url.end()
    spans.append(Span(text[at:]))
    return wrap([span for span in spans if span.text], room, cut=True)
