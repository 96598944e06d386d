"""The friends that listeners know, and how an answer differs from them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct, field, structs

from imtui.protocol import limits
from imtui.protocol.messages import FriendInfo
from imtui.sdk.bounded import keep_newest

FriendListing = dict[str, FriendInfo]
"""A friend list while its pages come in, by user ID."""

_FRIENDS_KEPT: Final = 2 * limits.FRIENDS_MAX


class Differences(Struct, frozen=True):
    """How a complete listing differs from the friends that listeners know."""

    added: list[FriendInfo] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    changed: list[FriendInfo] = field(default_factory=list)


class FriendList:
    """The friends, once listed; after a login they are outdated until they are listed again."""

    def __init__(self) -> None:
        """Start without a list."""
        self._friends: FriendListing | None = None
        """Without their statuses, which ``Presence`` keeps."""
        self._is_outdated = False
        self._listings: list[FriendListing] = []

    def __contains__(self, user_id: str) -> bool:
        """Return whether a user is known to be a friend."""
        return self._friends is not None and user_id in self._friends

    def begin_login(self) -> None:
        """Mark the list as outdated, because the backend has accepted a new login."""
        self._is_outdated = self._friends is not None

    def is_unannounced(self, user_id: str) -> bool:
        """Return whether listeners will learn of this friend only when the listing is complete."""
        return self._is_outdated and user_id not in self

    def added(self, friends: Iterable[FriendInfo]) -> None:
        """Apply a push of added friends."""
        for friend in friends:
            for listing in self._listings:
                listing[friend.user_id] = friend
            if self._friends is not None:
                self._friends[friend.user_id] = _without_status(friend)
        if self._friends is not None:
            keep_newest(self._friends, _FRIENDS_KEPT)

    def deleted(self, user_ids: Iterable[str]) -> None:
        """Apply a push of deleted friends."""
        for user_id in user_ids:
            for listing in self._listings:
                listing.pop(user_id, None)
            if self._friends is not None:
                self._friends.pop(user_id, None)

    def changed(self, friends: Iterable[FriendInfo]) -> None:
        """Apply a push of friends with another remark or profile."""
        for friend in friends:
            for listing in self._all():
                if friend.user_id in listing:
                    status = listing[friend.user_id].user_status
                    listing[friend.user_id] = structs.replace(friend, user_status=status)

    def regrouped(
        self, user_ids: Iterable[str] | None, groups_after: Callable[[set[str]], set[str]]
    ) -> None:
        """Apply a push of changed friend groups.

        Args:
            user_ids: The friends whose groups changed; all friends if None.
            groups_after: Returns a friend's groups after the change from those before.
        """
        for listing in self._all():
            for user_id in list(listing) if user_ids is None else user_ids:
                friend = listing.get(user_id)
                if friend is not None:
                    groups = sorted(groups_after(set(friend.friend_groups)))
                    del groups[limits.FRIEND_GROUPS_MAX :]
                    listing[user_id] = structs.replace(friend, friend_groups=groups)

    @contextmanager
    def listing(self) -> Iterator[FriendListing]:
        """Give a listing to fill page by page; pushes meanwhile change it too."""
        listing: FriendListing = {}
        self._listings.append(listing)
        try:
            yield listing
        finally:
            self._listings = [other for other in self._listings if other is not listing]

    def listed(self, listing: FriendListing) -> Differences:
        """Apply a complete listing, and return what listeners do not know yet."""
        before = self._friends
        self._friends = now = {
            user_id: _without_status(friend) for user_id, friend in listing.items()
        }
        if before is None or not self._is_outdated:
            return Differences()
        self._is_outdated = False
        return Differences(
            added=[friend for user_id, friend in listing.items() if user_id not in before],
            deleted=[user_id for user_id in before if user_id not in listing],
            changed=[
                friend
                for user_id, friend in listing.items()
                if user_id in before and before[user_id] != now[user_id]
            ],
        )

    def _all(self) -> list[FriendListing]:
        return self._listings if self._friends is None else [self._friends, *self._listings]


def _without_status(friend: FriendInfo) -> FriendInfo:
    if friend.user_status is None:
        return friend
    return structs.replace(friend, user_status=None)
