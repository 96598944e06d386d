"""What sessions ask of the core, and waits for it: accounts take turns."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from typing import Final, Protocol

from imtui.server.buckets import Buckets
from imtui.server.fair_turns import FairTurns
from imtui.server.link.ops import LoginOp, RequestOp

ROUND: Final = 0.002
"""For how many seconds operations are carried out before the event loop does something else."""

_TURN: Final = 0.0002
"""For how many seconds operations of one session are carried out in its turn, if one takes less."""

Input = LoginOp | RequestOp


class Payers(Protocol):
    """Knows who pays for what sessions ask."""

    buckets: Buckets[Hashable]

    def payer_of(self, session_id: int) -> Hashable:
        """Return the account of a session; without one, the session itself."""


class Inputs:
    """Carries out what sessions ask, each in its order, and accounts in turn.

    What an account in debt asks waits until the debt is paid. Edges bound how much waits.
    """

    def __init__(self, payers: Callable[[], Payers], carry_out: Callable[[Input], None]) -> None:
        """Start with nothing that waits; needs a running event loop.

        Args:
            payers: Returns what knows the accounts of sessions, and their debts.
            carry_out: Called with each operation when it has its turn; must not raise.
        """
        self._payers = payers
        self._carry_out = carry_out
        self._loop = asyncio.get_running_loop()
        self._turns: FairTurns[Hashable, int] = FairTurns(
            lambda payer, now: payers().buckets.wait(payer, now)
        )
        self._waiting: dict[int, deque[Input]] = {}
        """By session."""
        self._next: asyncio.Handle | None = None
        self._next_at = 0.0
        self._round_ends: float | None = None
        """When others have to have their turn; None before the first operation of a turn."""

    def add(self, op: Input) -> None:
        """Carry out an operation now or in its turn."""
        waiting = self._waiting.get(op.session_id)
        if waiting is not None:
            waiting.append(op)
            return
        now, payer = self._loop.time(), self._payer(op)
        if not self._turns.ready and self._has_time(now) and not self._owes(payer, now):
            self._carry_out(op)
            return
        self._waiting[op.session_id] = deque((op,))
        self._turns.want(payer, op.session_id)
        self._schedule(now)

    def drop(self, session_id: int) -> None:
        """Drop what a session has asked that waits: its connection has ended."""
        if self._waiting.pop(session_id, None) is not None:
            self._turns.leave(session_id)

    def is_busy(self) -> bool:
        """Tell whether somebody waits for a turn, and not only for the end of a debt."""
        return bool(self._turns.ready)

    def stop(self) -> None:
        """Carry out nothing any more."""
        if self._next is not None:
            self._next.cancel()

    def _payer(self, op: Input) -> Hashable:
        if isinstance(op, LoginOp):
            return op.proof.user_id
        return self._payers().payer_of(op.session_id)

    def _owes(self, payer: Hashable, now: float) -> bool:
        buckets = self._payers().buckets
        return payer in buckets.owing and buckets.wait(payer, now) > 0

    def _has_time(self, now: float) -> bool:
        """Tell whether there is time in this turn of the event loop."""
        if self._round_ends is None:
            self._round_ends = now + ROUND
            self._loop.call_soon(self._end_round)
        return now < self._round_ends

    def _end_round(self) -> None:
        self._round_ends = None

    def _schedule(self, now: float) -> None:
        if self._turns.ready:
            at = now
        elif (due := self._turns.next_due()) is not None:
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
        now = self._loop.time()
        ends = now + ROUND
        while (session_id := self._turns.next(now)) is not None:
            waiting = self._waiting.pop(session_id)
            turn_ends = now + _TURN
            while waiting and now < turn_ends:
                self._carry_out(waiting.popleft())
                now = self._loop.time()
            if waiting:
                self._waiting[session_id] = waiting
                self._turns.want(self._payer(waiting[0]), session_id)
            if now >= ends:
                break
        self._schedule(now)
