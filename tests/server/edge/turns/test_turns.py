"""Turns are given for a while, and the event loop goes on between them."""

import asyncio
import contextlib
import socket
from collections.abc import Hashable

import pytest

from imtui.server.buckets import DEBT_MAX, HOLDS, Buckets
from imtui.server.edge.turns.fair_loop import FairLoop, new_loop
from imtui.server.edge.turns.fair_selector import FairSelector
from imtui.server.edge.turns.turns import ROUND, ROUND_MAX, Turns
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


def test_the_more_are_served_together_the_longer_is_a_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    with contextlib.closing(FairLoop(FairSelector(lambda: 0.0))) as loop:
        monkeypatch.setattr(loop, "time", lambda: now)
        turns = Turns(loop, Buckets[Hashable](SHARE))
        for members, longest in ((0, ROUND), (40, 3 * ROUND), (10_000, ROUND_MAX)):
            loop.sockets.members = members
            now = longest * 0.99
            assert turns.is_free()
            now = longest * 1.01
            assert not turns.is_free()


def test_who_is_in_debt_waits_as_long_as_it_takes() -> None:
    with virtual_loop() as loop:
        turns = Turns(asyncio.get_running_loop(), Buckets[Hashable](SHARE))
        turns.charge(("ann",), (HOLDS + DEBT_MAX) * SHARE)
        began = loop.time()
        ann = Busy(loop, turns, "ann", 0.001)
        loop.advance(DEBT_MAX - 0.1)
        assert (ann.times, turns.is_free()) == ([], True)
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


def test_late_in_a_turn_of_the_event_loop_requests_wait() -> None:
    loop = FairLoop(FairSelector())
    try:
        turns = Turns(loop, Buckets[Hashable](SHARE))
        loop.sockets.turn_began = loop.time() + 60
        assert turns.is_free()
        loop.sockets.turn_began = loop.time() - ROUND
        assert not turns.is_free()
    finally:
        loop.close()


def test_who_is_read_from_goes_before_those_who_wait_for_turns() -> None:
    order: list[str] = []

    class Waiting:
        def take_turn(self) -> None:
            order.append("waited")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        turns = Turns(loop, Buckets[Hashable](SHARE))
        ours, theirs = socket.socketpair()
        was_read = asyncio.Event()

        def read() -> None:
            loop.remove_reader(ours)
            order.append("read")
            was_read.set()

        with ours, theirs:
            theirs.send(b"x")
            loop.add_reader(ours, read)
            turns.want(("ann",), Waiting())
            await was_read.wait()
        turns.stop()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())
    assert order[0] == "read"
