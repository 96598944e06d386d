"""A backend with TLS: clients, commands, strangers and a new certificate."""

import asyncio
import logging
import os
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMError
from imtui.sdk.rest import RestClient
from imtui.server.edge.tls.certificate import CertificateFiles
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from tests.certificates import FIRST, SECOND, copy_of, trust_in
from tests.over_edges import new_backend
from tests.server.wire import wire

TIMEOUT = 20.0
ADMIN = "administrator"


@pytest.fixture
def config(tmp_path: Path) -> BackendConfig:
    return BackendConfig(tmp_path / "data", login_timeout=0.5, tls=copy_of(FIRST, tmp_path))


@pytest.fixture
async def backend(config: BackendConfig, edges: int) -> AsyncIterator[Backend]:
    async with new_backend(config, edges) as running:
        yield running


@asynccontextmanager
async def logged_in(
    backend: Backend, user_id: str, files: CertificateFiles = FIRST
) -> AsyncIterator[IMClient]:
    key = backend.app_key
    async with IMClient(
        backend.address.ws, sdk_app_id=key.sdk_app_id, ssl=trust_in(files)
    ) as client:
        await client.login(user_id, sign(user_id, key.sdk_app_id, key.secret_key))
        yield client


def admin(backend: Backend, files: CertificateFiles = FIRST) -> RestClient:
    """Return a client of REST that trusts a certificate."""
    key = backend.app_key
    user_sig = sign(ADMIN, key.sdk_app_id, key.secret_key)
    return RestClient(
        backend.address.rest, key.sdk_app_id, ADMIN, user_sig, ssl=lambda: trust_in(files)
    )


async def connect(
    url: str, context: ssl.SSLContext | None = None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect a client that speaks neither WebSocket nor HTTP yet."""
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port, ssl=context)


def open_sockets() -> int:
    """Return how many descriptors of sockets this process has."""
    count = 0
    for entry in Path("/dev/fd").iterdir():
        # That of the folder itself is closed by now.
        with suppress(OSError):
            count += stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode)
    return count


async def test_both_ports_have_tls_and_the_address_says_so(
    backend: Backend, config: BackendConfig
) -> None:
    assert backend.address.ws.startswith("wss://127.0.0.1:")
    assert backend.address.rest.startswith("https://127.0.0.1:")
    published = DataDir(config.data_dir).address()
    assert published == backend.address
    assert published.certificate == FIRST.certificate.read_text().strip()
    async with logged_in(backend, "alice") as alice, logged_in(backend, "bob") as bob:
        await bob.set_self_status("encrypted")
        (status,) = await alice.get_user_status(["bob"])
        assert status.custom_status == "encrypted"
    answer = await admin(backend).call("imtui_console/get", {})
    assert answer["ActionStatus"] == "OK"


async def test_messages_as_large_as_they_may_be_go_both_ways(backend: Backend) -> None:
    async with wire(backend, ssl=trust_in(FIRST)) as client:
        await client.login("alice")
        await client.socket.send(" " * (1024 * 1024))
        while "error" not in (answer := await client.receive()):
            assert "method" in answer
        assert answer["error"]["code"] == -32700
        assert await client.code("heartbeat") == 0


async def test_a_certificate_that_is_not_trusted_is_refused_by_clients(backend: Backend) -> None:
    with pytest.raises(IMError, match="certificate"):
        async with logged_in(backend, "alice", SECOND):
            pass
    with pytest.raises(IMError):
        await admin(backend, SECOND).call("imtui_console/get", {})


async def test_a_new_certificate_is_for_new_connections_only(
    backend: Backend, config: BackendConfig, tmp_path: Path
) -> None:
    async with logged_in(backend, "alice") as alice:
        copy_of(SECOND, tmp_path)
        await backend.adjust(config)
        async with logged_in(backend, "bob", SECOND):
            await alice.set_self_status("still here")
        with pytest.raises(IMError, match="certificate"):
            async with logged_in(backend, "carol", FIRST):
                pass
        await admin(backend, SECOND).call("imtui_console/get", {})
        published = DataDir(config.data_dir).address().certificate
        assert published == SECOND.certificate.read_text().strip()


@pytest.mark.parametrize("port", ["ws", "rest"])
@pytest.mark.parametrize(
    "says",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        bytes(range(256)) * 64,
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"",
    ],
    ids=["plain text", "half a handshake", "rubbish", "an alert", "silence"],
)
async def test_who_speaks_no_tls_is_hung_up_on_without_a_word_in_the_log(
    backend: Backend,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    port: str,
    says: bytes,
) -> None:
    monkeypatch.setattr("imtui.server.edge.http_connection.REQUEST_TIMEOUT", 0.5)
    caplog.set_level(logging.INFO)
    caplog.clear()
    before = open_sockets()
    url = getattr(backend.address, port)
    for _ in range(20):
        _, writer = await connect(url)
        writer.write(says)
        writer.transport.abort()
    waiting = [await connect(url) for _ in range(5)]
    for _, writer in waiting:
        writer.write(says)
    async with asyncio.timeout(TIMEOUT):
        for reader, writer in waiting:
            with suppress(ConnectionError):
                await reader.read()
            writer.transport.abort()
        # The ends of all connections are handled at the next turns.
        for _ in range(1000):
            if open_sockets() <= before:
                break
            await asyncio.sleep(0.01)
        assert open_sockets() <= before
    async with logged_in(backend, "alice"):
        assert [one.getMessage() for one in caplog.records if one.levelno > logging.INFO] == []


async def test_who_completes_a_handshake_and_no_more_is_hung_up_on(backend: Backend) -> None:
    reader, writer = await connect(backend.address.ws, trust_in(FIRST))
    async with asyncio.timeout(TIMEOUT):
        assert await reader.read() == b""
    writer.close()


async def test_tls_to_a_plain_port_is_hung_up_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Backend(BackendConfig(tmp_path / "plain", login_timeout=0.5)) as backend:
        for url in (backend.address.ws, backend.address.rest):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await connect(url, trust_in(FIRST))
        async with wire(backend) as client:
            await client.login("alice")
    assert [one for one in caplog.records if one.levelno > logging.INFO] == []


async def test_handshakes_take_places_of_strangers(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data", max_connections=3, tls=copy_of(FIRST, tmp_path))
    async with Backend(config) as backend, logged_in(backend, "alice") as alice:
        stalled = [await connect(backend.address.ws) for _ in range(5)]
        async with asyncio.timeout(TIMEOUT):
            # The earliest had to make room.
            assert await stalled[0][0].read() == b""
        async with logged_in(backend, "bob"):
            await alice.set_self_status("here")
        for _, writer in stalled:
            writer.close()


async def test_a_backend_ends_although_handshakes_are_stalled(config: BackendConfig) -> None:
    async with Backend(config) as backend:
        stalled = [await connect(url) for url in (backend.address.ws, backend.address.rest) * 3]
    async with asyncio.timeout(TIMEOUT):
        for reader, writer in stalled:
            assert await reader.read() == b""
            writer.close()
