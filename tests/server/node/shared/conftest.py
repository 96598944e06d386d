"""A PostgreSQL server for each test, which it may stop, and nodes that share it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.node.shared.nodes import LINKED, Nodes, nodes
from tests.server.store.postgres.cluster import PostgresServer


@pytest.fixture
async def server() -> AsyncIterator[PostgresServer]:
    made = await asyncio.to_thread(PostgresServer)
    yield made
    made.remove()


@pytest.fixture
async def linked(tmp_path: Path, server: PostgresServer) -> AsyncIterator[Nodes]:
    """Return two nodes that serve, of which the first has the core."""
    dsn = await asyncio.to_thread(server.database, "linked")
    async with nodes(tmp_path, dsn, 2, *LINKED) as running:
        await running.all[1].until_ready()
        yield running
