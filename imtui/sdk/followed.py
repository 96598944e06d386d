"""Whom the listeners believe the account follows, and how an answer differs from that."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar

from imtui.protocol import limits
from imtui.protocol.messages import FriendInfo

V = TypeVar("V")

FriendListing = dict[str, FriendInfo]
"""A friend list as its pages come in."""

_FRIENDS_KEPT: Final = 2 * limits.FRIENDS_MAX


class FriendList:
    """The friends, once they were listed; after a login doubtful until they are listed again."""

    def __init__(self) -> None:
        """Know of no list yet."""
        self._friends: dict[str, None] | None = None
        self._doubtful = False
        self._listings: list[FriendListing] = []

    def __contains__(self, user_id: str) -> bool:
        """Tell whether a user is known to be a friend."""
        return self._friends is not None and user_id in self._friends

    def doubt(self) -> None:
        """Begin a new login after which listeners may believe what is no longer so."""
        self._doubtful = self._friends is not None

    def is_news(self, user_id: str) -> bool:
        """Tell whether a friend in a listing is one that listeners miss."""
        return self._doubtful and user_id not in self

    def added(self, friends: Iterable[FriendInfo]) -> None:
        """Take a push that friends were added."""
        for friend in friends:
            for listing in self._listings:
                listing[friend.user_id] = friend
            if self._friends is not None:
                self._friends[friend.user_id] = None
        if self._friends is not None:
            _keep_newest(self._friends, _FRIENDS_KEPT)

    def deleted(self, user_ids: Iterable[str]) -> None:
        """Take a push that friends were deleted."""
        for user_id in user_ids:
            for listing in self._listings:
                listing.pop(user_id, None)
            if self._friends is not None:
                self._friends.pop(user_id, None)

    @contextmanager
    def listing(self) -> Iterator[FriendListing]:
        """Give a listing to be filled page by page; pushes meanwhile keep it right."""
        listing: FriendListing = {}
        self._listings.append(listing)
        try:
            yield listing
        finally:
            self._listings = [other for other in self._listings if other is not listing]

    def listed(self, listing: FriendListing) -> tuple[list[FriendInfo], list[str]]:
        """Take a complete listing; return which friends listeners miss, and which are none."""
        before = self._friends
        self._friends = dict.fromkeys(listing)
        if before is None or not self._doubtful:
            return [], []
        self._doubtful = False
        missing = [friend for user_id, friend in listing.items() if user_id not in before]
        return missing, [user_id for user_id in before if user_id not in listing]


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
        _keep_newest(self._asked, limits.SUBSCRIPTIONS_MAX)

    def changed(self, added: Iterable[str], removed: Iterable[str]) -> None:
        """Take a push that the subscriptions changed."""
        for user_id in removed:
            self._users.pop(user_id, None)
            self._asked.pop(user_id, None)
        for user_id in added:
            _renew(self._users, user_id)
        _keep_newest(self._users, limits.SUBSCRIPTIONS_MAX)

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


def _keep_newest(users: dict[str, V], most: int) -> None:
    for user_id in list(islice(users, max(0, len(users) - most))):
        del users[user_id]
