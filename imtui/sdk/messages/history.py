"""Pages of earlier messages, from the cache as far as it goes and else from the backend."""

from typing import TYPE_CHECKING, Final

from imtui.protocol.chat import GetHistoryParams, HistoryPage, Message, ReceiveOpt
from imtui.protocol.errors import IMError
from imtui.protocol.messages import Method
from imtui.sdk.failures import is_transient
from imtui.sdk.link.link import Link
from imtui.sdk.messages.sync import MessageSync

if TYPE_CHECKING:
    from imtui.sdk.messages.cache import MessageCache

_REQUESTS_MAX: Final = 1000
"""A backend may send pages with few messages, where many are deleted."""


class History:
    """The earlier messages of one account, with or without a connection."""

    def __init__(self, user_id: str, link: Link, cache: "MessageCache", sync: MessageSync) -> None:
        """Start a login in which the newest messages were not asked for yet.

        Args:
            user_id: The account.
            link: Where to ask the backend.
            cache: The messages on this device.
            sync: What is known of the conversations.
        """
        self._user_id = user_id
        self._link = link
        self._cache = cache
        self._sync = sync
        self._is_newest_known: set[str] = set()
        """The users whose newest messages the backend has sent since the last login."""

    def begin_login(self) -> None:
        """Ask for the newest messages again, as a new login begins."""
        self._is_newest_known.clear()

    async def page(self, user_id: str, count: int, before: int) -> list[Message]:
        """Return messages with a user, the newest first.

        Args:
            user_id: The other member.
            count: The most messages to return.
            before: Only those with a smaller seq; 0 for the newest.

        Raises:
            IMError: The backend's refusal.
        """
        is_connected = self._link.connected
        must_ask = not before and self._may_lack_newest(user_id)
        asked_below: int | None = None
        for _ in range(_REQUESTS_MAX):
            page, low = self._cached(user_id, count, before)
            # A message of an admin may be newer than the conversation's last message, or belong to
            # no listed conversation: the cache is complete only below what the backend sent.
            has_top = bool(before) or user_id in self._is_newest_known
            first = self._sync.state.cleared_seq(user_id) + 1
            is_all = len(page) == count or (low <= first and has_top)
            if not is_connected or (not must_ask and is_all) or low == asked_below:
                return page
            try:
                if must_ask or not has_top:
                    await self._fetch(user_id, count, 0)
                else:
                    asked_below = low
                    await self._fetch(user_id, count - len(page), low)
            except IMError as error:
                if not is_transient(error):
                    raise
                return page
            must_ask = False
        return self._cached(user_id, count, before)[0]

    def _may_lack_newest(self, user_id: str) -> bool:
        state = self._sync.state
        info = state.get(user_id)
        return (
            not self._sync.is_current
            or user_id in state.behind()
            or (info is not None and info.recv_opt == ReceiveOpt.NOT_RECEIVE)
        )

    def _cached(self, user_id: str, count: int, before: int) -> tuple[list[Message], int]:
        top = max(self._sync.state.top(user_id), self._cache.newest(user_id))
        return self._cache.page(user_id, before - 1 if before else top, count)

    async def _fetch(self, user_id: str, count: int, before: int) -> None:
        params = GetHistoryParams(user_id, count, before or None)
        await self._link.call(
            Method.GET_C2C_HISTORY_MESSAGE_LIST,
            params,
            HistoryPage,
            lambda answer: self._apply(user_id, before, answer),
        )

    def _apply(self, user_id: str, before: int, answer: HistoryPage) -> None:
        state = self._sync.state
        first = state.cleared_seq(user_id) + 1
        page = [
            message
            for message in answer.message_list
            if state.is_credible(message)
            and message.seq >= first
            and message.peer(self._user_id) == user_id
        ]
        if before:
            high = before - 1
        else:
            high = max([state.top(user_id), *(message.seq for message in page)])
        lowest = min((message.seq for message in page), default=high + 1)
        if first < answer.next_before_seq <= high + 1:
            # Down to there, the page has all that is not deleted.
            lowest = answer.next_before_seq
        self._cache.keep_page(user_id, page, first if answer.is_finished else lowest, high)
        newest = max((message.version for message in page), default=0)
        self._sync.publish(state.heard(user_id, newest))
        if not before:
            self._is_newest_known.add(user_id)
