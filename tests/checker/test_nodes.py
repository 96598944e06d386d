"""The checker finds in a PostgreSQL what was not erased."""

import asyncio

import asyncpg

from tests.checker.processes.nodes import found_in
from tests.server.store.postgres.cluster import shared_server


async def test_what_lasts_in_any_table_is_told() -> None:
    dsn = await asyncio.to_thread(lambda: shared_server().database("what lasts in any table"))
    session = await asyncpg.connect(dsn)
    try:
        await session.execute(
            "CREATE TEMPORARY TABLE left_over AS SELECT 1 AS seq, 'the text <t1>' AS text"
        )
        found = await found_in(session, ["<t1>", "<t2>"])
    finally:
        await session.close()
    assert found == ["<t1> was erased, and is in left_over"]
