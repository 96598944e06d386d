"""Keeps the conversations of an account as the backend has them, and notifies listeners."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from imtui.protocol import limits
from imtui.protocol.chat import (
    ChangedMessages,
    ConversationList,
    GetConversationListParams,
    Message,
)
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import Method
from imtui.sdk.failures import is_transient, is_trouble, retry_after, unreadable
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.link.link import Link
from imtui.sdk.listener import IMSDKListener, Listeners
from imtui.sdk.messages.changed_pages import ChangedPages
from imtui.sdk.messages.conversations import Conversations
from imtui.sdk.messages.update import Update

if TYPE_CHECKING:
    from imtui.sdk.messages.cache import MessageCache

_log = logging.getLogger(__name__)

_PAGES_MAX: Final = 1000


class MessageSync:
    """Stores and announces what pushes and answers change, and fetches what is missing."""

    def __init__(
        self,
        user_id: str,
        link: Link,
        listeners: Listeners,
        cache: "MessageCache",
        on_sent: Callable[[Message], None],
    ) -> None:
        """Start with the cached conversations.

        Args:
            user_id: The account.
            link: Where to ask the backend.
            listeners: Notified of changes.
            cache: Where changes are stored.
            on_sent: Called with each message of this device that the backend has accepted, before
                listeners are notified.
        """
        self.state = Conversations(user_id, cache.get, cache.known, listed=cache.listed)
        self._link = link
        self._listeners = listeners
        self._cache = cache
        self._on_sent = on_sent
        self._wanted = asyncio.Event()
        self._list_wanted = False
        self._is_current = False
        self._notified_unread = self.state.total_unread

    @property
    def is_current(self) -> bool:
        """Return whether everything was brought up to date since the last login."""
        return self._is_current

    def begin_login(self) -> None:
        """List the conversations again, as pushes may have been missed."""
        self._list_wanted = True
        self._is_current = False
        self._wanted.set()

    def publish(self, update: Update) -> None:
        """Store an update, then notify listeners; what it shows to be missing is fetched later."""
        if any(known.is_behind for known in update.known.values()):
            self._wanted.set()
        self._cache.keep(update, listed=self.state.listed)
        notify = self._listeners.notify
        for message in update.sent:
            self._on_sent(message)
            notify(IMSDKListener.on_message_sent, message)
        for message in update.received:
            notify(IMSDKListener.on_recv_new_message, message)
        if update.changed:
            notify(IMSDKListener.on_messages_changed, update.changed)
        if update.receipts:
            notify(IMSDKListener.on_recv_c2c_read_receipt, update.receipts)
        if update.conversations:
            notify(IMSDKListener.on_conversation_changed, list(update.conversations.values()))
        if self.state.total_unread != self._notified_unread:
            self._notified_unread = self.state.total_unread
            notify(IMSDKListener.on_total_unread_message_count_changed, self._notified_unread)

    async def run(self) -> IMError:
        """Fetch whatever is missing; return why the connection cannot be used any more."""
        # An event belongs to one event loop, and a program may run several after one another.
        self._wanted = asyncio.Event()
        self._wanted.set()
        backoff = Backoff()
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._catch_up()
            except IMError as error:
                if is_trouble(error):
                    return error
                if is_transient(error):
                    await asyncio.sleep(retry_after(error, backoff.next_delay()))
                    self._wanted.set()
                elif error.code != ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                    # A logout meanwhile is no failure.
                    _log.warning("The conversations cannot be brought up to date: %s", error)
            else:
                backoff.reset()

    async def _catch_up(self) -> None:
        if not self._list_wanted:
            await self._fetch_missing()
            return
        self._listeners.notify(IMSDKListener.on_sync_server_start)
        try:
            await self._list()
            await self._fetch_missing()
        except IMError as error:
            self._list_wanted = True
            # Other events announce the end of a connection or of a login.
            if not is_trouble(error) and error.code != ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                self._listeners.notify(IMSDKListener.on_sync_server_failed)
            raise
        self._is_current = not self._list_wanted
        self._listeners.notify(IMSDKListener.on_sync_server_finish)

    async def _list(self) -> None:
        self._list_wanted = False
        self.state.list_begins()
        cursor = ""

        def apply(page: ConversationList) -> str | None:
            self.publish(self.state.list_page(page.conversation_list))
            if page.next_cursor is None:
                self.publish(self.state.list_ends())
            return page.next_cursor

        for _ in range(_PAGES_MAX):
            params = GetConversationListParams(cursor, limits.CONVERSATION_PAGE_MAX)
            following = await self._link.call(
                Method.GET_CONVERSATION_LIST, params, ConversationList, apply
            )
            if following is None:
                return
            cursor = following
        raise unreadable()

    async def _fetch_missing(self) -> None:
        """Fetch the changes of each conversation that is behind; one failure stops no other."""
        tried: set[str] = set()
        retry: IMError | None = None
        while missing := [user for user in self.state.behind() if user not in tried]:
            for user_id in missing:
                tried.add(user_id)
                try:
                    await self._fetch(user_id)
                except IMError as error:
                    if is_trouble(error):
                        raise
                    _log.warning("The changes of a conversation cannot be fetched: %s", error)
                    retry = error if is_transient(error) else retry
        if retry is not None:
            raise retry

    async def _fetch(self, user_id: str) -> None:
        pages = ChangedPages(user_id, *self.state.since(user_id))

        def apply(page: ChangedMessages) -> bool:
            answer = pages.add(page)
            # Applied right here, because the next push may be what follows this answer.
            if answer is not None:
                self.publish(self.state.fetched(user_id, answer))
            return answer is not None

        is_finished = False
        while not is_finished:
            is_finished = await self._link.call(
                Method.GET_CHANGED_MESSAGES, pages.params(), ChangedMessages, apply
            )
