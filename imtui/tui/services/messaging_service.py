"""The account's conversations: loading, sending, reading and receiving messages."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from imtui.protocol.chat import Message, MessageStatus, ReceiveOpt, conversation_id
from imtui.protocol.errors import IMError
from imtui.tui.commands.command import Keys
from imtui.tui.kit.cells import fit
from imtui.tui.kit.clock import Clock, Handle
from imtui.tui.model.alert import Alert, AlertKind
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
"""The number of messages in a page of history."""
TYPING_SHOWN_FOR: Final = 6.0
"""Seconds for which a received typing hint is shown."""
TYPING_INTERVAL: Final = 3.0
"""Minimum seconds between two sent typing hints."""
_BACK_PAGES_MAX: Final = 40
_ALERT_DELAY: Final = 0.3
_SENDERS_NAMED_MAX: Final = 3
_ALERT_TEXT_MAX: Final = 60

AlertCallback = Callable[[Alert], None]


class MessagingService:
    """Load, send and receive messages."""

    def __init__(
        self,
        model: Model,
        clock: Clock,
        keys: Keys,
        client: Callable[[], ChatClient],
        is_seen: Callable[[str], bool],
        alert: AlertCallback,
    ) -> None:
        """Create the service.

        Args:
            model: The model.
            clock: The time.
            keys: The keys of the commands, for sentences.
            client: Returns the client, or raises IMError 6014.
            is_seen: Tells whether the conversation with a user is visible now.
            alert: Called with each alert.
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
        """Load the list of conversations.

        Raises:
            IMError: The codes of ``get_conversation_list``.
        """
        at, finished = 0, False
        while not finished:
            page = await self._client().get_conversation_list(at)
            self._model.chats.conversations_changed(page.conversations)
            at, finished = page.next_seq, page.is_finished

    async def open_conversation(self, user_id: str) -> None:
        """Load the newest messages and the unsent ones of a conversation."""
        for message in self._client().outbox_messages(user_id):
            self._model.chats.apply_message(message)
        await self._load(user_id, None)

    async def load_older(self, user_id: str) -> None:
        """Load the page before the oldest message that is held."""
        chat = self._model.chats.get(user_id)
        if not chat.complete:
            await self._load(user_id, chat.oldest)

    async def load_back_to(self, user_id: str, seq: int) -> None:
        """Load older pages until a sequence number is reached, up to a limit."""
        for _ in range(_BACK_PAGES_MAX):
            chat = self._model.chats.get(user_id)
            if chat.complete or (chat.oldest is not None and chat.oldest.seq <= seq):
                return
            await self._load(user_id, chat.oldest)

    async def search_messages(self, words: str, user_id: str | None) -> list[Message]:
        """Return messages on this device that contain all of the words, the newest first."""
        return await self._client().search_local_messages(words.split()[:5], user_id)

    async def _load(self, user_id: str, before: Message | None) -> None:
        if user_id in self._loading:
            return
        self._loading.add(user_id)
        try:
            page = await self._client().get_c2c_history_message_list(user_id, PAGE_SIZE, before)
        finally:
            self._loading.discard(user_id)
        # Without a connection, a short page may only mean that older messages are out of reach.
        complete = len(page) < PAGE_SIZE and self._model.connection.link is Link.CONNECTED
        if page or complete:
            self._model.chats.add_history(user_id, page, complete=complete)

    # Sending

    def send_text(self, user_id: str, text: str, reply_to: Message | None = None) -> None:
        """Queue a text, which is sent now or when there is a connection.

        Raises:
            IMError: 6017, 8001 or 6019 if it cannot be queued.
        """
        data = "" if reply_to is None else reply_data(reply_to)
        message = self._client().queue_c2c_text_message(text, user_id, cloud_custom_data=data)
        self._model.chats.apply_message(message)
        self._hinted_at = float("-inf")

    def resend_message(self, message: Message) -> None:
        """Queue a failed message again."""
        self._client().resend_message(message.msg_id)

    def discard_message(self, message: Message) -> None:
        """Drop an unsent message."""
        self._client().discard_message(message.msg_id)
        self._model.chats.drop_unsent(message.receiver, message.msg_id)

    async def send_typing_hint(self, user_id: str) -> None:
        """Send a typing hint, unless one was sent within ``TYPING_INTERVAL``."""
        now = self._clock.monotonic()
        if now - self._hinted_at < TYPING_INTERVAL:
            return
        self._hinted_at = now
        try:
            await self._client().send_c2c_custom_message(
                typing_hint(True), user_id, online_user_only=True
            )
        except IMError:
            # Losing a hint does no harm.
            return

    # Reading

    async def mark_read(self, user_id: str) -> None:
        """Mark a conversation as read."""
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
            IMError: 20016 after two minutes, and the other codes of ``revoke_message``.
        """
        await self._client().revoke_message(message)

    async def delete_message(self, message: Message) -> None:
        """Delete a message for the own account only.

        Raises:
            IMError: The codes of ``delete_messages``.
        """
        await self._client().delete_messages([message])

    async def delete_conversation(self, user_id: str) -> None:
        """Delete a conversation and its messages for the own account only.

        Raises:
            IMError: The codes of ``delete_conversation``.
        """
        await self._client().delete_conversation(conversation_id(user_id))

    async def set_muted(self, user_id: str, muted: bool) -> None:
        """Mute or unmute a user's messages.

        Raises:
            IMError: The codes of ``set_c2c_receive_message_opt``.
        """
        opt = ReceiveOpt.RECEIVE_NOT_NOTIFY if muted else ReceiveOpt.RECEIVE
        await self._client().set_c2c_receive_message_opt([user_id], opt)

    async def set_pinned(self, user_id: str, pinned: bool) -> None:
        """Pin or unpin a conversation.

        Raises:
            IMError: 51012 over 50, and the other codes of ``pin_conversation``.
        """
        await self._client().pin_conversation(conversation_id(user_id), pinned)

    def save_draft(self, user_id: str, text: str) -> None:
        """Save the draft of a message to a user, if it changed."""
        if text != self._model.chats.get(user_id).draft:
            self._client().set_conversation_draft(conversation_id(user_id), text or None)

    # Events

    def message_received(self, message: Message) -> None:
        """Handle a message from another user, or from another own device."""
        typing = read_typing_hint(message)
        if typing is not None:
            # Another own device sends hints too.
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
        """Handle the read receipts of other users."""
        self._model.chats.apply_receipts(receipts)

    def conversations_changed(self, conversations: "list[ConversationInfo]") -> None:
        """Handle changes of conversations."""
        self._model.chats.conversations_changed(conversations)

    def send_failed(self, message: Message, error: IMError) -> None:
        """Handle a message that the backend refused."""
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
        """Alert the user of the messages since the last alert, combined by sender."""
        self._alert_due = None
        incoming, self._incoming = self._incoming, {}
        if len(incoming) > _SENDERS_NAMED_MAX:
            number = sum(map(len, incoming.values()))
            words = f"{counted(number, 'message')} from {len(incoming)} people"
            self._alert(Alert(AlertKind.MESSAGE, "", words))
            return
        for user_id, messages in incoming.items():
            words = fit(abstract(messages[-1]), _ALERT_TEXT_MAX)
            gist = "sent a message"
            if len(messages) > 1:
                gist = counted(len(messages), "message")
                words = f"{gist}, the last one: {words}"
            self._alert(Alert(AlertKind.MESSAGE, user_id, words, gist))


def can_resend(message: Message) -> bool:
    """Tell whether a message failed and can be sent again."""
    return message.status is MessageStatus.SEND_FAIL
