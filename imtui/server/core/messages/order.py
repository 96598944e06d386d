"""The order of an account's list of conversations, kept up to date as they change."""

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


class ConversationOrder:
    """The listed conversations of one account, sorted.

    What changes is only noted, and placed anew when the list is read: most changes are messages,
    and nobody reads the list after each of them.
    """

    def __init__(self, place_of: Callable[[str], Place | None], peers: Iterable[str]) -> None:
        """Start with the conversations with some peers.

        Args:
            place_of: Returns the place of the conversation with a peer; None if it is not listed.
            peers: The peers.
        """
        self._place_of = place_of
        self._places: list[Place] = []
        self._by_peer: dict[str, Place] = {}
        self._changed = set(peers)

    def changed(self, peer: str) -> None:
        """Note that the place of the conversation with a peer may have changed."""
        self._changed.add(peer)

    def places(self) -> Sequence[Place]:
        """Return the places of all listed conversations, in order."""
        changed, self._changed = self._changed, set()
        is_sorted_anew = len(changed) > _SORTED_ABOVE
        for peer in changed:
            before, after = self._by_peer.pop(peer, None), self._place_of(peer)
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
