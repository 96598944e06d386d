"""The calls of the client that concern messages and conversations."""

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from imtui.protocol import limits
from imtui.protocol.chat import (
    CleanUnreadParams,
    DeleteConversationParams,
    DeleteMessagesParams,
    ElemType,
    Message,
    PinConversationParams,
    ReceiveOpt,
    RevokeMessageParams,
    SetReceiveOptParams,
    peer_of,
)
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.identifiers import check_msg_id, check_user_id, check_user_ids
from imtui.protocol.messages import Empty, Method
from imtui.sdk.conversation_info import ConversationInfo

if TYPE_CHECKING:
    from imtui.sdk.link.session import Session
    from imtui.sdk.messages.account_chat import AccountChat

_ALL_CONVERSATIONS: Final = ("", "c2c")


class ConversationPage(Struct, frozen=True):
    """A part of the conversation list."""

    conversations: list[ConversationInfo]
    next_seq: int
    """Ask with it for what follows."""
    is_finished: bool
    """Whether nothing follows."""


_KEYWORDS_MAX: Final = 5
_SEARCH_MAX: Final = 1_000


def new_msg_id(user_id: str) -> str:
    """Return a new, random ID for a message to a user.

    Raises:
        IMError: 6017 if that is no user ID.
    """
    return f"{check_user_id(user_id)}-{secrets.token_urlsafe(16)}"


