"""Whom the listeners believe the account subscribes to, and how an answer differs from that."""

from collections.abc import Iterable

from imtui.protocol import limits
from imtui.sdk.bounded import keep_newest


class SubscriptionList:
    """The subscriptions; after a login doubtful until they are listed again."""

    def __init__(self) -> None:
        """Know of none yet."""
        self._users: dict[str, None] = {}
        self._asked: dict[str, None] = {}
        self._listed = False
        self._doubtful = False

    def __contains__(self, user_id: str) -> bool:
        """Tell whether a user is subscribed to, or this client asked for it."""
        return user_id in self._users or user_id in self._asked

    @property
    def users(self) -> list[str]:
        """Return who is subscribed to, the next to be evicted first."""
        return list(self._users)

    def doubt(self) -> None:
        """Begin a new login after which listeners may believe what is no longer so."""
        self._doubtful = True
        self._asked.clear()

    def asked(self, user_ids: Iterable[str]) -> None:
        """Take note that a call of this client succeeded; its push comes later."""
        for user_id in user_ids:
            _renew(self._asked, user_id)
        keep_newest(self._asked, limits.SUBSCRIPTIONS_MAX)

    def changed(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """Take a push that the subscriptions changed."""
        for user_id in removed:
            self._users.pop(user_id, None)
            self._asked.pop(user_id, None)
        for user_id in added:
            _renew(self._users, user_id)
        keep_newest(self._users, limits.SUBSCRIPTIONS_MAX)

    def listed(self, user_ids: Iterable[str]) -> tuple[list[str], list[str]]:
        """Take the list; return which ones listeners miss, and which are no longer in it."""
        before = self._users
        self._users = dict.fromkeys(user_ids)
        added: list[str] = []
        removed: list[str] = []
        if self._doubtful:
            removed = [user_id for user_id in before if user_id not in self._users]
            if self._listed:
                added = [user_id for user_id in self._users if user_id not in before]
        self._listed = True
        self._doubtful = False
        return added, removed


def _renew(users: dict[str, None], user_id: str) -> None:
    users.pop(user_id, None)
    users[user_id] = None
