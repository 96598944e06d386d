"""The messages of one account on this device: cache, outbox and sync, held together."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from imtui.protocol.chat import (
    ElemType,
    GetHistoryParams,
    Message,
    MessageList,
    MessageStatus,
    ReceiveOpt,
    SendMessageParams,
    SentMessage,
    check_contents,
)
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_user_id, is_user_id
from imtui.protocol.jsonrpc import Incoming
from imtui.protocol.messages import Method
from imtui.sdk.failures import is_transient, unreadable
from imtui.sdk.link.concurrency import first_of
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.messages.cache import MessageCache
from imtui.sdk.messages.credible import is_credible
from imtui.sdk.messages.outbox import Outbox
from imtui.sdk.messages.sync import Caller, MessageSync

_ASKS_MAX: Final = 8


class AccountChat:
    """What this device knows of the messages of one account, with or without a connection."""

    def __init__(
        self,
        user_id: str,
        instance_id: str,
        storage_dir: Path | None,
        listeners: Listeners,
        wall_clock: Callable[[], float],
    ) -> None:
        """Open what was kept.

        Args:
            user_id: The account.
            instance_id: This device.
            storage_dir: The folder of all accounts and devices; in memory only if None.
            listeners: Who is told.
            wall_clock: Returns Unix seconds.
        """
        self.user_id = user_id
        self._listeners = listeners
        self._wall_clock = wall_clock
        # What is no user ID is in no path either; the backend will not let it log in.
        folder = _private(storage_dir) if storage_dir is not None and is_user_id(user_id) else None
        name = f"{user_id}.{instance_id}"
        self.outbox = Outbox(folder and folder / f"{name}.outbox")
        self.cache = MessageCache(folder and folder / f"{name}.cache", user_id)
        self.sync = MessageSync(
            user_id,
            listeners,
            self.cache,
            lambda message: self.outbox.acknowledged(message.msg_id),
        )
        self._asked_newest: set[str] = set()
        """With whom the newest messages were asked for since the last login."""
        for message in self.outbox.messages():
            self.sync.state.made_here(message.msg_id)
        # The drafts of the outbox count: the cache may be older, or lost.
        drafts = {known.info.user_id: "" for known in self.cache.known} | self.outbox.drafts
        for with_user, text in drafts.items():
            self.sync.state.draft(with_user, text)

    def close(self) -> None:
        """Close the files."""
        self.outbox.close()
        self.cache.close()

    def begin_login(self) -> None:
        """Doubt what is known, as a new login begins."""
        self._asked_newest.clear()
        self.sync.begin_login()

    def push(self, incoming: Incoming) -> bool:
        """Take a push, and return True if it tells of messages or conversations."""
        return self.sync.push(incoming)

    async def live(self, session: Caller) -> IMError:
        """Sync and send while there is a connection; return why it is of no use any more."""
        return await first_of(self.sync.run(session), self._send_queued(session))

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
        """Return a message that is to be sent.

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
        self.sync.state.made_here(message.msg_id)
        return message

    async def send(self, session: Caller, message: Message) -> Message:
        """Send a message, and return it as the backend has taken it.

        Raises:
            IMError: As for any call; 20003; 20007.
        """
        self.sync.state.made_here(message.msg_id)
        params = SendMessageParams(
            message.receiver,
            message.msg_id,
            message.elem_type,
            message.text,
            message.data,
            message.cloud_custom_data,
            message.online_user_only,
        )

        def take(answer: SentMessage) -> Message:
            taken = answer.message
            names_it = (taken.msg_id, taken.sender) == (message.msg_id, message.sender)
            # What is to be kept has a place; without one it would be sent again and again.
            has_place = message.online_user_only or bool(taken.seq)
            if not (names_it and has_place and is_credible(taken, self.user_id)):
                raise unreadable()
            return self.sync.acknowledged(taken)

        return await session.call(Method.SEND_MESSAGE, params, SentMessage, take)

    async def history(
        self, session: Caller | None, user_id: str, count: int, before: int
    ) -> list[Message]:
        """Return messages with a user, the newest first.

        Args:
            session: Who can ask the backend; None without a connection.
            user_id: The other one.
            count: At most so many.
            before: Only those with a smaller seq; 0 for the newest.

        Raises:
            IMError: The backend's refusal.
        """
        must_ask = not before and self._may_lack_newest(user_id)
        for _ in range(_ASKS_MAX):
            page, low = self._kept(user_id, count, before)
            # An admin's message may be newer than the last one in the list, or be in no list: what
            # is kept is all there is only where the backend was asked for the newest ones.
            has_top = bool(before) or user_id in self._asked_newest
            first = self.sync.state.cleared_seq(user_id) + 1
            is_all = len(page) == count or (low <= first and has_top)
            if session is None or (not must_ask and is_all):
                return page
            try:
                if must_ask or not has_top:
                    await self._ask(session, user_id, count, 0)
                else:
                    await self._ask(session, user_id, count - len(page), low)
            except IMError as error:
                if not is_transient(error):
                    raise
                return page
            must_ask = False
        return self._kept(user_id, count, before)[0]

    def _may_lack_newest(self, user_id: str) -> bool:
        info = self.sync.state.get(user_id)
        return (
            not self.sync.is_current
            or user_id in self.sync.state.behind()
            or (info is not None and info.recv_opt == ReceiveOpt.NOT_RECEIVE)
        )

    def _kept(self, user_id: str, count: int, before: int) -> tuple[list[Message], int]:
        high = before - 1 if before else self._top(user_id)
        return self.cache.page(user_id, high, count)

    def _top(self, user_id: str) -> int:
        return max(self.sync.state.top(user_id), self.cache.newest(user_id))

    async def _ask(self, session: Caller, user_id: str, count: int, before: int) -> None:
        def take(answer: MessageList) -> MessageList:
            first = self.sync.state.cleared_seq(user_id) + 1
            sane = filter(self.sync.state.is_sane, answer.message_list)
            page = [m for m in sane if m.seq >= first and m.peer(self.user_id) == user_id]
            if before:
                high = before - 1
            else:
                high = max([self.sync.state.top(user_id), *(m.seq for m in page)])
            low = first if answer.is_finished else min((m.seq for m in page), default=high + 1)
            self.cache.keep_page(user_id, page, low, high)
            newest = max((message.version for message in page), default=0)
            self.sync.publish(self.sync.state.heard(user_id, newest))
            if not before:
                self._asked_newest.add(user_id)
            return answer

        params = GetHistoryParams(user_id, count, before or None)
        await session.call(Method.GET_C2C_HISTORY_MESSAGE_LIST, params, MessageList, take)

    async def _send_queued(self, session: Caller) -> None:
        await self.outbox.send(lambda message: self.send(session, message), self._refused)

    def _refused(self, message: Message, error: IMError) -> None:
        self._listeners.tell(
            IMSDKListener.on_message_send_failed, message, error.code, error.message
        )


def _private(path: Path) -> Path:
    # Where nothing can be written, opening the files fails as well.
    with suppress(OSError):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    return path
