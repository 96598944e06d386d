"""The places for connections: in all, and for each address; pure."""

from collections import Counter
from typing import Final, Protocol

from msgspec import Struct

from imtui.protocol.limits import CONNECTIONS_PER_ADDRESS

_WITHOUT_LOGIN: Final = 10
"""One place of so many of an address may be taken without a login."""


class PlaceLimits(Struct, frozen=True):
    """How many connections there may be."""

    total: int
    per_address: int = CONNECTIONS_PER_ADDRESS

    @property
    def per_address_without_login(self) -> int:
        """Return how many connections of an address may be without a login."""
        return max(1, self.per_address // _WITHOUT_LOGIN)


class Holder(Protocol):
    """A connection that takes a place."""

    def make_room(self) -> None:
        """Close at once, for somebody else; ``Places.leave`` has to follow."""


class Places:
    """The places that are taken, and who makes room if none is left."""

    def __init__(self, limits: PlaceLimits) -> None:
        """Start without connections."""
        self.limits = limits
        self._addresses: dict[Holder, str] = {}
        """All holders, with the address whose limits apply; empty without limits."""
        self._waiting: dict[Holder, None] = {}
        """Those without a login, the longest first."""
        self._of_address: Counter[str] = Counter()
        self._waiting_of_address: Counter[str] = Counter()

    @property
    def are_taken(self) -> bool:
        """Tell whether there is no place left."""
        return len(self._addresses) >= self.limits.total

    def admits(self, address: str) -> bool:
        """Tell whether an address may have one more connection."""
        return not address or (
            self._of_address[address] < self.limits.per_address
            and self._waiting_of_address[address] < self.limits.per_address_without_login
        )

    def make_room(self) -> bool:
        """Let the connection that is longest without a login go; tell whether there is one."""
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            return False
        self._end_wait(oldest)
        oldest.make_room()
        return True

    def enter(self, holder: Holder, address: str) -> None:
        """Take a place for a connection without a login.

        Args:
            holder: The connection.
            address: The address whose limits apply; empty without limits.
        """
        self._addresses[holder] = address
        self._count(self._of_address, address, 1)
        self._begin_wait(holder)

    def name(self, holder: Holder, address: str) -> None:
        """Set the address of a connection whose proxy has named its client."""
        self.leave(holder)
        self.enter(holder, address)

    def logged_in(self, holder: Holder) -> None:
        """Note that a connection has a login."""
        self._end_wait(holder)

    def logged_out(self, holder: Holder) -> None:
        """Note that a connection has no login any more."""
        if holder in self._addresses and holder not in self._waiting:
            self._begin_wait(holder)

    def leave(self, holder: Holder) -> None:
        """Give the place of a connection back, if it has one."""
        self._end_wait(holder)
        address = self._addresses.pop(holder, "")
        self._count(self._of_address, address, -1)

    def _begin_wait(self, holder: Holder) -> None:
        self._waiting[holder] = None
        self._count(self._waiting_of_address, self._addresses[holder], 1)

    def _end_wait(self, holder: Holder) -> None:
        if holder in self._waiting:
            del self._waiting[holder]
            self._count(self._waiting_of_address, self._addresses[holder], -1)

    @staticmethod
    def _count(counts: Counter[str], address: str, change: int) -> None:
        if address:
            counts[address] += change
            if not counts[address]:
                del counts[address]
