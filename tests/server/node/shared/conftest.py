"""A PostgreSQL server for each test, which it may stop."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.server.store.postgres.cluster import PostgresServer


@pytest.fixture
async def server() -> AsyncIterator[PostgresServer]:
    made = await asyncio.to_thread(PostgresServer)
    yield made
    made.remove()
