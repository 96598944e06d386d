"""The order of accounts' lists of conversations, kept up to date as they change."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from imtui.protocol.limits import UNIX_MS_MAX

Place = tuple[bool, int, str]
"""The sort key of a conversation: whether it is not pinned, the negated time, and the peer."""

FIRST_UNPINNED: Final[Place] = (True, -UNIX_MS_MAX, "")
"""Before the places of all conversations that are not pinned."""

_SORTED_ABOVE: Final = 64
"""Of more changed conversations, sorting all of them is faster than placing each."""


class ConversationOrders:
    """The sorted lists of the accounts that have read theirs.

    It only repeats what the conversations say, so reading it counts as no change. What changes is
    noted, and placed anew when the list is read: most changes are messages, and nobody reads the
    list after each of them.
    """

    def __init__(self) -> None:
        """Start without lists."""
        self._of: dict[str, _Order] = {}

    def changed(self, user_id: str, peer: str) -> None:
        """Note that the place of an account's conversation with a peer may have changed."""
        order = self._of.get(user_id)
        if order is not None:
            order.changed.add(peer)

    def forget(self, user_id: str) -> None:
        """Forget the list of an account."""
        self._of.pop(user_id, None)

    def places(
        self, user_id: str, peers: Iterable[str], place_of: Callable[[str, str], Place | None]
    ) -> Sequence[Place]:
        """Return the places of the conversations in an account's list, in order.

        Args:
            user_id: The account.
            peers: The peers of all its conversations.
            place_of: Returns the place of an account's conversation with a peer; None if it is
                not in the list.
        """
        order = self._of.get(user_id)
        if order is None:
            order = self._of[user_id] = _Order(peers)
        return order.settled(lambda peer: place_of(user_id, peer))


class _Order:
    def __init__(self, peers: Iterable[str]) -> None:
        self.changed = set(peers)
        """The peers whose places may have changed."""
        self._places: list[Place] = []
        self._by_peer: dict[str, Place] = {}

    def settled(self, place_of: Callable[[str], Place | None]) -> Sequence[Place]:
        changed, self.changed = self.changed, set()
        is_sorted_anew = len(changed) > _SORTED_ABOVE
        for peer in changed:
            before, after = self._by_peer.pop(peer, None), place_of(peer)
            if after is not None:
                self._by_peer[peer] = after
            if is_sorted_anew or before == after:
                continue
            if before is not None:
                del self._places[bisect_left(self._places, before)]
            if after is not None:
                insort(self._places, after)
        if is_sorted_anew:
            self._places = sorted(self._by_peer.values())
        return self._places
