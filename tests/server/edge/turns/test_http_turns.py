"""The turns of HTTP requests: one after the other, each out of debt and at somebody's cost."""

import asyncio

import pytest

from imtui.server.buckets import Buckets
from imtui.server.edge.turns.http_turns import HTTPTurns
from imtui.server.edge.turns.turns import Turns

PAYERS = (("127.0.0.1", 4711), ("203.0.113.7",))
SHARE = 0.1


class Bench:
    """Turns with a clock of CPU time that a test moves on; sleeps pay all debts."""

    def __init__(self) -> None:
        self.cpu = 0.0
        self.slept: list[float] = []
        self.buckets: Buckets[object] = Buckets(SHARE)
        self.turns = HTTPTurns(
            Turns(asyncio.get_running_loop(), self.buckets), self.sleep, lambda: self.cpu
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.buckets.share = 0.0
        await asyncio.sleep(0)

    def debt(self) -> float:
        return self.buckets.debt(PAYERS, asyncio.get_running_loop().time())


async def test_what_is_done_in_a_turn_is_paid_for_also_if_it_fails() -> None:
    bench = Bench()
    with pytest.raises(ValueError, match="bug"):
        async with bench.turns.turn(PAYERS):
            bench.cpu += 1.0
            raise ValueError("bug")
    assert bench.debt() > 0


async def test_whoever_is_in_debt_waits() -> None:
    bench = Bench()
    async with bench.turns.turn(PAYERS):
        bench.cpu += 1.0
    assert bench.slept == []
    async with bench.turns.turn(PAYERS):
        pass
    assert len(bench.slept) == 1
    assert bench.slept[0] > 0


async def test_there_is_one_at_a_time_and_a_debt_of_the_one_before_counts() -> None:
    bench = Bench()
    order = []

    async def ask(name: str) -> None:
        async with bench.turns.turn(PAYERS):
            order.append((name, len(bench.slept)))
            bench.cpu += 1.0

    await asyncio.gather(ask("first"), ask("second"))
    assert order == [("first", 0), ("second", 1)]


async def test_whoever_gives_up_leaves_the_turn_to_the_others() -> None:
    bench = Bench()
    entered = asyncio.Event()

    async def stay() -> None:
        async with bench.turns.turn(PAYERS):
            entered.set()
            await asyncio.Event().wait()

    staying, waiting = asyncio.create_task(stay()), asyncio.create_task(stay())
    await entered.wait()
    waiting.cancel()
    staying.cancel()
    await asyncio.wait({staying, waiting})
    async with bench.turns.turn(PAYERS):
        pass
