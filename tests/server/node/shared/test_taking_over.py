"""A node takes over from another one, and nobody's messages, status or lists change."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.sdk import IMClient, LoginStatus
from imtui.server.node.shared.store import STANDS_BY
from tests.server.children import CORE
from tests.server.node.edges.edged_server import WITHIN
from tests.server.node.shared.nodes import Node, Nodes, nodes
from tests.server.node.shared.noticing import told_of_alice, unnoticed, until_back
from tests.server.store.postgres.cluster import PostgresServer

Two = tuple[Nodes, Node, Node]


@pytest.fixture
async def two(tmp_path: Path, server: PostgresServer) -> AsyncIterator[Two]:
    dsn = await asyncio.to_thread(server.database, "two")
    async with nodes(tmp_path, dsn, 2) as running:
        first, second = running.all
        yield running, first, second


async def until_refused(client: IMClient) -> None:
    """Wait until what a client asks is not answered: another node may have taken over by then."""
    async with asyncio.timeout(WITHIN):
        while True:
            try:
                await client.get_user_status(["alice"])
            except IMError as error:
                if error.code == ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR:
                    return
            await asyncio.sleep(0.3)


async def test_when_a_node_is_gone_the_other_goes_on_where_it_was(two: Two) -> None:
    running, first, second = two
    async with (
        running.client("alice") as (alice, _),
        running.client("bob") as (bob, heard),
        unnoticed(alice, bob, heard),
    ):
        await first.kill()
        await second.until_ready()
    # The one that was gone comes back, and stands by.
    await first.start()
    await first.until_logged(STANDS_BY)
    assert await first.end() == await second.end() == 0


async def test_a_node_that_was_stopped_for_too_long_writes_nothing_and_stands_by(
    two: Two,
) -> None:
    running, first, second = two
    async with running.client("alice") as (alice, _):
        await alice.set_self_status("before")
        # Its edge goes on, and sends its client away.
        with first.stopped(CORE):
            await second.until_ready()
            await until_back(alice)
            await alice.set_self_status("after")
        await first.until_logged("Another node has taken over")
        await first.until_logged(STANDS_BY)
        (status,) = await alice.get_user_status(["alice"])
        assert status.custom_status == "after"


async def test_a_node_that_ends_hands_over_at_once(two: Two) -> None:
    running, first, second = two
    async with running.client("alice") as (alice, _):
        await alice.set_self_status("still here")
        assert await first.end() == 0
        await second.until_ready()
        await until_back(alice)
        (status,) = await alice.get_user_status(["alice"])
        assert status.custom_status == "still here"


async def test_while_the_database_is_away_nothing_is_acknowledged_and_all_stay(
    two: Two, server: PostgresServer
) -> None:
    running, first, _ = two
    async with running.client("alice") as (alice, _), running.client("bob") as (bob, heard):
        await bob.subscribe_user_status(["alice"])
        await alice.set_self_status("before")
        await heard.until(lambda one: any(s.custom_status == "before" for s in told_of_alice(one)))
        heard.events.clear()
        await asyncio.to_thread(server.stop)
        with pytest.raises(IMError) as refusal:
            await alice.set_self_status("lost")
        assert refusal.value.code == ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR
        await until_refused(bob)
        assert alice.get_login_status() is LoginStatus.LOGINED
        await first.until_logged("PostgreSQL cannot be reached")
        assert told_of_alice(heard) == []
        await asyncio.to_thread(server.start)
        await until_back(alice, bob)
        await alice.set_self_status("after")
        (status,) = await bob.get_user_status(["alice"])
        assert status.custom_status == "after"
