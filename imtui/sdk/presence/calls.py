"""The calls of a client that concern statuses and subscriptions."""

from collections.abc import Iterable

from imtui.protocol.messages import (
    Empty,
    Method,
    SetSelfStatusParams,
    Subscriptions,
    UnsubscribeParams,
    UserIDListParams,
    UserStatusList,
)
from imtui.protocol.status import UserStatus
from imtui.sdk.presence.presence import Presence
from imtui.sdk.user_ids import user_id_list


class PresenceCalls:
    """The part of a client that sets, queries and subscribes to statuses."""

    def __init__(self, presence: Presence) -> None:
        """Call the backend for ``presence``."""
        self._presence = presence

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        """Set the own custom status.

        Args:
            text: At most 100 bytes of UTF-8; None or only white space clears it.
            expires_at: When the previous text comes back, in Unix milliseconds.

        Raises:
            IMError: 6017 for a text or an end that is not valid, 7014 if passive and not ONLINE.
        """
        params = SetSelfStatusParams(text, expires_at)
        await self._presence.link.send(Method.SET_SELF_STATUS, params)

    async def get_user_status(self, user_ids: Iterable[str]) -> list[UserStatus]:
        """Return the statuses of 1 to 500 users in their order, without unknown accounts.

        Raises:
            IMError: 6017, 7008, 7013, 72001, or 70107 if all are unknown.
        """
        self._presence.link.check_logged_in()
        statuses = await self._presence.link.call(
            Method.GET_USER_STATUS,
            UserIDListParams(user_id_list(user_ids)),
            UserStatusList,
            lambda answer: self._presence.apply_answer(answer.user_status_list),
        )
        # Pushes may have been handled between the answer and this task's turn.
        return [self._presence.statuses.newest(status) for status in statuses]

    async def subscribe_user_status(self, user_ids: Iterable[str]) -> None:
        """Subscribe to 1 to 100 users; beyond 200 in all, the earliest subscriptions are evicted.

        Raises:
            IMError: 6017, 7008, 7013, 72001, or 70107 if all are unknown.
        """
        self._presence.link.check_logged_in()
        wanted = user_id_list(user_ids)
        await self._presence.link.call(
            Method.SUBSCRIBE_USER_STATUS,
            UserIDListParams(wanted),
            Empty,
            lambda _: self._presence.subscriptions.requested(wanted),
        )

    async def unsubscribe_user_status(self, user_ids: Iterable[str] | None) -> None:
        """Unsubscribe from up to 100 users, or from all if ``user_ids`` is empty or None.

        Raises:
            IMError: 6017, 7008, 7013 or 72001.
        """
        params = UnsubscribeParams(None if user_ids is None else user_id_list(user_ids))
        await self._presence.link.send(Method.UNSUBSCRIBE_USER_STATUS, params)

    async def get_subscriptions(self) -> Subscriptions:
        """Return the account's subscriptions, the next to be evicted first."""
        return await self._presence.list_subscriptions()
