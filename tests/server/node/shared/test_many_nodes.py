"""Several nodes are one backend: each has edges, and one of them the core."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imtui.protocol.app_key import AppKey
from imtui.server.node.data_dir import DataDir
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.children import CORE
from tests.server.node.shared.nodes import LINKED, Node, Nodes, nodes
from tests.server.node.shared.noticing import told_of_alice, unnoticed, until_back
from tests.server.store.postgres.cluster import PostgresServer


@pytest.fixture
async def three(tmp_path: Path, server: PostgresServer) -> AsyncIterator[Nodes]:
    dsn = await asyncio.to_thread(server.database, "three")
    async with nodes(tmp_path, dsn, 3, *LINKED) as running:
        for node in running.all[1:]:
            await node.until_ready()
        yield running


async def test_clients_of_all_nodes_meet(three: Nodes) -> None:
    first, second, third = three.all
    async with (
        three.client("alice", second) as (alice, _),
        three.client("bob", third) as (bob, heard),
        three.client("carol", first) as (carol, _),
    ):
        await bob.subscribe_user_status(["alice"])
        await alice.set_self_status("On the call")
        await heard.until(lambda one: told_of_alice(one)[-1:] != [])
        assert told_of_alice(heard)[-1].custom_status == "On the call"
        await alice.send_c2c_text_message("hello", "carol")
        (message,) = await carol.get_c2c_history_message_list("alice")
        assert message.text == "hello"


async def test_a_burst_of_messages_is_there_once_and_in_order(three: Nodes) -> None:
    _, second, third = three.all
    texts = [f"message {number}" for number in range(60)]
    async with three.client("alice", second) as (alice, _), three.client("bob", third) as (bob, _):
        await asyncio.gather(*(alice.send_c2c_text_message(text, "bob") for text in texts))
        page = await bob.get_c2c_history_message_list("alice", 100)
    assert sorted(message.text for message in page) == sorted(texts)
    assert [message.seq for message in page] == list(range(60, 0, -1))


@pytest.mark.parametrize("how", ["killed", "ended", "core killed"])
async def test_whichever_node_has_the_core_nobody_notices_another(three: Nodes, how: str) -> None:
    first, second, third = three.all
    async with (
        three.client("alice", second, third) as (alice, _),
        three.client("bob", third, second) as (bob, heard),
        unnoticed(alice, bob, heard),
    ):
        if how == "killed":
            await first.kill()
        elif how == "ended":
            assert await first.end() == 0
        else:
            await first.kill_child(CORE)


async def test_a_node_of_another_backend_is_told_what_it_does_not_use(
    tmp_path: Path, server: PostgresServer
) -> None:
    dsn = await asyncio.to_thread(server.database, "two backends")
    other = Node(tmp_path, "other", dsn, *LINKED)
    key = AppKey(1_400_000_002, "6" * 64)
    DataDir(other.data).make()
    DataDir(other.data).export_key(key)
    SQLiteStore(DataDir(other.data).database).close()
    async with nodes(tmp_path, dsn, 1, *LINKED) as running:
        try:
            await other.start()
            await other.until_ready()
            assert "imtui.db is not used, as everything is in PostgreSQL" in other.log
            assert DataDir(other.data).exported_key() == key
            async with (
                running.client("alice", other) as (alice, _),
                running.client("bob", other) as (bob, heard),
                unnoticed(alice, bob, heard),
            ):
                await running.all[0].kill()
                await other.until_logged("app_key.json had a key that is not the app's")
            assert DataDir(other.data).exported_key() == DataDir(running.all[0].data).exported_key()
            assert DataDir(other.data).database.exists()
        finally:
            await other.kill()


async def test_a_node_without_the_core_may_go_and_come(three: Nodes) -> None:
    first, second, third = three.all
    async with (
        three.client("alice", second, first) as (alice, _),
        three.client("bob", third) as (bob, heard),
        unnoticed(alice, bob, heard),
    ):
        for leave in (second.kill, second.end):
            await leave()
            await until_back(alice)
            await second.start()
            await second.until_ready()
