"""The subscriptions that listeners know, and how an answer differs from them."""

from collections.abc import Iterable

from imtui.protocol import limits
from imtui.sdk.bounded import keep_newest


class SubscriptionList:
    """The subscriptions; after a login they are outdated until they are listed again."""

    def __init__(self) -> None:
        """Start with no subscription."""
        self._users: dict[str, None] = {}
        self._requested: dict[str, None] = {}
        self._is_listed = False
        self._is_outdated = False

    def __contains__(self, user_id: str) -> bool:
        """Return whether the account subscribes to a user, or this client asked for it."""
        return user_id in self._users or user_id in self._requested

    @property
    def users(self) -> list[str]:
        """Return the subscribed users, the next to be evicted first."""
        return list(self._users)

    def begin_login(self) -> None:
        """Mark the list as outdated, because the backend has accepted a new login."""
        self._is_outdated = True
        self._requested.clear()

    def requested(self, user_ids: Iterable[str]) -> None:
        """Note that this client subscribed successfully; the push follows."""
        for user_id in user_ids:
            _renew(self._requested, user_id)
        keep_newest(self._requested, limits.SUBSCRIPTIONS_MAX)

    def changed(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """Apply a push of changed subscriptions."""
        for user_id in removed:
            self._users.pop(user_id, None)
            self._requested.pop(user_id, None)
        for user_id in added:
            _renew(self._users, user_id)
        keep_newest(self._users, limits.SUBSCRIPTIONS_MAX)

    def listed(self, user_ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Apply the backend's list.

        Returns:
            The users that listeners do not know to be subscribed, and those that are not any more.
        """
        before = self._users
        self._users = dict.fromkeys(user_ids)
        added: list[str] = []
        removed: list[str] = []
        if self._is_outdated:
            removed = [user_id for user_id in before if user_id not in self._users]
            if self._is_listed:
                added = [user_id for user_id in self._users if user_id not in before]
        self._is_listed = True
        self._is_outdated = False
        return added, removed


def _renew(users: dict[str, None], user_id: str) -> None:
    users.pop(user_id, None)
    users[user_id] = None