class ChatCalls:
    """The part of a client that sends and receives messages.

    What does not ask the backend works without a connection too, from the first ``login`` until
    ``logout`` or ``close``; outside of that everything raises 6014.
    """

    _chat: "AccountChat | None" = None

    async def send_c2c_text_message(
        self,
        text: str,
        user_id: str,
        *,
        cloud_custom_data: str = "",
        msg_id: str | None = None,
        online_user_only: bool = False,
    ) -> Message:
        """Send a text to a user, and return the message as the backend has taken it.

        Args:
            text: Not empty, nor white space alone; 12 KB with ``cloud_custom_data``.
            user_id: To whom.
            cloud_custom_data: What the app adds.
            msg_id: That of an earlier call which failed with 9520: there will be one message in
                any case. A new one if None.
            online_user_only: Only for devices that are connected now, and stored nowhere.

        Raises:
            IMError: 6017, 6032 or 8001 before anything is sent; 20003 for an unknown account;
                20007 if the user has blocked oneself.
        """
        return await self._send(
            ElemType.TEXT, text, user_id, cloud_custom_data, msg_id, online_user_only
        )

    async def send_c2c_custom_message(
        self,
        data: bytes,
        user_id: str,
        *,
        cloud_custom_data: str = "",
        msg_id: str | None = None,
        online_user_only: bool = False,
    ) -> Message:
        """Send data of the app to a user; otherwise like ``send_c2c_text_message``."""
        return await self._send(
            ElemType.CUSTOM, data, user_id, cloud_custom_data, msg_id, online_user_only
        )

    def queue_c2c_text_message(
        self, text: str, user_id: str, *, cloud_custom_data: str = ""
    ) -> Message:
        """Put a text to a user into the outbox, and return the message with status SENDING.

        With a ``storage_dir`` it is on the disk when this returns. It is sent when it is its turn
        and there is a connection, again and again until the backend has taken or refused it;
        ``on_message_sent`` or ``on_message_send_failed`` tell.

        Args:
            text: Not empty, nor white space alone; 12 KB with ``cloud_custom_data``.
            user_id: To whom.
            cloud_custom_data: What the app adds.

        Raises:
            IMError: 6017, 6032, 8001; 6019 if it cannot be kept; 7014 if 1,000 wait already.
        """
        return self._queue(ElemType.TEXT, text, user_id, cloud_custom_data)

    def queue_c2c_custom_message(
        self, data: bytes, user_id: str, *, cloud_custom_data: str = ""
    ) -> Message:
        """Put data of the app into the outbox; otherwise like ``queue_c2c_text_message``."""
        return self._queue(ElemType.CUSTOM, data, user_id, cloud_custom_data)

    def outbox_messages(self, user_id: str) -> list[Message]:
        """Return what waits to be sent to a user or was refused, the oldest first."""
        return self._account_chat().outbox.messages(user_id)

    def resend_message(self, msg_id: str) -> Message:
        """Let a refused message wait again, at its old place, and return it.

        Raises:
            IMError: 6017 if it is not in the outbox, 6019 if that cannot be kept.
        """
        return self._account_chat().outbox.resend(msg_id)

    def discard_message(self, msg_id: str) -> None:
        """Take a message out of the outbox; if it was tried before it may have been sent.

        Raises:
            IMError: 6017 if it is not in the outbox, 7014 if it is being sent right now, 6019 if
                that cannot be kept.
        """
        self._account_chat().outbox.discard(msg_id)

    async def get_c2c_history_message_list(
        self, user_id: str, count: int = 20, last_msg: Message | None = None
    ) -> list[Message]:
        """Return messages with a user, the newest first, those in the outbox not included.

        Without a connection or an answer these are the ones that were kept on this device, down
        to the first that is missing.

        Args:
            user_id: The other one.
            count: At most so many, 1 to 100; fewer come only if there are no more.
            last_msg: Only those before this one; None or one without a seq for the newest.

        Raises:
            IMError: 6017.
        """
        chat = self._account_chat()
        check_user_id(user_id)
        _check_count(count, limits.HISTORY_PAGE_MAX)
        return await chat.history(
            self._connected(), user_id, count, 0 if last_msg is None else last_msg.seq
        )

    async def search_local_messages(
        self, keywords: Iterable[str], user_id: str | None = None, count: int = 100
    ) -> list[Message]:
        """Return texts on this device that have all of the keywords, the newest first.

        Args:
            keywords: At least one, at most 5; upper and lower case are alike.
            user_id: With whom; with anybody if None.
            count: At most so many, 1 to 1,000.

        Raises:
            IMError: 6017.
        """
        words = [word for word in keywords if word.strip()]
        if not 1 <= len(words) <= _KEYWORDS_MAX:
            raise invalid_parameters("keywords", f"1 to {_KEYWORDS_MAX}")
        if user_id is not None:
            check_user_id(user_id)
        _check_count(count, _SEARCH_MAX)
        return self._account_chat().cache.search(words, user_id, count)

    async def revoke_message(self, message: Message) -> None:
        """Recall one's own message, for both, within 2 minutes.

        Raises:
            IMError: 20016 if it is too late; 20022 if it is not there or not one's own; 20023 if
                it is recalled already.
        """
        user_id = message.peer(self._account_chat().user_id)
        params = RevokeMessageParams(user_id, message.msg_id)
        await self._live().call(Method.REVOKE_MESSAGE, params, Empty, _ignore)

    async def delete_messages(self, messages: Iterable[Message]) -> None:
        """Delete 1 to 50 messages of one conversation for oneself, on all devices.

        Raises:
            IMError: 6017 if they are too many, none, or of several conversations.
        """
        chat, session = self._account_chat(), self._live()
        wanted = list(messages)
        users = {message.peer(chat.user_id) for message in wanted}
        seqs = list(dict.fromkeys(message.seq for message in wanted))
        if len(users) != 1 or len(seqs) > limits.DELETE_MESSAGES_MAX:
            raise invalid_parameters("seqList", "1 to 50 messages of one conversation")
        if 0 in seqs:
            raise invalid_parameters("seqList", "a message that is not stored cannot be deleted")
        (user_id,) = users
        await session.call(
            Method.DELETE_MESSAGES,
            DeleteMessagesParams(user_id, seqs),
            Empty,
            lambda _: chat.sync.publish(chat.sync.state.deleted_messages(wanted)),
        )

    async def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation with all its messages for oneself, on all devices.

        Raises:
            IMError: 6017.
        """
        chat, session = self._account_chat(), self._live()
        user_id = peer_of(conversation_id)
        await session.call(
            Method.DELETE_CONVERSATION,
            DeleteConversationParams(conversation_id),
            Empty,
            lambda _: chat.sync.publish(chat.sync.state.deleted(user_id)),
        )

    async def clean_conversation_unread_message_count(
        self, conversation_id: str, clean_timestamp: int = 0, clean_sequence: int = 0
    ) -> None:
        """Take messages as read; the other one is told.

        Args:
            conversation_id: Which conversation; ``""`` or ``"c2c"`` for all, as a whole each.
            clean_timestamp: Only those up to this time, in Unix milliseconds; 0 for all.
            clean_sequence: Only those up to this seq; 0 for all. It goes before the time.

        Raises:
            IMError: 6017.
        """
        chat = self._account_chat()
        self._live()
        if conversation_id in _ALL_CONVERSATIONS:
            for info in chat.sync.state.all():
                if info.unread_count:
                    await self._clean(chat, info.conversation_id, 0)
            return
        user_id = peer_of(conversation_id)
        seq = clean_sequence
        if clean_timestamp and not seq:
            seq = chat.cache.until(user_id, clean_timestamp)
            if not seq:
                return
        await self._clean(chat, conversation_id, seq)

    async def pin_conversation(self, conversation_id: str, is_pinned: bool) -> None:
        """Put a conversation before those that are not pinned, or back among them.

        Raises:
            IMError: 6017; 20003 for an unknown account; 51012 when 50 are pinned.
        """
        chat, session = self._account_chat(), self._live()
        user_id = peer_of(conversation_id)
        await session.call(
            Method.PIN_CONVERSATION,
            PinConversationParams(conversation_id, is_pinned),
            Empty,
            lambda _: chat.sync.publish(chat.sync.state.pinned(user_id, is_pinned)),
        )

    async def set_c2c_receive_message_opt(self, user_ids: Iterable[str], opt: ReceiveOpt) -> None:
        """Say how messages of 1 to 30 users are received; unknown accounts are left out.

        Raises:
            IMError: 6017, or 20003 if none of them is an account.
        """
        if isinstance(user_ids, str):
            raise invalid_parameters("userIDList", "expected a list of user IDs, got one text")
        users = check_user_ids(list(user_ids), limits.RECEIVE_OPT_MAX_USERS)
        chat = self._account_chat()
        await self._live().call(
            Method.SET_C2C_RECEIVE_MESSAGE_OPT,
            SetReceiveOptParams(users, opt),
            Empty,
            lambda _: chat.sync.publish(chat.sync.state.recv_opt_set(users, opt)),
        )

    async def get_conversation_list(self, next_seq: int = 0, count: int = 100) -> ConversationPage:
        """Return conversations as this device knows them, with or without a connection.

        Those that are pinned come first, then the one that was active last.

        Args:
            next_seq: Where to begin: 0, or that of the page before.
            count: At most so many, 1 to 1,000.

        Raises:
            IMError: 6017.
        """
        _check_count(count, 1000)
        if next_seq < 0:
            raise invalid_parameters("nextSeq", "0, or what the page before said")
        every = self._account_chat().sync.state.all()
        end = min(next_seq + count, len(every))
        return ConversationPage(every[next_seq:end], end, end == len(every))

    def get_conversation(self, conversation_id: str) -> ConversationInfo | None:
        """Return a conversation as this device knows it; None if there is nothing to it.

        Raises:
            IMError: 6017.
        """
        return self._account_chat().sync.state.get(peer_of(conversation_id))

    def get_total_unread_message_count(self) -> int:
        """Return how many messages are unread, those of muted conversations left out."""
        return self._account_chat().sync.state.total_unread

    def set_conversation_draft(self, conversation_id: str, text: str | None) -> None:
        """Keep what was written and not sent, on this device only; None or empty for nothing.

        Raises:
            IMError: 6017, or 6019 if it cannot be kept.
        """
        chat, user_id = self._account_chat(), peer_of(conversation_id)
        chat.outbox.set_draft(user_id, text or "")
        chat.sync.publish(chat.sync.state.draft(user_id, text or ""))

    async def _send(
        self,
        elem_type: ElemType,
        contents: str | bytes,
        user_id: str,
        cloud_custom_data: str,
        msg_id: str | None,
        online_user_only: bool,
    ) -> Message:
        chat = self._account_chat()
        message = chat.new_message(
            elem_type,
            contents,
            user_id,
            cloud_custom_data,
            new_msg_id(user_id) if msg_id is None else check_msg_id(msg_id),
            online_user_only=online_user_only,
        )
        return await chat.send(self._live(), message)

    def _queue(
        self, elem_type: ElemType, contents: str | bytes, user_id: str, cloud_custom_data: str
    ) -> Message:
        chat = self._account_chat()
        return chat.queue(
            chat.new_message(elem_type, contents, user_id, cloud_custom_data, new_msg_id(user_id))
        )

    async def _clean(self, chat: "AccountChat", conversation_id: str, seq: int) -> None:
        user_id = peer_of(conversation_id)
        await self._live().call(
            Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT,
            CleanUnreadParams(conversation_id, seq),
            Empty,
            lambda _: chat.sync.publish(chat.sync.state.read(user_id, seq)),
        )

    def _account_chat(self) -> "AccountChat":
        if self._chat is None:
            raise IMError(ErrorCode.ERR_SDK_NOT_LOGGED_IN)
        return self._chat

    def _close_chat(self) -> None:
        if self._chat is not None:
            self._chat.close()
            self._chat = None

    def _connected(self) -> "Session | None":
        session = self._live_or_none()
        return session if session is not None and session.connected else None

    def _live_or_none(self) -> "Session | None":
        try:
            return self._live()
        except IMError:
            return None

    def _live(self) -> "Session":
        raise NotImplementedError


def _ignore(_: Empty) -> None:
    pass


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise invalid_parameters("count", f"1 to {most}")
