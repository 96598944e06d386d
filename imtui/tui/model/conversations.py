"""The conversations of the account, updated from the SDK's events."""

from bisect import insort
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from imtui.protocol.chat import Message, ReadReceipt
    from imtui.sdk import ConversationInfo

MESSAGES_MAX: Final = 2_000
"""The number of messages held per conversation; scrolling loads older ones again."""


def version_of(message: "Message") -> tuple[int, int]:
    """Return a message's versions: for changes visible to all members, and to this user only."""
    return message.version, message.own_version


class Chat:
    """One conversation."""

    def __init__(self, user_id: str) -> None:
        """Create an empty conversation with a user."""
        self.user_id = user_id
        self.unread = 0
        self.read_seq = 0
        self.peer_read_seq = 0
        self.pinned = False
        self.muted = False
        self.draft = ""
        self.order_key = 0
        self.last: Message | None = None
        self.version = 0
        self.complete = False
        """Whether there are no messages older than those held."""
        self.typing = False
        """Whether the other user is typing."""
        self._stored: dict[int, Message] = {}
        self._seqs: list[int] = []
        self._unsent: dict[str, Message] = {}

    @property
    def messages(self) -> "list[Message]":
        """Return the messages in order, with the unsent ones at the end."""
        return [*(self._stored[seq] for seq in self._seqs), *self._unsent.values()]

    @property
    def oldest(self) -> "Message | None":
        """Return the oldest stored message that is held."""
        return self._stored[self._seqs[0]] if self._seqs else None

    @property
    def newest_seq(self) -> int:
        """Return the sequence number of the newest stored message, or 0."""
        return self._seqs[-1] if self._seqs else 0

    def message(self, msg_id: str) -> "Message | None":
        """Return the held message with an ID."""
        return next((one for one in self.messages if one.msg_id == msg_id), None)

    def apply_message(self, message: "Message") -> None:
        """Add a message, or replace it with its new version."""
        # Imported here to keep it out of the start-up.
        from imtui.protocol.chat import MessageStatus

        if message.status is MessageStatus.HAS_DELETED:
            self._drop(message)
        elif message.seq == 0:
            self._unsent[message.msg_id] = message
        else:
            self._unsent.pop(message.msg_id, None)
            before = self._stored.get(message.seq)
            if before is None:
                insort(self._seqs, message.seq)
            elif version_of(before) > version_of(message):
                # A push has overtaken this page of history or response.
                return
            self._stored[message.seq] = message

    def drop_unsent(self, msg_id: str) -> None:
        """Drop a message that will not be sent."""
        self._unsent.pop(msg_id, None)

    def drop_stored(self) -> None:
        """Drop all stored messages, but not the unsent ones."""
        self._stored.clear()
        self._seqs.clear()
        self.complete = False

    def drop_until(self, seq: int) -> None:
        """Drop the messages up to a sequence number, where the conversation was deleted."""
        while self._seqs and self._seqs[0] <= seq:
            del self._stored[self._seqs.pop(0)]

    def trim(self) -> None:
        """Drop the oldest messages beyond ``MESSAGES_MAX``."""
        dropped, self._seqs = self._seqs[:-MESSAGES_MAX], self._seqs[-MESSAGES_MAX:]
        for seq in dropped:
            del self._stored[seq]
        if dropped:
            self.complete = False

    def _drop(self, message: "Message") -> None:
        self._unsent.pop(message.msg_id, None)
        if self._stored.pop(message.seq, None) is not None:
            self._seqs.remove(message.seq)


