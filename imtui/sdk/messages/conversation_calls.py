"""The calls of a client that concern conversations."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from imtui.protocol import limits
from imtui.protocol.chat import (
    CleanUnreadParams,
    DeleteConversationParams,
    PinConversationParams,
    ReceiveOpt,
    SetReceiveOptParams,
    peer_of,
)
from imtui.protocol.errors import invalid_parameters
from imtui.protocol.identifiers import check_user_ids
from imtui.protocol.messages import Empty, Method
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.messages.messages import Messages

_ALL_CONVERSATIONS: Final = ("", "c2c")
_PAGE_MAX: Final = 1_000


class ConversationPage(Struct, frozen=True):
    """A part of the conversation list."""

    conversations: list[ConversationInfo]
    next_seq: int
    """Where the next page begins."""
    is_finished: bool
    """Whether this is the last page."""


class ConversationCalls:
    """The part of a client that lists and changes conversations.

    Calls that do not ask the backend work without a connection too, from the first ``login`` until
    ``logout`` or ``close``; otherwise every call raises 6014.
    """

    def __init__(self, messages: Messages) -> None:
        """Call the backend for the conversations of ``messages``."""
        self._conversations = messages

    async def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation with all its messages for the own account, on all devices.

        Raises:
            IMError: 6017.
        """
        sync = self._conversations.logged_in_account.sync
        user_id = peer_of(conversation_id)
        await self._conversations.link.call(
            Method.DELETE_CONVERSATION,
            DeleteConversationParams(conversation_id),
            Empty,
            lambda _: sync.publish(sync.state.deleted(user_id)),
        )

    async def clean_conversation_unread_message_count(
        self, conversation_id: str, clean_timestamp: int = 0, clean_sequence: int = 0
    ) -> None:
        """Mark messages as read; the other member gets a read receipt.

        Args:
            conversation_id: The conversation; ``""`` or ``"c2c"`` for all, each as a whole.
            clean_timestamp: Only messages up to this time, in Unix milliseconds; 0 for all.
            clean_sequence: Only messages up to this seq; 0 for all. It overrides the time.

        Raises:
            IMError: 6017.
        """
        account = self._conversations.logged_in_account
        if conversation_id in _ALL_CONVERSATIONS:
            for info in account.sync.state.all():
                if info.unread_count:
                    await self._clean(info.conversation_id, 0)
            return
        user_id = peer_of(conversation_id)
        seq = clean_sequence
        if clean_timestamp and not seq:
            seq = account.cache.until(user_id, clean_timestamp)
            if not seq:
                return
        await self._clean(conversation_id, seq)

    async def pin_conversation(self, conversation_id: str, is_pinned: bool) -> None:
        """Pin a conversation, so that it comes before all others, or unpin it.

        Raises:
            IMError: 6017; 20003 for an unknown account; 51012 when 50 are pinned.
        """
        sync = self._conversations.logged_in_account.sync
        user_id = peer_of(conversation_id)
        await self._conversations.link.call(
            Method.PIN_CONVERSATION,
            PinConversationParams(conversation_id, is_pinned),
            Empty,
            lambda _: sync.publish(sync.state.pinned(user_id, is_pinned)),
        )

    async def set_c2c_receive_message_opt(self, user_ids: Iterable[str], opt: ReceiveOpt) -> None:
        """Set how to receive the messages of 1 to 30 users; unknown accounts are left out.

        Raises:
            IMError: 6017, or 20003 if none of them is an account.
        """
        if isinstance(user_ids, str):
            raise invalid_parameters("userIDList", "expected a list of user IDs, got one text")
        users = check_user_ids(list(user_ids), limits.RECEIVE_OPT_MAX_USERS)
        sync = self._conversations.account.sync
        await self._conversations.link.call(
            Method.SET_C2C_RECEIVE_MESSAGE_OPT,
            SetReceiveOptParams(users, opt),
            Empty,
            lambda _: sync.publish(sync.state.recv_opt_set(users, opt)),
        )

    async def get_conversation_list(self, next_seq: int = 0, count: int = 100) -> ConversationPage:
        """Return conversations as this device knows them, with or without a connection.

        Pinned ones come first, then the one that was active last.

        Args:
            next_seq: Where to begin: 0, or the ``next_seq`` of the previous page.
            count: The most conversations to return, 1 to 1,000.

        Raises:
            IMError: 6017.
        """
        if not 1 <= count <= _PAGE_MAX:
            raise invalid_parameters("count", f"1 to {_PAGE_MAX}")
        if next_seq < 0:
            raise invalid_parameters("nextSeq", "0, or what the page before said")
        infos = self._conversations.account.sync.state.all()
        end = min(next_seq + count, len(infos))
        return ConversationPage(infos[next_seq:end], end, end == len(infos))

    def get_conversation(self, conversation_id: str) -> ConversationInfo | None:
        """Return a conversation as this device knows it; None if it would not be listed.

        Raises:
            IMError: 6017.
        """
        return self._conversations.account.sync.state.get(peer_of(conversation_id))

    def get_total_unread_message_count(self) -> int:
        """Return how many messages are unread, without those of muted conversations."""
        return self._conversations.account.sync.state.total_unread

    def set_conversation_draft(self, conversation_id: str, text: str | None) -> None:
        """Store an unsent text on this device only; None or empty removes it.

        Raises:
            IMError: 6017, or 6019 if it cannot be stored.
        """
        account, user_id = self._conversations.account, peer_of(conversation_id)
        account.outbox.set_draft(user_id, text or "")
        account.sync.publish(account.sync.state.draft(user_id, text or ""))

    async def _clean(self, conversation_id: str, seq: int) -> None:
        sync, user_id = self._conversations.account.sync, peer_of(conversation_id)
        await self._conversations.link.call(
            Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT,
            CleanUnreadParams(conversation_id, seq),
            Empty,
            lambda _: sync.publish(sync.state.read(user_id, seq)),
        )
