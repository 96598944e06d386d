"""Who pays for what, and what waits until it is paid."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from imtui.server.buckets import DEBT_MAX
from tests.sdk.virtual_time import SocketlessLoop
from tests.server.edge.talk import talking


def without_sockets(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in a loop in which time passes at once."""

    @functools.wraps(test)
    def run() -> None:
        with asyncio.Runner(loop_factory=SocketlessLoop) as runner:
            runner.run(test())

    return run


@without_sockets
async def test_in_debt_requests_wait_and_heartbeats_are_answered() -> None:
    async with talking() as talk:
        talk.login()
        talk.charge("alice", 10.0)
        for number in range(5):
            talk.ask("getUserStatus", number)
        talk.ask("heartbeat", "beat")
        await asyncio.sleep(DEBT_MAX / 2)
        assert (talk.asked(), talk.got()) == ([], ["beat"])
        await asyncio.sleep(DEBT_MAX)
        assert len(talk.asked()) == 5
        talk.answer(*range(5))
        assert talk.got() == list(range(5))


@without_sockets
async def test_a_debt_of_others_delays_nobody() -> None:
    async with talking() as talk:
        talk.login()
        talk.charge("bob", 10.0)
        talk.ask("getUserStatus", 1)
        assert talk.asked() == ["getUserStatus"]


@without_sockets
async def test_the_edge_says_what_a_request_has_cost_it() -> None:
    async with talking() as talk:
        talk.login()
        ticks = iter(range(100))
        talk.tick = lambda: next(ticks) / 100
        talk.ask("getUserStatus", 1)
        assert talk.core.spent[-1] == pytest.approx(0.01)
        assert talk.owed("alice") == 0
        for _ in range(10):
            talk.send("no JSON")
        assert talk.owed("alice") == pytest.approx(0.1)


@without_sockets
async def test_before_a_login_the_connection_pays_and_a_login_that_succeeds_pays_itself() -> None:
    async with talking() as talk:
        talk.ask_login("alice", 1)
        (spent,) = talk.core.spent
        # The handshake is part of it.
        assert spent > 0
        assert talk.owed(1) == 0
        talk.answer(1)
        talk.core.unpaid = 0.1
        talk.ask_login("alice", 2)
        assert talk.owed(1) == pytest.approx(0.1)


@without_sockets
async def test_a_stranger_in_debt_is_not_read_from() -> None:
    async with talking() as talk:
        talk.charge(1, 10.0)
        talk.ask("heartbeat", 1)
        assert not talk.wire.is_read
        await asyncio.sleep(DEBT_MAX / 2)
        assert talk.got() == []
        await asyncio.sleep(DEBT_MAX)
        assert talk.got() == [(1, 6014)]
        assert talk.wire.is_read


@without_sockets
async def test_pings_are_paid_for() -> None:
    async with talking() as talk:
        talk.ping(100)
        assert talk.owed(1) > 0


@without_sockets
async def test_what_waits_is_gone_with_the_connection() -> None:
    async with talking() as talk:
        talk.login()
        talk.charge("alice", 10.0)
        talk.ask("getUserStatus", 1)
        assert talk.connection.is_busy()
        talk.connection.abort()
        talk.connection.connection_lost(None)
        await asyncio.sleep(2 * DEBT_MAX)
        assert talk.asked() == []
        assert not talk.connection.is_busy()
