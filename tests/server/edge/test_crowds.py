"""Too many connections: they are refused cheaply, and who is logged in notices nothing."""

import asyncio
import errno
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage

from imtui.protocol.messages import CloseCode
from imtui.server.audit import latest_entries
from imtui.server.buckets import Buckets
from imtui.server.edge.acceptor import Acceptor
from imtui.server.edge.addresses import TrustedProxies, network
from imtui.server.edge.http_server import HTTPServer
from imtui.server.edge.turns.turns import Turns
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.server.edge.test_gateway import address_of
from tests.server.wire import ANSWER_TIMEOUT, wire

REFUSED = (ConnectionClosed, InvalidMessage, OSError, EOFError)


async def test_who_is_longest_without_a_login_makes_room(tmp_path: Path) -> None:
    async with (
        Backend(BackendConfig(tmp_path / "data", max_connections=4)) as backend,
        AsyncExitStack() as stack,
    ):
        alice, first, second, third = [
            await stack.enter_async_context(wire(backend)) for _ in range(4)
        ]
        await alice.login("alice")
        fourth = await stack.enter_async_context(wire(backend))
        assert await first.close_code() == CloseCode.NO_PLACE
        await second.login("bob")
        fifth = await stack.enter_async_context(wire(backend))
        assert await third.close_code() == CloseCode.NO_PLACE
        await fourth.login("carol")
        await fifth.login("dave")
        with pytest.raises(REFUSED):
            await stack.enter_async_context(wire(backend))
        assert await alice.code("logout") == 0
        sixth = await stack.enter_async_context(wire(backend))
        assert await alice.close_code() == CloseCode.NO_PLACE
        await sixth.login("erin")
        noted = latest_entries([backend.core.data.audit_log])
        assert [(one.what, one.code, one.address) for one in noted] == [
            ("connect", CloseCode.NO_PLACE, "127.0.0.1")
        ]


async def test_a_crowd_of_strangers_keeps_nobody_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        Backend(BackendConfig(tmp_path / "data", max_connections=8)) as backend,
        wire(backend) as alice,
    ):
        await alice.login("alice")
        strangers = [await asyncio.open_connection(*address_of(backend)) for _ in range(100)]
        assert await alice.code("heartbeat") == 0
        async with wire(backend) as bob:
            await bob.login("bob")
        for _, writer in strangers:
            writer.close()
    assert not [one for one in caplog.records if one.exc_info]


async def test_each_address_has_its_share(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data", max_per_address=20)
    named = {"X-Forwarded-For": "203.0.113.7"}
    async with Backend(config) as backend, AsyncExitStack() as stack:
        waiting = [
            await stack.enter_async_context(wire(backend, additional_headers=named))
            for _ in range(2)
        ]
        async with wire(backend, additional_headers=named) as third:
            assert await third.close_code() == CloseCode.NO_PLACE
        async with wire(backend, additional_headers={"X-Forwarded-For": "203.0.113.8"}) as other:
            await other.login("other")
        await waiting[0].login("alice")
        async with wire(backend, additional_headers=named) as fourth:
            await fourth.login("bob")
            # This machine, and a proxy on it that names nobody, have no share.
            for _ in range(30):
                await stack.enter_async_context(wire(backend))


async def test_an_address_that_is_not_trusted_is_refused_before_the_handshake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imtui.server.edge.addresses.IPv4Address.is_loopback", False)
    proxies = (network("192.0.2.1"),)
    config = BackendConfig(tmp_path / "data", max_per_address=10, trusted_proxies=proxies)
    monkeypatch.setattr("imtui.server.edge.addresses.TrustedProxies.peer", _remote)
    async with Backend(config) as backend, wire(backend) as alice:
        reader, writer = await asyncio.open_connection(*address_of(backend))
        async with asyncio.timeout(ANSWER_TIMEOUT):
            assert await reader.read() == b""
        writer.close()
        await alice.login("alice")
        async with wire(backend) as bob:
            await bob.login("bob")


def _remote(*_: object) -> object:
    from imtui.server.edge.addresses import Peer

    return Peer("203.0.113.9", is_local=False, is_proxy=False)


async def test_rest_answers_though_strangers_hold_its_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imtui.server.node.edge_node.shares", lambda limit: (100, 3))
    async with Backend(BackendConfig(tmp_path / "data")) as backend:
        url = httpx.URL(backend.address.rest)
        strangers = [await asyncio.open_connection(url.host, url.port) for _ in range(30)]
        async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT) as client:
            answers = [await client.get(f"{url}/healthz") for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 200]
        for _, writer in strangers:
            writer.close()


async def test_rest_requests_over_the_limit_wait() -> None:
    going_on, both_asked = asyncio.Event(), asyncio.Event()
    asked: list[object] = []

    async def app(scope: object, receive: object, send: object) -> None:
        asked.append(scope)
        if len(asked) == 2:
            both_asked.set()
        await going_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"done"})  # type: ignore[operator]

    turns = Turns(asyncio.get_running_loop(), Buckets())
    server = HTTPServer(app, 2, turns, TrustedProxies())
    with socket.create_server(("127.0.0.1", 0)) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        serving = asyncio.create_task(server.run_on([sock]))
        async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT) as client:
            asking = [asyncio.create_task(client.get(url)) for _ in range(6)]
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await both_asked.wait()
            assert len(server.open) == 2
            going_on.set()
            assert [(await one).text for one in asking] == ["done"] * 6
        server.end()
        await serving


async def test_without_descriptors_accepting_pauses_with_a_line_and_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imtui.server.edge.acceptor._PAUSE", 0.0)

    class Exhausted(socket.socket):
        failures = 3

        def accept(self) -> tuple[socket.socket, object]:
            if self.failures:
                self.failures -= 1
                raise OSError(errno.EMFILE, "Too many open files")
            return super().accept()

    accepted = asyncio.get_running_loop().create_future()

    class Greeter(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted.set_result(transport)

    with Exhausted() as sock:
        sock.bind(("127.0.0.1", 0))
        acceptor = Acceptor(sock, lambda accepted: Greeter())
        _, writer = await asyncio.open_connection(*sock.getsockname())
        async with asyncio.timeout(ANSWER_TIMEOUT):
            transport = await accepted
        transport.abort()
        writer.close()
        await acceptor.close()
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["No connection can be accepted: Too many open files"] * 3
