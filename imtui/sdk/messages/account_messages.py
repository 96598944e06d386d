"""The messages of one account on this device: its cache, outbox, sync and history."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from imtui.protocol.chat import (
    ElemType,
    Message,
    MessageStatus,
    SendMessageParams,
    SentMessage,
    check_contents,
)
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_user_id
from imtui.protocol.messages import Method
from imtui.sdk.failures import unreadable
from imtui.sdk.link.concurrency import first_of
from imtui.sdk.link.link import Link
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.messages.history import History
from imtui.sdk.messages.sync import MessageSync

if TYPE_CHECKING:
    from imtui.sdk.messages.cache import MessageCache
    from imtui.sdk.messages.outbox import Outbox


class AccountMessages:
    """What this device knows of the messages of one account, with or without a connection."""

    def __init__(
        self,
        user_id: str,
        cache: "MessageCache",
        outbox: "Outbox",
        link: Link,
        listeners: Listeners,
        wall_clock: Callable[[], float],
    ) -> None:
        """Start with what the cache and the outbox contain.

        Args:
            user_id: The account.
            cache: The messages on this device; closed with the account.
            outbox: The messages to send; closed with the account.
            link: Where to ask the backend.
            listeners: Notified of messages and conversations.
            wall_clock: Returns Unix seconds.
        """
        self.user_id = user_id
        self.cache = cache
        self.outbox = outbox
        self._link = link
        self._listeners = listeners
        self._wall_clock = wall_clock
        self.sync = MessageSync(
            user_id,
            link,
            listeners,
            cache,
            lambda message: outbox.acknowledged(message.msg_id),
        )
        self.history = History(user_id, link, cache, self.sync)
        for message in outbox.messages():
            self.sync.state.add_local_message(message.msg_id)
        # The drafts of the outbox count: the cache may be older, or lost.
        drafts = {known.info.user_id: "" for known in cache.known} | outbox.drafts
        for with_user, text in drafts.items():
            self.sync.state.draft(with_user, text)

    def close(self) -> None:
        """Close the files."""
        self.outbox.close()
        self.cache.close()

    def begin_login(self) -> None:
        """Mark what is known as outdated, as a new login begins."""
        self.history.begin_login()
        self.sync.begin_login()

    async def run(self) -> IMError:
        """Sync and send while there is a connection; return why it cannot be used any more."""
        return await first_of(self.sync.run(), self._send_queued())

    def new_message(
        self,
        elem_type: ElemType,
        contents: str | bytes,
        user_id: str,
        cloud_custom_data: str,
        msg_id: str,
        *,
        online_user_only: bool = False,
    ) -> Message:
        """Return a new message with status SENDING.

        Raises:
            IMError: 6017, 6032 or 8001.
        """
        text = contents if isinstance(contents, str) else ""
        data = contents if isinstance(contents, bytes) else b""
        check_contents(elem_type, text, data, cloud_custom_data)
        if check_user_id(user_id) == self.user_id:
            raise IMError(ErrorCode.ERR_INVALID_MSG_RECEIVER)
        return Message(
            msg_id,
            self.user_id,
            user_id,
            timestamp=int(self._wall_clock() * 1000),
            elem_type=elem_type,
            text=text,
            data=data,
            cloud_custom_data=cloud_custom_data,
            status=MessageStatus.SENDING,
            online_user_only=online_user_only,
        )

    def queue(self, message: Message) -> Message:
        """Put a message into the outbox, and return it.

        Raises:
            IMError: 6019 or 7014.
        """
        self.outbox.add(message)
        self.sync.state.add_local_message(message.msg_id)
        return message

    async def send(self, message: Message) -> Message:
        """Send a message, and return it as the backend has accepted it.

        Raises:
            IMError: As for any call; 20003; 20007.
        """
        self.sync.state.add_local_message(message.msg_id)
        params = SendMessageParams(
            message.receiver,
            message.msg_id,
            message.elem_type,
            message.text,
            message.data,
            message.cloud_custom_data,
            message.online_user_only,
        )

        def apply(answer: SentMessage) -> Message:
            accepted = answer.message
            is_same = (accepted.msg_id, accepted.sender) == (message.msg_id, message.sender)
            # A stored message has a seq; without one, the outbox would send it again and again.
            has_seq = message.online_user_only or bool(accepted.seq)
            if not (is_same and has_seq and self.sync.state.is_credible(accepted)):
                raise unreadable()
            self.sync.publish(self.sync.state.acknowledged(accepted))
            return accepted

        return await self._link.call(Method.SEND_MESSAGE, params, SentMessage, apply)

    async def _send_queued(self) -> None:
        await self.outbox.send(self.send, self._refused)

    def _refused(self, message: Message, error: IMError) -> None:
        self._listeners.notify(
            IMSDKListener.on_message_send_failed, message, error.code, error.message
        )
