"""Turns are given for a while, and the event loop goes on between them."""

import asyncio
from collections.abc import Hashable

from imtui.server.buckets import DEBT_MAX, HOLDS, Buckets
from imtui.server.edge.turns.turns import ROUND, Turns
from tests.server.virtual_loop import VirtualLoop, virtual_loop

SHARE = 0.1


class Busy:
    """Has more to do after each turn."""

    def __init__(self, loop: VirtualLoop, turns: Turns, name: str, takes: float) -> None:
        self.loop = loop
        self.turns = turns
        self.payers = (name,)
        self.takes = takes
        self.times: list[float] = []
        turns.want(self.payers, self)

    def take_turn(self) -> None:
        self.times.append(self.loop.time())
        self.loop._now += self.takes
        self.turns.charge(self.payers, self.takes)
        self.turns.want(self.payers, self)


def test_a_round_is_short_and_all_have_turns() -> None:
    with virtual_loop() as loop:
        turns = Turns(asyncio.get_running_loop(), Buckets[Hashable](SHARE))
        ann, bob = (Busy(loop, turns, name, 0.002) for name in ("ann", "bob"))
        began = loop.time()
        loop.turn()
        assert ROUND <= loop.time() - began < ROUND + 0.003
        assert abs(len(ann.times) - len(bob.times)) <= 1
        for _ in range(10):
            loop.turn()
        assert abs(len(ann.times) - len(bob.times)) <= 1


def test_who_is_in_debt_waits_as_long_as_it_takes() -> None:
    with virtual_loop() as loop:
        turns = Turns(asyncio.get_running_loop(), Buckets[Hashable](SHARE))
        turns.charge(("ann",), (HOLDS + DEBT_MAX) * SHARE)
        began = loop.time()
        ann = Busy(loop, turns, "ann", 0.001)
        loop.advance(DEBT_MAX - 0.1)
        assert (ann.times, turns.ready) == ([], {})
        # Nobody else is held up.
        bob = Busy(loop, turns, "bob", 0.001)
        loop.turn()
        assert bob.times
        turns.leave(bob)
        loop.advance(0.2)
        assert ann.times[0] - began >= DEBT_MAX


def test_all_who_pay_have_to_be_out_of_debt() -> None:
    with virtual_loop():
        buckets: Buckets[Hashable] = Buckets(SHARE)
        turns = Turns(asyncio.get_running_loop(), buckets)
        turns.charge((1, ("address",)), 0.3)
        now = asyncio.get_running_loop().time()
        assert turns.debt((2, ("address",)), now) > 0
        assert turns.debt((2,), now) == 0


def test_after_the_end_nobody_has_a_turn() -> None:
    with virtual_loop() as loop:
        turns = Turns(asyncio.get_running_loop(), Buckets[Hashable](SHARE))
        ann = Busy(loop, turns, "ann", 0.001)
        turns.stop()
        loop.turn()
        assert (ann.times, loop.pending()) == ([], 0)
