"""The fair event loop, with a gateway and an HTTP port on it."""

import asyncio
import sys
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import cast

import httpx
import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import IMClient
from imtui.server.buckets import Buckets
from imtui.server.edge.turns.fair_loop import FairLoop, Ranks, is_busy, new_loop
from imtui.server.edge.turns.turns import Turns
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig


def test_where_there_is_no_epoll_it_is_asyncio_s_own_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    loop = new_loop()
    try:
        assert not isinstance(loop, FairLoop)
        assert not is_busy(loop)
        server = loop.run_until_complete(asyncio.start_server(lambda *_: None, "127.0.0.1", 0))
        Ranks(loop).set(server.sockets[0], is_stranger=True)
        server.close()
    finally:
        loop.close()


def test_a_fair_loop_connects_serves_and_closes() -> None:
    async def main() -> bytes:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            ranks = Ranks(asyncio.get_running_loop())
            ranks.set(writer.transport, is_stranger=True)
            writer.write(await reader.readexactly(100_000))
            ranks.set(writer.transport, is_stranger=False)
            await writer.drain()
            ranks.forget(writer.transport)
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(bytes(100_000))
            read = await reader.read()
            writer.close()
            await writer.wait_closed()
        return read

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(main()) == bytes(100_000)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        # There is no event for it.
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0)


def test_clients_are_members_while_they_are_logged_in_and_no_rank_is_left(tmp_path: Path) -> None:
    async def main() -> None:
        ranks = cast(FairLoop, asyncio.get_running_loop()).sockets._is_stranger

        def counts() -> tuple[int, int]:
            values = list(ranks.values())
            return values.count(True), values.count(False)

        async with Backend(BackendConfig(tmp_path)) as backend:
            await until(lambda: counts() == (2, 0))
            key, address = backend.app_key, backend.address
            user_sig = sign("alice", key.sdk_app_id, key.secret_key)
            async with IMClient(address.ws, key.sdk_app_id) as client:
                await client.login("alice", user_sig)
                assert counts() == (2, 1)
                async with httpx.AsyncClient() as http:
                    assert (await http.get(f"{address.rest}/healthz")).status_code == 200
                    assert counts() == (3, 1)
                await until(lambda: counts() == (2, 1))
                await client.logout()
                await until(lambda: counts() == (2, 0))
                await client.login("alice", user_sig)
            await until(lambda: counts() == (2, 0))
        assert counts() == (0, 0)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())


def test_a_loop_is_busy_while_requests_wait_for_their_turns() -> None:
    loop = cast(FairLoop, new_loop())
    try:
        turns = Turns(loop, Buckets[Hashable](0.1))
        assert not is_busy(loop)
        one = Waiting()
        turns.want(("ann",), one)
        assert is_busy(loop)
        loop.run_until_complete(one.has_had_its_turn.wait())
        assert not is_busy(loop)
    finally:
        loop.close()


class Waiting:
    """Waits for its turn once."""

    def __init__(self) -> None:
        self.has_had_its_turn = asyncio.Event()

    def take_turn(self) -> None:
        self.has_had_its_turn.set()
