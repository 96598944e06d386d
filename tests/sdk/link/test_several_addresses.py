"""A backend with several addresses, in virtual time over real sockets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from imtui.sdk import Backoff, IMClient, IMError
from tests.sdk.fake_backend import (
    APP,
    SILENCE,
    FakeBackend,
    Peer,
    Refusal,
    client_of,
    fake_backend,
    wall_clock,
)
from tests.sdk.link.names import Names
from tests.sdk.link.test_tls import CERTIFICATE, fake_backend_with_tls
from tests.sdk.recorder import Recorder
from tests.sdk.virtual_time import in_virtual_time


def now() -> float:
    return asyncio.get_running_loop().time()


def logins(fake: FakeBackend) -> int:
    return [request["method"] for peer in fake.peers for request in peer.requests].count("login")


@asynccontextmanager
async def two_backends() -> AsyncIterator[tuple[FakeBackend, FakeBackend, IMClient, Recorder]]:
    """Log alice in, and yield the backend that has her, the other one, and what she hears."""
    recorder = Recorder()
    async with (
        fake_backend() as one,
        fake_backend() as other,
        client_of(one, other.url) as client,
    ):
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
        if logins(other):
            one, other = other, one
        assert (logins(one), logins(other)) == (1, 0)
        yield one, other, client, recorder


@asynccontextmanager
async def silent_address() -> AsyncIterator[str]:
    """Yield an address at which connections are accepted and never answered."""
    held: list[asyncio.StreamWriter] = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        with suppress(OSError):
            await reader.read()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for writer in held:
            writer.transport.abort()


async def dead_addresses(count: int) -> list[str]:
    """Return addresses at which nobody listens any more."""
    async with AsyncExitStack() as stack:
        fakes = [await stack.enter_async_context(fake_backend()) for _ in range(count)]
    return [fake.url for fake in fakes]


@pytest.mark.parametrize(("close_code", "delay"), [(1001, 2.0), (4004, 2.0), (1011, 0.5), (0, 0.5)])
@in_virtual_time
async def test_a_client_that_loses_its_connection_comes_back_elsewhere(
    close_code: int, delay: float
) -> None:
    async with two_backends() as (lost, other, client, recorder):
        await asyncio.sleep(11)
        if close_code:
            await lost.peer.socket.close(close_code)
        else:
            lost.peer.cut()
        await recorder.saw("connected")
        assert (len(lost.peers), logins(other)) == (1, 1)
        assert ("scheduled", delay) in recorder.events
        assert other.peer.requests[0]["params"]["resume"]
        assert client.get_login_user() == "alice"


@in_virtual_time
async def test_one_that_was_sent_away_by_all_waits_longer_and_longer() -> None:
    async with two_backends() as (one, other, _client, recorder):
        one.on_connect = other.on_connect = lambda peer: peer.socket.close(4004)
        await one.peer.socket.close(1001)
        await recorder.saw("scheduled", 6)
        delays = [event[1] for event in recorder.events if event[0] == "scheduled"]
        assert delays == [2.0, 0.5, 1.0, 2.0, 4.0, 8.0]
        assert abs(len(one.peers) - len(other.peers)) <= 1


@in_virtual_time
async def test_in_each_round_all_addresses_are_tried() -> None:
    recorder = Recorder()
    async with fake_backend() as fake:
        port = urlsplit(fake.url).port
        assert port is not None
        client = client_of(fake, *await dead_addresses(2))
        client.add_im_sdk_listener(recorder)
        await client.login("alice", "sig")
        fake.peer.cut()
    async with client:
        await recorder.saw("scheduled", 4)
        delays = [event[1] for event in recorder.events if event[0] == "scheduled"]
        assert delays == [0.5, 1.0, 2.0, 4.0]
        async with fake_backend(port=port) as again:
            await recorder.saw("connected", 2)
            assert logins(again) == 1
            assert recorder.count("scheduled") == 4
            await client.close()


@in_virtual_time
async def test_a_silent_address_delays_a_login_only_a_little() -> None:
    async with fake_backend() as fake, silent_address() as silent:
        for _ in range(8):
            before = now()
            async with client_of(fake, silent) as client:
                await client.login("alice", "sig")
                assert now() - before <= 2.5
    assert logins(fake) == 8


@in_virtual_time
async def test_a_first_login_tries_each_address_once() -> None:
    async with fake_backend() as fake:
        client = client_of(fake, *await dead_addresses(2))
    before = now()
    with pytest.raises(IMError) as error:
        await client.login("alice", "sig")
    assert error.value.code == 9511
    assert now() - before < 0.5


@pytest.mark.parametrize("close_code", [1001, 4004, 1011])
@in_virtual_time
async def test_a_first_login_goes_on_at_an_address_that_takes_it(close_code: int) -> None:
    async def send_away(peer: Peer) -> None:
        await peer.socket.close(close_code)

    async with fake_backend() as full, fake_backend() as other:
        full.on_connect = send_away
        while not full.peers:
            recorder = Recorder()
            async with client_of(full, other.url) as client:
                client.add_im_sdk_listener(recorder)
                await client.login("alice", "sig")
                assert client.connected
                # Nothing was lost, so there is nothing to tell.
                assert recorder.count("scheduled") == 0
        assert logins(other) > 0


@in_virtual_time
async def test_a_first_login_that_all_addresses_send_away_fails() -> None:
    async with fake_backend() as one, fake_backend() as other:
        one.on_connect = other.on_connect = lambda peer: peer.socket.close(4004)
        with pytest.raises(IMError, match="too many connections"):
            await client_of(one, other.url).login("alice", "sig")
        assert (len(one.peers), len(other.peers)) == (1, 1)


def refuse(peer: Peer, params: dict[str, Any]) -> Any:
    raise Refusal(70500)


@pytest.mark.parametrize(
    ("handler", "code"), [(refuse, 70500), (lambda peer, params: SILENCE, 9520)]
)
@in_virtual_time
async def test_a_first_login_that_was_refused_or_took_too_long_is_not_repeated(
    handler: Any, code: int
) -> None:
    async with fake_backend() as one, fake_backend() as other:
        one.handlers["login"] = other.handlers["login"] = handler
        with pytest.raises(IMError) as error:
            await client_of(one, other.url).login("alice", "sig")
        assert error.value.code == code
        assert logins(one) + logins(other) == 1


def test_a_name_with_several_ips_counts_as_several_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Names(monkeypatch, **{"chat.example": (0.0, ["127.0.0.1", "127.0.0.2"])})

    @in_virtual_time
    async def test() -> None:
        recorder = Recorder()
        async with fake_backend() as one:
            port = urlsplit(one.url).port
            assert port is not None
            async with (
                fake_backend("127.0.0.2", port) as other,
                IMClient(
                    f"ws://chat.example:{port}",
                    APP,
                    insecure=True,
                    backoff=Backoff(uniform=lambda low, high: high),
                    wall_clock=wall_clock,
                ) as client,
            ):
                await client.login("alice", "sig")
                client.add_im_sdk_listener(recorder)
                has_her, has_not = (one, other) if logins(one) else (other, one)
                assert has_her.peer.socket.request is not None
                assert has_her.peer.socket.request.headers["Host"] == f"chat.example:{port}"
                has_her.peer.cut()
                await recorder.saw("connected")
                assert (logins(has_her), logins(has_not)) == (1, 1)

    test()


@pytest.mark.parametrize("name", ["localhost", "chat.example"])
def test_a_certificate_is_that_of_the_name_and_not_of_the_ip(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    Names(monkeypatch, **{name: (0.0, ["127.0.0.1"])})

    @in_virtual_time
    async def test() -> None:
        trust = ssl.create_default_context(cafile=CERTIFICATE)
        async with fake_backend_with_tls() as fake:
            fake.url = fake.url.replace("127.0.0.1", name)
            async with client_of(fake, ssl=trust) as client:
                if name == "localhost":
                    await client.login("alice", "sig")
                else:
                    with pytest.raises(IMError, match="certificate"):
                        await client.login("alice", "sig")

    test()


@in_virtual_time
async def test_clients_begin_at_different_addresses() -> None:
    async with fake_backend() as one, fake_backend() as other:
        while not (one.peers and other.peers):
            async with client_of(one, other.url) as client:
                await client.login("alice", "sig")
