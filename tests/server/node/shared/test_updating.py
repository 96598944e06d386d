"""Nodes of several versions share a database, as they do while they are updated one by one."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.server.children import CORE
from tests.server.node.shared.nodes import LINKED, Node, Nodes
from tests.server.node.shared.noticing import unnoticed
from tests.server.store.postgres.cluster import PostgresServer

NEXT = {"PYTHONPATH": str(Path(__file__).parent / "next_version")}


@pytest.fixture
def commit_before(tmp_path: Path) -> Path:
    """Return the source of the commit before."""
    archive, folder = tmp_path / "before.tar", tmp_path / "before"
    command = ["git", "archive", "--output", str(archive), "HEAD~1", "imtui"]
    root = Path(__file__).parents[4]
    if subprocess.run(command, cwd=root, capture_output=True, check=False).returncode:
        pytest.skip("an sdist and a shallow clone have no commit before")
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    return folder


async def again(node: Node) -> None:
    """Start a node, and wait until it serves."""
    await node.start()
    await node.until_ready()


async def test_nodes_are_updated_to_the_next_version_one_by_one(linked: Nodes) -> None:
    first, second = linked.all
    async with (
        linked.client("alice", second, first) as (alice, _),
        linked.client("bob", first, second) as (bob, heard),
        unnoticed(alice, bob, heard),
    ):
        await second.end()
        second.environment = NEXT
        await again(second)
        # The core is still of this version. The next one changes the tables when it takes over.
        await first.admin("node", "drain", first.name)
        await first.ended()
        await second.until_logged("This node has the core")
        first.environment = NEXT
        await again(first)
        await second.kill()
        await first.until_logged("This node has the core", 2)


async def test_a_node_that_is_too_old_says_so_and_serves_but_never_has_the_core(
    linked: Nodes,
) -> None:
    first, second = linked.all
    await second.end()
    second.environment = NEXT
    await again(second)
    await first.end()
    await second.until_logged("This node has the core")
    await again(first)
    await first.until_logged("The database is of a newer imtui: its tables have version")
    async with (
        linked.client("alice", first) as (alice, _),
        linked.client("bob", first) as (bob, heard),
        unnoticed(alice, bob, heard),
    ):
        await second.kill_child(CORE)
        await second.until_logged("This node has the core", 2)
    assert first.log.count("This node has the core") == 1


@pytest.mark.parametrize("newer_leads", [False, True])
async def test_the_commit_before_and_this_one_are_one_backend(
    tmp_path: Path, server: PostgresServer, commit_before: Path, newer_leads: bool
) -> None:
    dsn = await asyncio.to_thread(server.database, f"before{newer_leads:d}")
    made = [Node(tmp_path, name, dsn, *LINKED) for name in ("one", "other")]
    made[newer_leads].checkout = commit_before
    running = Nodes(made)
    try:
        for node in made:
            await again(node)
        async with (
            running.client("alice", made[1], made[0]) as (alice, _),
            running.client("bob", made[0], made[1]) as (bob, heard),
            unnoticed(alice, bob, heard),
        ):
            await made[0].end()
            await made[1].until_logged("This node has the core")
            await again(made[0])
    finally:
        for node in made:
            await node.kill()
