"""``wss://``, with a certificate that only this test uses."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.server import serve

from imtui.sdk import IMError
from tests.sdk.fake_backend import FakeBackend, client_of

CERTIFICATE = Path(__file__).parent / "localhost.pem"


@asynccontextmanager
async def fake_backend_with_tls() -> AsyncIterator[FakeBackend]:
    fake = FakeBackend()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    async with serve(fake.serve, "127.0.0.1", 0, ssl=context, ping_interval=None) as server:
        fake.url = f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield fake


async def test_a_trusted_certificate_works() -> None:
    trust = ssl.create_default_context(cafile=CERTIFICATE)
    async with fake_backend_with_tls() as fake, client_of(fake, ssl=trust) as client:
        await client.login("alice", "sig")
        await client.set_self_status("encrypted")


async def test_an_untrusted_certificate_is_refused_before_anything_is_sent() -> None:
    async with fake_backend_with_tls() as fake, client_of(fake) as client:
        with pytest.raises(IMError, match="certificate") as error:
            await client.login("alice", "sig")
        assert error.value.code == 9511
        assert fake.peers == []
