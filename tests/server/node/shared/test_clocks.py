"""Nodes whose clocks are apart are one backend: they all go by PostgreSQL's."""

import asyncio
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.instant import Instant
from imtui.server.node.shared.wall_clock import WallClock
from tests.server.node.shared.nodes import LINKED, Node, Nodes
from tests.server.node.shared.noticing import unnoticed
from tests.server.store.postgres.cluster import PostgresServer

HOUR = 3600
APART = Path(__file__).parent / "clock_apart"
MINUTE_MS = 60_000


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
async def test_nobody_notices_that_clocks_are_an_hour_apart(
    tmp_path: Path, server: PostgresServer, ahead: int
) -> None:
    dsn = await asyncio.to_thread(server.database, f"apart{ahead}")
    first, second = made = [Node(tmp_path, name, dsn, *LINKED) for name in ("one", "other")]
    for node, seconds in ((first, ahead), (second, -ahead)):
        node.environment = {"PYTHONPATH": str(APART), "TESTS_CLOCK_AHEAD": str(seconds)}
    running = Nodes(made)
    try:
        for node in made:
            await node.start()
            await node.until_ready()
        async with (
            running.client("alice", second, first) as (alice, _),
            running.client("bob", first, second) as (bob, heard),
        ):
            async with unnoticed(alice, bob, heard):
                await first.kill()
                await second.until_logged("This node has the core")
            now = time.time() * 1000
            for message in await bob.get_c2c_history_message_list("alice"):
                assert abs(message.timestamp - now) < MINUTE_MS
            (status,) = await bob.get_user_status(["alice"])
            assert status.since is not None
            assert abs(status.since - now) < MINUTE_MS
    finally:
        for node in made:
            await node.kill()


@given(st.floats(0, 1e6), st.integers(0, 2**41), st.integers(1, 2**41), st.floats(0, 1e5))
def test_a_clock_goes_on_from_what_the_core_showed(
    monotonic: float, own: int, told: int, later: float
) -> None:
    now = Instant(monotonic, own)
    clock = WallClock(lambda: now)
    assert clock.now() == now
    clock.set(told)
    assert clock.now() == Instant(monotonic, told)
    clock.set(0)
    assert clock.now() == Instant(monotonic, told)
    now = Instant(monotonic + later, own)
    assert abs(clock.now().unix_ms - (told + later * 1000)) <= 1
