"""A node that stands by is ready for its service manager, which need not wait for a failure."""

import asyncio
import tempfile
from pathlib import Path

from tests.cli.notify_socket import notify_socket
from tests.server.node.shared.nodes import Node, nodes
from tests.server.store.postgres.cluster import PostgresServer


async def test_a_node_says_that_it_stands_by_and_later_that_it_serves(
    tmp_path: Path, server: PostgresServer
) -> None:
    dsn = await asyncio.to_thread(server.database, "standing")
    second = Node(tmp_path, "second", dsn, "--node-name", "second")
    # Not in tmp_path, because the path of a socket must be short.
    with (
        tempfile.TemporaryDirectory(prefix="im-") as folder,
        notify_socket(f"{folder}/n") as manager,
    ):
        second.environment = {"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "200000"}
        async with nodes(tmp_path, dsn, 1) as running:
            try:
                await second.start()
                stands_by = ["READY=1", "STATUS=The core of this node stands by"]
                assert await manager.until("READY=1") == stands_by
                # Or it would be started again while it waits.
                for _ in range(3):
                    assert await manager.message() == ["WATCHDOG=1"]
                # What is said is read at once, as a socket holds few messages.
                async with asyncio.TaskGroup() as group:
                    serves = group.create_task(manager.until("READY=1"))
                    await running.all[0].end()
                    await second.until_ready()
                _, status = serves.result()
                assert status.startswith(f"STATUS=WebSocket on {second.url}, REST on http://")
                async with asyncio.TaskGroup() as group:
                    group.create_task(manager.until("STOPPING=1"))
                    assert await second.end() == 0
            finally:
                await second.kill()
