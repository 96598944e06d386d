"""``imtui migrate``: a backend goes on in PostgreSQL where it was in its data folder."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import IMClient
from tests.server.node.shared.nodes import Node
from tests.server.served import Served
from tests.server.store.postgres.cluster import PostgresServer


@pytest.fixture
async def dsn() -> AsyncIterator[str]:
    server = await asyncio.to_thread(PostgresServer)
    yield await asyncio.to_thread(server.database, "moved")
    server.remove()


async def migrate(*options: str) -> tuple[int, str]:
    """Run it, and return its exit status with all that it says."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imtui", "migrate", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_a_backend_goes_on_in_postgresql(tmp_path: Path, dsn: str) -> None:
    data = tmp_path / "data"
    served = await Served.start(data)
    key = served.app_key
    user_sig = sign("alice", key.sdk_app_id, key.secret_key)
    async with (
        IMClient(served.address.ws, key.sdk_app_id) as bob,
        IMClient(served.address.ws, key.sdk_app_id) as alice,
    ):
        await bob.login("bob", sign("bob", key.sdk_app_id, key.secret_key))
        await alice.login("alice", user_sig)
        await alice.send_c2c_text_message("hello", "bob")
    where = ("--from", str(data), "--database", dsn)
    status, said = await migrate(*where)
    assert status == 1
    assert said.startswith(f"imtui: Another backend serves {data}.")
    await served.kill(signal.SIGTERM)
    status, said = await migrate(*where)
    assert status == 0
    assert "messages: 1\n" in said
    assert said.splitlines()[-1].startswith("All is in PostgreSQL, and was compared: ")
    status, said = await migrate(*where)
    assert status == 1
    assert "take an empty one" in said
    node = Node(tmp_path, "data", dsn)
    await node.start()
    try:
        await node.until_ready()
        async with IMClient(node.url, key.sdk_app_id) as alice:
            await alice.login("alice", user_sig)
            (message,) = await alice.get_c2c_history_message_list("bob")
            assert message.text == "hello"
            status, said = await migrate(*where)
            assert status == 1
    finally:
        await node.kill()


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        (("--from", "nowhere"), 2, "Say with --database which database"),
        (("--from", "nowhere", "--database", "imtui.db"), 2, "is not the address of a PostgreSQL"),
        (("--from", "nowhere", "--database", "postgresql://a:b@c/d"), 2, "cannot have a password"),
        (("--from", "nowhere", "--database", "postgresql://a@c/d"), 1, "There is no database"),
    ],
)
async def test_what_is_missing_is_told(options: tuple[str, ...], status: int, reason: str) -> None:
    told = await migrate(*options)
    assert told[0] == status
    assert reason in told[1]
