"""Gives the turns: a bounded time for those who wait, then the event loop does the rest."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Final, Protocol

from imtui.server.buckets import Buckets
from imtui.server.edge.turns.fair_loop import sockets_of
from imtui.server.fair_turns import FairTurns

ROUND: Final = 0.0005
"""For how many seconds requests are carried out before the event loop does something else."""
_EACH: Final = 25e-6
"""How much longer that is for each member who is served in the turn: many are served together."""
ROUND_MAX: Final = 0.002

Payers = tuple[Hashable, ...]
"""The buckets that pay for a connection: its account's, or its own and its address's."""


class Turned(Hashable, Protocol):
    """A connection, as its turns see it."""

    def take_turn(self) -> None:
        """Carry out requests for a bounded time; must not raise."""


class Turns:
    """The turns of connections, which pay for them out of their buckets."""

    def __init__(self, loop: asyncio.AbstractEventLoop, buckets: Buckets[Hashable]) -> None:
        """Start with nobody waiting.

        Args:
            loop: The running event loop.
            buckets: The buckets of accounts, connections and addresses.
        """
        self._loop = loop
        self._sockets = sockets_of(loop)
        self._buckets = buckets
        self.owing = buckets.owing
        """The buckets that may be in debt."""
        self.debt: Callable[[Payers, float], float] = buckets.debt
        """Returns in how many seconds all who pay are out of debt, given the time."""
        self._fair: FairTurns[Payers, Turned] = FairTurns(self.debt)
        self._ready = self._fair.ready
        self._next: asyncio.Handle | None = None
        self._next_at = 0.0

    def is_free(self) -> bool:
        """Tell whether a request can be carried out at once: nobody waits, and there is time."""
        return not self._ready and self._loop.time() < self._round_ends()

    def charge(self, payers: Payers, cost: float) -> None:
        """Let all of these pay for a cost, in seconds of CPU time."""
        now = self._loop.time()
        for payer in payers:
            self._buckets.charge(payer, cost, now)

    def want(self, payers: Payers, connection: Turned) -> None:
        """Let a connection wait for a turn, unless it does already."""
        is_next = bool(self._ready)
        self._fair.want(payers, connection)
        if not is_next:
            self._schedule()

    def leave(self, connection: Turned) -> None:
        """Let a connection wait no longer."""
        self._fair.leave(connection)

    def stop(self) -> None:
        """Give no turns any more."""
        if self._next is not None:
            self._next.cancel()

    def _schedule(self) -> None:
        if self._sockets is not None:
            self._sockets.has_queue = bool(self._ready)
        if self._ready:
            # A timer, unlike ``call_soon``, lets those go first who are read from meanwhile.
            at = self._loop.time()
        elif (due := self._fair.next_due()) is not None:
            at = due
        else:
            return
        if self._next is not None:
            if self._next_at <= at:
                return
            self._next.cancel()
        self._next_at = at
        self._next = self._loop.call_at(at, self._give)

    def _give(self) -> None:
        self._next = None
        ends = self._round_ends()
        now = self._loop.time()
        while (connection := self._fair.next(now)) is not None:
            connection.take_turn()
            now = self._loop.time()
            if now >= ends:
                break
        self._schedule()

    def _round_ends(self) -> float:
        if self._sockets is None:
            return self._loop.time() + ROUND
        return self._sockets.turn_began + min(ROUND + _EACH * self._sockets.members, ROUND_MAX)
