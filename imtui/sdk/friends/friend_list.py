"""Whom the listeners believe to be friends, and how an answer differs from that."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import structs

from imtui.protocol import limits
from imtui.protocol.messages import FriendInfo
from imtui.sdk.bounded import keep_newest

FriendListing = dict[str, FriendInfo]
"""A friend list as its pages come in."""

_FRIENDS_KEPT: Final = 2 * limits.FRIENDS_MAX


class FriendList:
    """The friends, once they were listed; after a login doubtful until they are listed again."""

    def __init__(self) -> None:
        """Know of no list yet."""
        self._friends: FriendListing | None = None
        """Without their statuses, which are known elsewhere."""
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
                self._friends[friend.user_id] = _without_status(friend)
        if self._friends is not None:
            keep_newest(self._friends, _FRIENDS_KEPT)

    def deleted(self, user_ids: Iterable[str]) -> None:
        """Take a push that friends were deleted."""
        for user_id in user_ids:
            for listing in self._listings:
                listing.pop(user_id, None)
            if self._friends is not None:
                self._friends.pop(user_id, None)

    def changed(self, friends: Iterable[FriendInfo]) -> None:
        """Take a push that something is known of friends that was not."""
        for friend in friends:
            for listing in self._all():
                if friend.user_id in listing:
                    status = listing[friend.user_id].user_status
                    listing[friend.user_id] = structs.replace(friend, user_status=status)

    def regrouped(
        self, user_ids: Iterable[str] | None, groups_after: Callable[[set[str]], set[str]]
    ) -> None:
        """Take a push that friends, or all friends if None, are in other groups than before."""
        for listing in self._all():
            for user_id in list(listing) if user_ids is None else user_ids:
                friend = listing.get(user_id)
                if friend is not None:
                    groups = sorted(groups_after(set(friend.friend_groups)))
                    del groups[limits.FRIEND_GROUPS_MAX :]
                    listing[user_id] = structs.replace(friend, friend_groups=groups)

    @contextmanager
    def listing(self) -> Iterator[FriendListing]:
        """Give a listing to be filled page by page; pushes meanwhile keep it right."""
        listing: FriendListing = {}
        self._listings.append(listing)
        try:
            yield listing
        finally:
            self._listings = [other for other in self._listings if other is not listing]

    def listed(
        self, listing: FriendListing
    ) -> tuple[list[FriendInfo], list[str], list[FriendInfo]]:
        """Take a complete listing.

        Returns:
            Which friends listeners miss, which are none, and of which they know something else.
        """
        before = self._friends
        self._friends = now = {
            user_id: _without_status(friend) for user_id, friend in listing.items()
        }
        if before is None or not self._doubtful:
            return [], [], []
        self._doubtful = False
        missing = [friend for user_id, friend in listing.items() if user_id not in before]
        differing = [
            friend
            for user_id, friend in listing.items()
            if user_id in before and before[user_id] != now[user_id]
        ]
        return missing, [user_id for user_id in before if user_id not in listing], differing

    def _all(self) -> list[FriendListing]:
        return self._listings if self._friends is None else [self._friends, *self._listings]


def _without_status(friend: FriendInfo) -> FriendInfo:
    if friend.user_status is None:
        return friend
    return structs.replace(friend, user_status=None)
