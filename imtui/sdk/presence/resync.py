"""Learning anew, after a reconnect, what may have changed meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from msgspec import Struct

from imtui.protocol.errors import IMError
from imtui.protocol.messages import (
    Empty,
    FriendInfo,
    FriendListPage,
    GetFriendListParams,
    Method,
    Subscriptions,
    UserIDListParams,
    UserStatusList,
)
from imtui.sdk.failures import is_transient, is_trouble, retry_after, unreadable
from imtui.sdk.presence.view import View

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

_PAGES_MAX: Final = 64
_TRIES: Final = 3
_RETRY_AFTER: Final = 1.0


class Caller(Protocol):
    """A login that can ask the backend."""

    @property
    def view(self) -> View:
        """Return what the listeners were told."""

    async def call(
        self, method: Method, params: Struct, result_type: type[R], apply: Callable[[R], T]
    ) -> T:
        """Ask the backend and return what ``apply`` makes of the answer, or raise IMError."""


async def list_friends(session: Caller, *, resync: bool = False) -> list[FriendInfo]:
    """Return all friends, page by page, with their newest statuses.

    Args:
        session: Whose friends.
        resync: Tell listeners also of statuses that they never had.

    Raises:
        IMError: As for any call; 6001 if the pages have no end.
    """
    view = session.view
    cursor = ""
    with view.friends.listing() as listing:
        for _ in range(_PAGES_MAX):
            page = await session.call(
                Method.GET_FRIEND_LIST,
                GetFriendListParams(cursor),
                FriendListPage,
                partial(view.friends_page, listing, resync),
            )
            if page.next_cursor is None:
                return view.friends_listed(listing)
            cursor = page.next_cursor
    raise unreadable()


async def resync(session: Caller) -> IMError | None:
    """Bring the listeners of a session up to date after a reconnect.

    What the backend refuses to tell becomes UNKNOWN.

    Returns:
        Why the connection is of no use, if an answer did not come.
    """
    try:
        await _attempt(partial(list_friends, session, resync=True))
        await _attempt(partial(_list_subscriptions, session))
        await _attempt(partial(_query_subscribed, session))
    except IMError as error:
        return error
    session.view.resynced()
    return None


async def _list_subscriptions(session: Caller) -> None:
    await session.call(
        Method.GET_SUBSCRIPTIONS, Empty(), Subscriptions, session.view.subscriptions_listed
    )


async def _query_subscribed(session: Caller) -> None:
    users = session.view.doubtful(session.view.subscriptions.users)
    if users:
        await session.call(
            Method.GET_USER_STATUS,
            UserIDListParams(users),
            UserStatusList,
            session.view.statuses_resynced,
        )


async def _attempt(step: Callable[[], Awaitable[Any]]) -> None:
    for _ in range(_TRIES):
        try:
            await step()
        except IMError as error:
            if is_trouble(error):
                raise
            if not is_transient(error):
                return
            await asyncio.sleep(retry_after(error, _RETRY_AFTER))
        else:
            return
