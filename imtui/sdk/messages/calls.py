"""The calls of a client that concern messages."""

import secrets
from collections.abc import Iterable
from typing import Final

from imtui.protocol import limits
from imtui.protocol.chat import (
    DeleteMessagesParams,
    ElemType,
    Message,
    RevokeMessageParams,
)
from imtui.protocol.errors import invalid_parameters
from imtui.protocol.identifiers import check_msg_id, check_user_id
from imtui.protocol.messages import Empty, Method
from imtui.sdk.messages.messages import Messages

_KEYWORDS_MAX: Final = 5
_SEARCH_MAX: Final = 1_000


def new_msg_id(user_id: str) -> str:
    """Return a new, random ID for a message to a user.

    Raises:
        IMError: 6017 if the user ID is not valid.
    """
    return f"{check_user_id(user_id)}-{secrets.token_urlsafe(16)}"


class MessageCalls:
    """The part of a client that sends and reads messages.

    Calls that do not ask the backend work without a connection too, from the first ``login`` until
    ``logout`` or ``close``; otherwise every call raises 6014.
    """

    def __init__(self, messages: Messages) -> None:
        """Call the backend for ``messages``."""
        self._messages = messages

    async def send_c2c_text_message(
        self,
        text: str,
        user_id: str,
        *,
        cloud_custom_data: str = "",
        msg_id: str | None = None,
        online_user_only: bool = False,
    ) -> Message:
        """Send a text to a user, and return the message as the backend has accepted it.

        Args:
            text: Not empty, nor only white space; at most 12 KB with ``cloud_custom_data``.
            user_id: The receiver.
            cloud_custom_data: Data that the app adds.
            msg_id: The ID of an earlier call that failed with 9520; however often it is sent,
                there will be one message. A new ID if None.
            online_user_only: Only for devices that are connected now; nothing is stored.

        Raises:
            IMError: 6017, 6032 or 8001 before anything is sent; 20003 for an unknown account;
                20007 if the user has blocked the account.
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

        With a ``storage_dir`` the message is on disk when this returns. The client sends it in its
        turn while there is a connection, and retries until the backend has accepted or refused it;
        then ``on_message_sent`` or ``on_message_send_failed`` follows.

        Args:
            text: Not empty, nor only white space; at most 12 KB with ``cloud_custom_data``.
            user_id: The receiver.
            cloud_custom_data: Data that the app adds.

        Raises:
            IMError: 6017, 6032, 8001; 6019 if it cannot be stored; 7014 if 1,000 are queued
                already.
        """
        return self._queue(ElemType.TEXT, text, user_id, cloud_custom_data)

    def queue_c2c_custom_message(
        self, data: bytes, user_id: str, *, cloud_custom_data: str = ""
    ) -> Message:
        """Put data of the app into the outbox; otherwise like ``queue_c2c_text_message``."""
        return self._queue(ElemType.CUSTOM, data, user_id, cloud_custom_data)

    def outbox_messages(self, user_id: str) -> list[Message]:
        """Return the queued and the refused messages to a user, the oldest first."""
        return self._messages.account.outbox.messages(user_id)

    def resend_message(self, msg_id: str) -> Message:
        """Queue a refused message again, at its old place, and return it.

        Raises:
            IMError: 6017 if it is not in the outbox, 6019 if the change cannot be stored.
        """
        return self._messages.account.outbox.resend(msg_id)

    def discard_message(self, msg_id: str) -> None:
        """Remove a message from the outbox; an earlier attempt may have sent it already.

        Raises:
            IMError: 6017 if it is not in the outbox, 7014 if it is being sent right now, 6019 if
                the change cannot be stored.
        """
        self._messages.account.outbox.discard(msg_id)

    async def get_c2c_history_message_list(
        self, user_id: str, count: int = 20, last_msg: Message | None = None
    ) -> list[Message]:
        """Return messages with a user, the newest first; the outbox is not included.

        Without a connection or an answer, the messages come from this device, down to the first
        one that is missing.

        Args:
            user_id: The other member.
            count: The most messages to return, 1 to 100; fewer only if there are no more.
            last_msg: Only messages before this one; None or one without a seq for the newest.

        Raises:
            IMError: 6017.
        """
        account = self._messages.account
        check_user_id(user_id)
        if not 1 <= count <= limits.HISTORY_PAGE_MAX:
            raise invalid_parameters("count", f"1 to {limits.HISTORY_PAGE_MAX}")
        before = 0 if last_msg is None else last_msg.seq
        return await account.history.page(user_id, count, before)

    async def search_local_messages(
        self, keywords: Iterable[str], user_id: str | None = None, count: int = 100
    ) -> list[Message]:
        """Return texts on this device that contain all keywords, the newest first.

        Args:
            keywords: 1 to 5; upper and lower case are the same.
            user_id: Only messages with this user; with anybody if None.
            count: The most messages to return, 1 to 1,000.

        Raises:
            IMError: 6017.
        """
        words = [word for word in keywords if word.strip()]
        if not 1 <= len(words) <= _KEYWORDS_MAX:
            raise invalid_parameters("keywords", f"1 to {_KEYWORDS_MAX}")
        if user_id is not None:
            check_user_id(user_id)
        if not 1 <= count <= _SEARCH_MAX:
            raise invalid_parameters("count", f"1 to {_SEARCH_MAX}")
        return self._messages.account.cache.search(words, user_id, count)

    async def revoke_message(self, message: Message) -> None:
        """Recall an own message for both members, within 2 minutes.

        Raises:
            IMError: 20016 if it is too late; 20022 if it does not exist or is not the account's
                own; 20023 if it is recalled already.
        """
        user_id = message.peer(self._messages.account.user_id)
        params = RevokeMessageParams(user_id, message.msg_id)
        await self._messages.link.send(Method.REVOKE_MESSAGE, params)

    async def delete_messages(self, messages: Iterable[Message]) -> None:
        """Delete 1 to 50 messages of one conversation for the own account, on all devices.

        Raises:
            IMError: 6017 for none, too many, or messages of several conversations.
        """
        account = self._messages.logged_in_account
        deleted = list(messages)
        users = {message.peer(account.user_id) for message in deleted}
        seqs = list(dict.fromkeys(message.seq for message in deleted))
        if len(users) != 1 or len(seqs) > limits.DELETE_MESSAGES_MAX:
            raise invalid_parameters("seqList", "1 to 50 messages of one conversation")
        if 0 in seqs:
            raise invalid_parameters("seqList", "a message that is not stored cannot be deleted")
        (user_id,) = users
        await self._messages.link.call(
            Method.DELETE_MESSAGES,
            DeleteMessagesParams(user_id, seqs),
            Empty,
            lambda _: account.sync.publish(account.sync.state.deleted_messages(deleted)),
        )

    async def _send(
        self,
        elem_type: ElemType,
        contents: str | bytes,
        user_id: str,
        cloud_custom_data: str,
        msg_id: str | None,
        online_user_only: bool,
    ) -> Message:
        account = self._messages.account
        message = account.new_message(
            elem_type,
            contents,
            user_id,
            cloud_custom_data,
            new_msg_id(user_id) if msg_id is None else check_msg_id(msg_id),
            online_user_only=online_user_only,
        )
        self._messages.link.check_logged_in()
        return await account.send(message)

    def _queue(
        self, elem_type: ElemType, contents: str | bytes, user_id: str, cloud_custom_data: str
    ) -> Message:
        account = self._messages.account
        return account.queue(
            account.new_message(
                elem_type, contents, user_id, cloud_custom_data, new_msg_id(user_id)
            )
        )
