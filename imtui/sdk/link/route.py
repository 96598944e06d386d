"""Which address of a backend to try next, and when."""

import random
from collections.abc import Callable, Iterable

from imtui.sdk.link.address import Address
from imtui.sdk.link.backoff import Backoff


class Route:
    """The order in which a client tries a backend's addresses, and the delays between attempts.

    Addresses that were not tried lately come first, in an order of this client's own, so that the
    clients of one address spread over all others when it is lost. The others follow, the least
    recently tried first.
    """

    def __init__(
        self, backoff: Backoff, *, shuffle: Callable[[list[Address]], None] = random.shuffle
    ) -> None:
        """Start with nothing tried.

        Args:
            backoff: The delays between attempts.
            shuffle: Puts a list into a random order.
        """
        self._backoff = backoff
        self._shuffle = shuffle
        self._addresses: dict[Address, None] = {}
        self._tried: dict[Address, None] = {}
        """The addresses that were tried lately, the most recent one last."""

    def order(self, addresses: Iterable[Address]) -> list[Address]:
        """Return the addresses in the order in which to try them, each once."""
        self._addresses = dict.fromkeys(addresses)
        self._tried = {one: None for one in self._tried if one in self._addresses}
        untried = self._untried()
        self._shuffle(untried)
        return [*untried, *self._tried]

    def tried(self, address: Address) -> None:
        """Note that an address is tried now, or is the one that was connected."""
        self._tried.pop(address, None)
        self._tried[address] = None

    def settle(self) -> None:
        """Start again with the shortest delay, and with only the latest address tried.

        To be called when a connection that was stable has ended.
        """
        self._backoff.reset()
        self._tried = dict.fromkeys(list(self._tried)[-1:])

    @property
    def has_untried(self) -> bool:
        """Return whether an address is left that was not tried lately."""
        return bool(self._untried())

    def next_delay(self, *, sent_away: bool) -> float:
        """Return how many seconds to wait before the next attempt.

        Args:
            sent_away: Whether the backend closed the connection because it serves elsewhere. While
                an address is left that was not tried lately, the wait is short then.
        """
        if sent_away and self.has_untried:
            return self._backoff.short_delay()
        return self._backoff.next_delay()

    def _untried(self) -> list[Address]:
        return [one for one in self._addresses if one not in self._tried]