class Chats:
    """All conversations of the account."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        """Start empty; ``changed`` is called with the user ID of each changed conversation."""
        self._changed = changed
        self._chats: dict[str, Chat] = {}
        self.own_id = ""

    def __contains__(self, user_id: str) -> bool:
        """Tell whether there is a conversation with a user."""
        return user_id in self._chats

    def get(self, user_id: str) -> Chat:
        """Return the conversation with a user; an empty one if there is none."""
        return self._chats.get(user_id) or Chat(user_id)

    def all(self) -> list[Chat]:
        """Return the conversations, the most recently active first."""
        return sorted(self._chats.values(), key=lambda chat: -chat.order_key)

    def unread(self, user_id: str) -> int:
        """Return the number of unread messages from a user."""
        chat = self._chats.get(user_id)
        return 0 if chat is None else chat.unread

    @property
    def total_unread(self) -> int:
        """Return the number of unread messages, without muted conversations."""
        return self.unread_elsewhere("")

    def unread_elsewhere(self, user_id: str) -> int:
        """Return the number of unread messages, without muted conversations and one with a user."""
        return sum(
            chat.unread
            for chat in self._chats.values()
            if not chat.muted and chat.user_id != user_id
        )

    def last_message_times(self) -> dict[str, int]:
        """Return the time of the last message with each user, in Unix milliseconds."""
        return {chat.user_id: chat.order_key for chat in self._chats.values()}

    @property
    def pinned(self) -> frozenset[str]:
        """Return the user IDs of the pinned conversations."""
        return frozenset(chat.user_id for chat in self._chats.values() if chat.pinned)

    def _open(self, user_id: str) -> Chat:
        return self._chats.setdefault(user_id, Chat(user_id))

    def conversations_changed(self, conversations: "Iterable[ConversationInfo]") -> None:
        """Update conversations."""
        for info in conversations:
            chat = self._open(info.user_id)
            # Versions only decrease if the backend was restored from a backup, for example.
            has_restarted = info.version < chat.version
            chat.version = info.version
            if has_restarted or (info.last_message is None and chat.last is not None):
                chat.drop_stored()
            chat.drop_until(info.cleared_seq)
            chat.unread = info.unread_count
            chat.read_seq = max(chat.read_seq, info.read_seq)
            chat.peer_read_seq = max(chat.peer_read_seq, info.peer_read_seq)
            chat.pinned = info.is_pinned
            chat.muted = bool(info.recv_opt)
            chat.draft = info.draft_text
            chat.order_key = info.order_key
            chat.last = info.last_message
            self._changed(info.user_id)

    def add_history(self, user_id: str, messages: "Iterable[Message]", *, complete: bool) -> None:
        """Add a page of messages; ``complete`` means that there are no older ones."""
        chat = self._open(user_id)
        for message in messages:
            chat.apply_message(message)
        chat.complete = chat.complete or complete
        self._changed(user_id)

    def apply_message(self, message: "Message") -> None:
        """Add a message that was received, queued or sent, or replace a changed one."""
        peer = message.peer(self.own_id)
        chat = self._open(peer)
        chat.apply_message(message)
        if message.sender == peer:
            chat.typing = False
        self._changed(peer)

    def set_typing(self, user_id: str, typing: bool) -> None:
        """Set whether a user is typing."""
        chat = self._open(user_id)
        if chat.typing != typing:
            chat.typing = typing
            self._changed(user_id)

    def apply_receipts(self, receipts: "Iterable[ReadReceipt]") -> None:
        """Apply the read receipts of other users."""
        for receipt in receipts:
            chat = self._open(receipt.user_id)
            chat.peer_read_seq = max(chat.peer_read_seq, receipt.read_seq)
            self._changed(receipt.user_id)

    def drop_unsent(self, user_id: str, msg_id: str) -> None:
        """Drop a message that will not be sent."""
        self._open(user_id).drop_unsent(msg_id)
        self._changed(user_id)

    def next_unread(self, after: str) -> str:
        """Return the user with unread messages that follows ``after``; empty if all are read."""
        waiting = sorted(
            (chat for chat in self._chats.values() if chat.unread),
            key=lambda chat: (chat.muted, -chat.order_key),
        )
        ids = [chat.user_id for chat in waiting]
        if after in ids:
            place = ids.index(after) + 1
            ids = ids[place:] + ids[:place]
        return ids[0] if ids else ""
