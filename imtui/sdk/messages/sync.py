"""Keeping the conversations of an account as they are at the backend, and telling what is new."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec
from msgspec import Struct, UnsetType

from imtui.protocol import limits
from imtui.protocol.chat import (
    ChangedMessages,
    ConversationList,
    GetConversationListParams,
    Message,
    MessageList,
    ReadReceiptList,
)
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.protocol.messages import Method, Push
from imtui.sdk.failures import is_transient, is_trouble, retry_after, unreadable
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.messages.changed_pages import ChangedPages
from imtui.sdk.messages.conversations import Conversations
from imtui.sdk.messages.news import News

if TYPE_CHECKING:
    from imtui.sdk.messages.cache import MessageCache

_log = logging.getLogger(__name__)

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

_PAGES_MAX: Final = 1000

_READERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    Push.RECV_NEW_MESSAGE: msgspec.json.Decoder(MessageList),
    Push.MESSAGES_CHANGED: msgspec.json.Decoder(MessageList),
    Push.RECV_C2C_READ_RECEIPT: msgspec.json.Decoder(ReadReceiptList),
    Push.CONVERSATION_CHANGED: msgspec.json.Decoder(ConversationList),
}


class Caller(Protocol):
    """A login that can ask the backend."""

    async def call(
        self, method: Method, params: Struct, result_type: type[R], apply: Callable[[R], T]
    ) -> T:
        """Ask the backend and return what ``apply`` makes of the answer, or raise IMError."""


class Chat(Protocol):
    """The messages of an account, with or without a connection."""

    def begin_login(self) -> None:
        """Doubt what is known, as a new login begins."""

    def push(self, incoming: Incoming) -> bool:
        """Take a push, and return True if it was for messages."""

    async def live(self, session: Caller) -> IMError:
        """Sync and send while there is a connection; return why it is of no use any more."""


class MessageSync:
    """The conversations of one account: what is pushed and answered goes in, news is told."""

    def __init__(
        self,
        user_id: str,
        listeners: Listeners,
        cache: "MessageCache",
        on_sent: Callable[[Message], None],
    ) -> None:
        """Begin with what was kept.

        Args:
            user_id: The account.
            listeners: Who is told.
            cache: Where it is kept.
            on_sent: Called with each message of this device that the backend has taken, before
                listeners are told.
        """
        self.state = Conversations(user_id, cache.get, cache.known, listed=cache.listed)
        self._listeners = listeners
        self._cache = cache
        self._on_sent = on_sent
        self._wanted = asyncio.Event()
        self._list_wanted = False
        self._is_current = False
        self._told_unread = self.state.total_unread

    @property
    def is_current(self) -> bool:
        """Tell whether all was brought up to date since the last login."""
        return self._is_current

    def begin_login(self) -> None:
        """Doubt everything, as a new login begins."""
        self._list_wanted = True
        self._is_current = False
        self._wanted.set()

    def push(self, incoming: Incoming) -> bool:
        """Take a push, and return True if it tells of messages or conversations."""
        if incoming.method == Push.MESSAGES_MISSED:
            self.begin_login()
            return True
        reader = _READERS.get(incoming.method or "")
        if reader is None:
            return False
        raw = b"" if isinstance(incoming.params, UnsetType) else incoming.params
        try:
            params = reader.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            _log.warning("The parameters of a push %s cannot be read", incoming.method)
            return True
        if isinstance(params, MessageList):
            self.publish(self.state.pushed(params.message_list))
        elif isinstance(params, ReadReceiptList):
            self.publish(self.state.receipts(params.receipt_list))
        else:
            self.publish(self.state.changed(params.conversation_list))
        return True

    def acknowledged(self, message: Message) -> Message:
        """Take the answer to a message that this device sent, and return it."""
        self.publish(self.state.acknowledged(message))
        return message

    def publish(self, news: News) -> None:
        """Keep what came of an event, then tell it; what is missing is fetched later."""
        if any(known.is_behind for known in news.known.values()):
            self._wanted.set()
        self._cache.keep(news, listed=self.state.listed)
        tell = self._listeners.tell
        for message in news.sent:
            self._on_sent(message)
            tell(IMSDKListener.on_message_sent, message)
        for message in news.received:
            tell(IMSDKListener.on_recv_new_message, message)
        if news.changed:
            tell(IMSDKListener.on_messages_changed, news.changed)
        if news.receipts:
            tell(IMSDKListener.on_recv_c2c_read_receipt, news.receipts)
        if news.conversations:
            tell(IMSDKListener.on_conversation_changed, list(news.conversations.values()))
        if self.state.total_unread != self._told_unread:
            self._told_unread = self.state.total_unread
            tell(IMSDKListener.on_total_unread_message_count_changed, self._told_unread)

    async def run(self, session: Caller) -> IMError:
        """Fetch what is missing whenever something is; return why the connection is of no use."""
        backoff = Backoff()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._catch_up(session)
            except IMError as error:
                if is_trouble(error):
                    return error
                if is_transient(error):
                    await asyncio.sleep(retry_after(error, backoff.next_delay()))
                    self._wanted.set()
                elif error.code != ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                    # Who logs out meanwhile wants to know nothing more.
                    _log.warning("The conversations cannot be brought up to date: %s", error)
            else:
                backoff.reset()

    async def _catch_up(self, session: Caller) -> None:
        if not self._list_wanted:
            await self._fetch_missing(session)
            return
        self._listeners.tell(IMSDKListener.on_sync_server_start)
        try:
            await self._list(session)
            await self._fetch_missing(session)
        except IMError as error:
            self._list_wanted = True
            # The end of a connection or login is told as such.
            if not is_trouble(error) and error.code != ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                self._listeners.tell(IMSDKListener.on_sync_server_failed)
            raise
        self._is_current = not self._list_wanted
        self._listeners.tell(IMSDKListener.on_sync_server_finish)

    async def _list(self, session: Caller) -> None:
        self._list_wanted = False
        self.state.list_begins()
        cursor = ""

        def take(page: ConversationList) -> str | None:
            self.publish(self.state.list_page(page.conversation_list))
            if page.next_cursor is None:
                self.publish(self.state.list_ends())
            return page.next_cursor

        for _ in range(_PAGES_MAX):
            params = GetConversationListParams(cursor, limits.CONVERSATION_PAGE_MAX)
            following = await session.call(
                Method.GET_CONVERSATION_LIST, params, ConversationList, take
            )
            if following is None:
                return
            cursor = following
        raise unreadable()

    async def _fetch_missing(self, session: Caller) -> None:
        """Fetch for each conversation that is behind; one that fails holds up no other."""
        tried: set[str] = set()
        again: IMError | None = None
        while missing := [user for user in self.state.behind() if user not in tried]:
            for user_id in missing:
                tried.add(user_id)
                try:
                    await self._fetch(session, user_id)
                except IMError as error:
                    if is_trouble(error):
                        raise
                    _log.warning("The changes of a conversation cannot be fetched: %s", error)
                    again = error if is_transient(error) else again
        if again is not None:
            raise again

    async def _fetch(self, session: Caller, user_id: str) -> None:
        pages = ChangedPages(user_id, *self.state.since(user_id))

        def take(page: ChangedMessages) -> bool:
            answer = pages.take(page)
            # In here, as what is pushed next may be what follows on this answer.
            if answer is not None:
                self.publish(self.state.fetched(user_id, answer))
            return answer is not None

        is_finished = False
        while not is_finished:
            is_finished = await session.call(
                Method.GET_CHANGED_MESSAGES, pages.params(), ChangedMessages, take
            )
