"""The account's conversations on the SDK: loading, sending, reading, and what comes in."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from imtui.protocol.chat import Message, MessageStatus, ReceiveOpt, conversation_id
from imtui.protocol.errors import IMError
from imtui.tui.commands.command import Keys
from imtui.tui.kit.cells import fit
from imtui.tui.kit.clock import Clock, Handle
from imtui.tui.model.connection import Link
from imtui.tui.model.events import EventKind, counted
from imtui.tui.model.model import Model
from imtui.tui.model.replies import abstract, reply_data
from imtui.tui.model.typing_hint import read_typing_hint, typing_hint
from imtui.tui.services.client import ChatClient
from imtui.tui.services.explain import explain

if TYPE_CHECKING:
    from imtui.protocol.chat import ReadReceipt
    from imtui.sdk import ConversationInfo

PAGE_SIZE: Final = 50
"""So many messages are loaded at once."""
TYPING_SHOWN_FOR: Final = 6.0
"""A typing hint holds for so many seconds."""
TYPING_INTERVAL: Final = 3.0
"""That one is typing is told at most once in so many seconds."""
_BACK_PAGES_MAX: Final = 40
_ALERT_DELAY: Final = 0.3
_SENDERS_NAMED_MAX: Final = 3
_ALERT_TEXT_MAX: Final = 60

AlertCallback = Callable[[str, str], None]
"""Told of whom there is something to notice, and in which words."""


class MessagingService:
    """What the app does with messages."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        keys: Keys,
        client: Callable[[], ChatClient],
        is_seen: Callable[[str], bool],
        alert: AlertCallback,
    ) -> None:
        """Make it.

        Args:
            model: Where the conversations are shown.
            clock: The time.
            keys: The keys of the commands, for sentences.
            client: Returns the client, or raises IMError 6014.
            is_seen: Tells whether the person sees the conversation with somebody at this moment.
            alert: Told what the person should notice.
        """
        self._model = model
        self._clock = clock
        self._keys = keys
        self._client = client
        self._is_seen = is_seen
        self._alert = alert
        self._loading: set[str] = set()
        self._marking_read: set[str] = set()
        self._typing: dict[str, Handle] = {}
        self._hinted_at = float("-inf")
        self._incoming: dict[str, list[Message]] = {}
        self._alert_due: Handle | None = None

    # Loading

    async def load_conversations(self) -> None:
        """Learn of all conversations.

        Raises:
            IMError: The call's own codes.
        """
        at, finished = 0, False
        while not finished:
            page = await self._client().get_conversation_list(at)
            self._model.chats.conversations_changed(page.conversations)
            at, finished = page.next_seq, page.is_finished

    async def open_conversation(self, user_id: str) -> None:
        """Load the newest messages of a conversation, and what waits to be sent in it."""
        for message in self._client().outbox_messages(user_id):
            self._model.chats.apply_message(message)
        await self._load(user_id, None)

    async def load_older(self, user_id: str) -> None:
        """Load the messages before those that are held."""
        chat = self._model.chats.get(user_id)
        if not chat.complete:
            await self._load(user_id, chat.oldest)

    async def load_back_to(self, user_id: str, seq: int) -> None:
        """Load older messages until one is held, as far as that is sensible."""
        for _ in range(_BACK_PAGES_MAX):
            chat = self._model.chats.get(user_id)
            if chat.complete or (chat.oldest is not None and chat.oldest.seq <= seq):
                return
            await self._load(user_id, chat.oldest)

    async def search_messages(self, words: str, user_id: str | None) -> list[Message]:
        """Return messages on this device that have all of some words, the newest first."""
        return await self._client().search_local_messages(words.split()[:5], user_id)

    async def _load(self, user_id: str, before: Message | None) -> None:
        if user_id in self._loading:
            return
        self._loading.add(user_id)
        try:
            page = await self._client().get_c2c_history_message_list(user_id, PAGE_SIZE, before)
        finally:
            self._loading.discard(user_id)
        # Without a connection, what is missing on this device may only be out of reach.
        complete = len(page) < PAGE_SIZE and self._model.connection.link is Link.CONNECTED
        if page or complete:
            self._model.chats.add_history(user_id, page, complete=complete)

    # Sending

    def send_text(self, user_id: str, text: str, reply_to: Message | None = None) -> None:
        """Have a text sent, now or when there is a connection.

        Raises:
            IMError: 6017, 8001 or 6019: it cannot be sent.
        """
        beside = "" if reply_to is None else reply_data(reply_to)
        message = self._client().queue_c2c_text_message(text, user_id, cloud_custom_data=beside)
        self._model.chats.apply_message(message)
        self._hinted_at = float("-inf")

    def resend_message(self, message: Message) -> None:
        """Try to send again what failed."""
        self._client().resend_message(message.msg_id)

    def discard_message(self, message: Message) -> None:
        """Drop what was not sent."""
        self._client().discard_message(message.msg_id)
        self._model.chats.drop_unsent(message.receiver, message.msg_id)

    async def send_typing_hint(self, user_id: str) -> None:
        """Tell that one is typing, if that was not told just now."""
        now = self._clock.monotonic()
        if now - self._hinted_at < TYPING_INTERVAL:
            return
        self._hinted_at = now
        try:
            await self._client().send_c2c_custom_message(
                typing_hint(True), user_id, online_user_only=True
            )
        except IMError:
            # A hint that does not arrive is no loss.
            return

    # Reading

    async def mark_read(self, user_id: str) -> None:
        """Note that the person has seen all of a conversation."""
        if user_id in self._marking_read or not self._model.chats.unread(user_id):
            return
        self._marking_read.add(user_id)
        try:
            await self._client().clean_conversation_unread_message_count(conversation_id(user_id))
        finally:
            self._marking_read.discard(user_id)

    # Changing

    async def recall_message(self, message: Message) -> None:
        """Recall an own message.

        Raises:
            IMError: 20016 after two minutes, and the call's other codes.
        """
        await self._client().revoke_message(message)

    async def delete_message(self, message: Message) -> None:
        """Delete a message for oneself.

        Raises:
            IMError: The call's own codes.
        """
        await self._client().delete_messages([message])

    async def delete_conversation(self, user_id: str) -> None:
        """Delete a conversation with all of its messages, for oneself.

        Raises:
            IMError: The call's own codes.
        """
        await self._client().delete_conversation(conversation_id(user_id))

    async def set_muted(self, user_id: str, muted: bool) -> None:
        """Have messages of somebody not notified, or again.

        Raises:
            IMError: The call's own codes.
        """
        opt = ReceiveOpt.RECEIVE_NOT_NOTIFY if muted else ReceiveOpt.RECEIVE
        await self._client().set_c2c_receive_message_opt([user_id], opt)

    async def set_pinned(self, user_id: str, pinned: bool) -> None:
        """Pin a conversation, or no longer.

        Raises:
            IMError: 51012 over 50, and the call's other codes.
        """
        await self._client().pin_conversation(conversation_id(user_id), pinned)

    def save_draft(self, user_id: str, text: str) -> None:
        """Keep what was begun to be written to somebody."""
        if text != self._model.chats.get(user_id).draft:
            self._client().set_conversation_draft(conversation_id(user_id), text or None)

    # Events

    def message_received(self, message: Message) -> None:
        """Handle a message from somebody, or from another own device."""
        typing = read_typing_hint(message)
        if typing is not None:
            # One's own other device tells it too.
            if message.sender != self._model.own.user_id:
                self._show_typing(message.sender, typing)
            return
        if message.online_user_only:
            return
        self._model.chats.apply_message(message)
        if message.sender == self._model.own.user_id or message.is_excluded_from_unread_count:
            return
        if not self._model.chats.get(message.sender).muted and not self._is_seen(message.sender):
            self._incoming.setdefault(message.sender, []).append(message)
            if self._alert_due is None:
                self._alert_due = self._clock.call_later(_ALERT_DELAY, self._alert_incoming)

    def messages_changed(self, messages: list[Message]) -> None:
        """Handle messages that were sent or have changed."""
        for message in messages:
            self._model.chats.apply_message(message)

    def receipts_received(self, receipts: "list[ReadReceipt]") -> None:
        """Handle read receipts of others."""
        self._model.chats.apply_receipts(receipts)

    def conversations_changed(self, conversations: "list[ConversationInfo]") -> None:
        """Handle changes of conversations."""
        self._model.chats.conversations_changed(conversations)

    def send_failed(self, message: Message, error: IMError) -> None:
        """Handle that a message was refused."""
        self._model.chats.apply_message(message)
        self._model.feed.emit(
            EventKind.NOTICE,
            f"did not get a message: {explain(error, self._keys)}",
            who=message.receiver,
        )

    def _show_typing(self, user_id: str, typing: bool) -> None:
        if (ends := self._typing.pop(user_id, None)) is not None:
            ends.cancel()
        self._model.chats.set_typing(user_id, typing)
        if typing:
            self._typing[user_id] = self._clock.call_later(
                TYPING_SHOWN_FOR, lambda: self._show_typing(user_id, False)
            )

    def _alert_incoming(self) -> None:
        """Tell what came in the last moment, many messages as one."""
        self._alert_due = None
        came, self._incoming = self._incoming, {}
        if len(came) > _SENDERS_NAMED_MAX:
            number = sum(map(len, came.values()))
            self._alert("", f"{counted(number, 'message')} from {len(came)} people")
            return
        for user_id, messages in came.items():
            words = fit(abstract(messages[-1]), _ALERT_TEXT_MAX)
            if len(messages) > 1:
                words = f"{counted(len(messages), 'message')}, the last one: {words}"
            self._alert(user_id, words)


def can_resend(message: Message) -> bool:
    """Tell whether a message failed, and can be tried again."""
    return message.status is MessageStatus.SEND_FAIL
