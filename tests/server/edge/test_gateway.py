"""The gateway: bad input gets a clear error, and nobody else notices."""

import asyncio
import contextlib
import socket
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from imtui.protocol.usersig import sign
from imtui.server.edge.acceptor import ACCEPTED_AT_ONCE
from imtui.server.edge.connection import Connection
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.server.wire import ANSWER_TIMEOUT, Message, wire


def address_of(backend: Backend) -> tuple[str, int]:
    host, _, port = backend.address.ws.removeprefix("ws://").partition(":")
    return host, int(port)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", -32700),
        ("no JSON", -32700),
        ('{"jsonrpc": "2.0", "id": 1, "method": "login"', -32700),
        ('"\\ud800"', -32700),
        ("[" * 50_000, -32700),
        ("[]", -32600),
        ('[{"jsonrpc": "2.0", "id": 1, "method": "heartbeat"}]', -32600),
        ('{"id": 1, "method": "heartbeat"}', -32600),
        ('{"jsonrpc": "1.0", "id": 1, "method": "heartbeat"}', -32600),
        ('{"jsonrpc": "2.0", "id": {}, "method": "heartbeat"}', -32600),
        ('{"jsonrpc": "2.0", "id": 1, "method": 5}', -32600),
        ('{"jsonrpc": "2.0", "id": "%s", "method": "heartbeat"}' % ("x" * 257), -32600),
        ('{"jsonrpc": "2.0", "id": 1, "method": "format_disk"}', -32601),
        ('{"jsonrpc": "2.0", "id": 1, "method": "setSelfStatus", "params": 5}', 6014),
        ('{"jsonrpc": "2.0", "id": 1, "method": "login", "params": []}', 6017),
        ('{"jsonrpc": "2.0", "id": 1, "method": "login", "params": {"sdkAppID": "1"}}', 6017),
    ],
)
async def test_a_malformed_request_gets_its_code_and_the_connection_lives(
    backend: Backend, frame: str, code: int
) -> None:
    async with wire(backend) as client:
        await client.socket.send(frame)
        answer = await client.receive()
        assert answer["error"]["code"] == code
        assert answer["id"] == (None if code in (-32700, -32600) else 1)
        assert "\n" not in answer["error"]["message"]
        await client.login("alice")


async def test_a_request_without_id_is_carried_out_and_not_answered(backend: Backend) -> None:
    async with wire(backend) as client:
        await client.login("alice")
        await client.notify("setSelfStatus", customStatus="quiet")
        await client.notify("noSuchMethod")
        answer = await client.call("getUserStatus", userIDList=["alice"])
        assert answer["result"]["userStatusList"][0]["customStatus"] == "quiet"
        assert all("id" not in push for push in client.pushes)


@pytest.mark.parametrize(("frame", "code"), [(b"\x00", 1003), ("x" * (1024 * 1024 + 1), 1009)])
async def test_a_binary_or_huge_frame_closes_that_connection_only(
    backend: Backend, frame: bytes | str, code: int
) -> None:
    async with wire(backend) as bad, wire(backend) as good:
        await good.login("alice")
        await bad.socket.send(frame)
        assert await bad.close_code() == code
        assert await good.code("heartbeat") == 0


async def test_a_frame_of_exactly_1_mb_is_read(backend: Backend) -> None:
    async with wire(backend) as client:
        await client.login("alice")
        client.pushes.clear()
        await client.socket.send(" " * (1024 * 1024))
        while "error" not in (answer := await client.receive()):
            assert "method" in answer
        assert answer["error"]["code"] == -32700


async def test_without_a_login_a_frame_is_small(backend: Backend) -> None:
    async with wire(backend) as client:
        await client.socket.send(" " * (64 * 1024))
        assert (await client.receive())["error"]["code"] == -32700
        await client.login("alice")
        await client.call("logout")
        await client.socket.send(" " * (64 * 1024 + 1))
        assert await client.close_code() == 1009


async def test_a_handshake_with_an_origin_is_refused_unless_it_was_allowed(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data", allowed_origins=("https://chat.example",))
    async with Backend(config) as backend:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(backend.address.ws, origin="https://evil.example"):  # type: ignore[arg-type]
                pass
        assert refused.value.response.status_code == 403
        async with wire(backend, origin="https://chat.example") as client:
            await client.login("alice")


async def test_whoever_does_not_log_in_is_closed_and_a_thousand_of_them_hurt_nobody(
    tmp_path: Path,
) -> None:
    async with Backend(BackendConfig(tmp_path / "data", login_timeout=2.0)) as backend:
        idle = [await asyncio.open_connection(*address_of(backend)) for _ in range(900)]
        async with AsyncExitStack() as stack:
            upgraded = [await stack.enter_async_context(wire(backend)) for _ in range(100)]
            good = await stack.enter_async_context(wire(backend))
            await good.login("alice")
            assert {await client.close_code() for client in upgraded} == {4003}
            assert await good.code("heartbeat") == 0
        for reader, writer in idle:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await reader.read()
            writer.close()
            await writer.wait_closed()


async def test_a_connection_that_logged_out_is_closed_like_one_that_never_logged_in(
    tmp_path: Path,
) -> None:
    config = BackendConfig(tmp_path / "data", login_timeout=0.3)
    async with Backend(config) as backend, wire(backend) as client:
        await client.login("alice")
        assert await client.code("logout") == 0
        assert await client.code("heartbeat") == 6014
        assert await client.close_code() == 4003


async def test_a_passive_connection_that_logged_out_is_closed_as_well(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data", login_timeout=0.3)
    async with Backend(config) as backend, wire(backend) as client, wire(backend) as device:
        await device.login("alice")
        await client.login("alice", passive=True, instanceID="passive")
        assert await client.code("logout") == 0
        assert await client.close_code() == 4003
        assert await device.code("heartbeat") == 0


@pytest.mark.parametrize("goes_on_as", [None, "carol"])
async def test_who_logged_out_is_not_told_what_was_still_to_be_told(
    backend: Backend, goes_on_as: str | None
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        connection = backend.edge.edge._connections[1]
        assert isinstance(connection, Connection)
        assert connection.user_id == "alice"
        await bob.login("bob")
        await alice.call("subscribeUserStatus", userIDList=["bob"])
        connection.pause_writing()
        number = 0
        while not connection.outbox._statuses:
            number += 1
            await bob.call("setSelfStatus", customStatus=str(number))
        if goes_on_as is None:
            ending = asyncio.create_task(alice.call("logout"))
        else:
            ending = asyncio.create_task(alice.login(goes_on_as))
        while "alice" in backend.logged_in():
            await bob.call("heartbeat")
        connection.resume_writing()
        await ending
        alice.pushes.clear()
        await alice.call("heartbeat")
        assert "bob" not in str(alice.pushes)


def be_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time-out end what should have been ended at once."""
    for name in ("CLOSE_TIMEOUT", "_HANDSHAKE_TIMEOUT"):
        monkeypatch.setattr(f"imtui.server.edge.gateway.{name}", 10 * ANSWER_TIMEOUT)


async def test_the_end_does_not_wait_for_half_a_handshake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    be_patient(monkeypatch)
    async with AsyncExitStack() as stack:
        backend = await stack.enter_async_context(Backend(BackendConfig(tmp_path / "data")))
        reader, writer = await asyncio.open_connection(*address_of(backend))
        writer.write(b"GET / HTTP/1.1\r\n")
        async with wire(backend) as client, asyncio.timeout(ANSWER_TIMEOUT):
            await client.login("alice")
            await stack.aclose()
            assert await client.close_code() == 1001
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("iterations", range(6))
async def test_who_connects_at_the_last_moment_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, iterations: int
) -> None:
    be_patient(monkeypatch)
    async with AsyncExitStack() as stack:
        backend = await stack.enter_async_context(Backend(BackendConfig(tmp_path / "data")))
        with socket.create_connection(address_of(backend)) as late:
            for _ in range(iterations):
                await asyncio.sleep(0)
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await stack.aclose()
                late.setblocking(False)
                with contextlib.suppress(ConnectionError):
                    assert await asyncio.get_running_loop().sock_recv(late, 1) == b""


async def test_half_a_handshake_is_hung_up_on(tmp_path: Path) -> None:
    async with Backend(BackendConfig(tmp_path / "data", login_timeout=0.3)) as backend:
        reader, writer = await asyncio.open_connection(*address_of(backend))
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nUpgra")
        async with asyncio.timeout(ANSWER_TIMEOUT):
            assert await reader.read() is not None
        writer.close()


async def test_a_client_that_floods_and_never_reads_is_not_served_while_others_are(
    backend: Backend,
) -> None:
    async with wire(backend) as flood, wire(backend) as good:
        await flood.login("mallory")
        await good.login("alice")
        flood.socket.transport.pause_reading()

        async def send_for_ever() -> None:
            while True:
                await flood.socket.send('{"jsonrpc": "2.0", "id": 1, "method": "heartbeat"}')

        sending = asyncio.create_task(send_for_ever())
        done, _ = await asyncio.wait({sending}, timeout=1.0)
        assert not done
        # The sender is stuck: what it sent fills the buffers on the way, not the backend.
        assert flood.socket.transport.get_write_buffer_size() > 0
        assert await good.code("heartbeat") == 0
        sending.cancel()
        flood.socket.transport.abort()


async def test_a_silent_device_is_lost_and_told_so(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data", settings={"heartbeat_timeout": 0.5})
    async with Backend(config) as backend, wire(backend) as watcher, wire(backend) as silent:
        await watcher.login("alice")
        await silent.login("bob")
        await watcher.call("addFriend", userID="bob")
        lost: list[Message] = []
        while not lost:
            await watcher.call("heartbeat")
            lost = [push for push in watcher.pushes if "'statusType': 2" in str(push)]
        assert lost[0]["params"]["userStatusList"][0]["userID"] == "bob"
        assert await silent.close_code() == 4002


def stop_the_process(seconds: float) -> None:
    """Hold the event loop up, as a stopped process would."""
    time.sleep(seconds)


async def test_input_that_is_already_there_counts_before_a_deadline_that_is_due(
    tmp_path: Path,
) -> None:
    config = BackendConfig(tmp_path / "data", settings={"heartbeat_timeout": 0.5})
    async with Backend(config) as backend, wire(backend) as client:
        await client.login("alice")
        await client.socket.send('{"jsonrpc": "2.0", "id": "late", "method": "heartbeat"}')
        stop_the_process(1.0)
        assert await client.code("heartbeat") == 0


async def test_nothing_more_counts_from_a_connection_that_was_taken_over(
    backend: Backend,
) -> None:
    async with wire(backend) as watcher, wire(backend) as old, wire(backend) as new:
        await watcher.login("alice")
        await old.login("bob")
        await watcher.call("addFriend", userID="bob")
        await new.login("bob")
        key = backend.app_key
        again = sign("bob", key.sdk_app_id, key.secret_key)
        with pytest.raises(Exception, match="4001"):
            await old.call(
                "login", sdkAppID=key.sdk_app_id, userID="bob", userSig=again, instanceID="x"
            )
        assert await old.close_code() == 4001
        assert await new.code("setSelfStatus", customStatus="here") == 0
        told = await watcher.push("onUserStatusChanged")
        while told["userStatusList"][0]["userID"] != "bob":
            told = await watcher.push("onUserStatusChanged")
        assert told["userStatusList"][0]["customStatus"] == "here"
        assert told["userStatusList"][0]["onlineDevices"] == ["Linux"]


async def test_a_client_that_sends_far_ahead_takes_turns_with_the_others(
    backend: Backend,
) -> None:
    """All sets are answered, each is told to the other device, and the others are served."""
    sets = 5000
    async with wire(backend) as busy, wire(backend) as second, wire(backend) as other:
        await busy.login("alice")
        await second.login("alice", instanceID="second")
        await other.login("bob")

        async def send_ahead() -> None:
            for number in range(sets):
                await busy.notify("setSelfStatus", customStatus=str(number))

        async def read_all() -> list[str]:
            told: list[str] = []
            while not told or told[-1] != str(sets - 1):
                for status in (await second.push("onUserStatusChanged"))["userStatusList"]:
                    told.append(status["customStatus"])
            return told

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(send_ahead())
            reading = tasks.create_task(read_all())
            served = 0
            while not reading.done():
                served += await other.code("heartbeat") == 0
        assert reading.result()[-sets:] == [str(number) for number in range(sets)]
        assert served > 1


async def test_the_subscriptions_of_a_passive_session_that_ended_are_cleared_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared = asyncio.Event()
    monkeypatch.setattr(
        "imtui.server.core.subscriptions.subscribing.clear",
        lambda state, user_id, now: cleared.set(),
    )
    config = BackendConfig(tmp_path / "data", subscriptions_cleared_after=0.05)
    async with Backend(config) as backend, wire(backend) as bob:
        await bob.login("bob", passive=True)
        async with wire(backend) as alice:
            await alice.login("alice", passive=True)
            assert await alice.code("subscribeUserStatus", userIDList=["bob"]) == 0
            assert await alice.code("logout") == 0
            async with asyncio.timeout(ANSWER_TIMEOUT):
                await cleared.wait()


async def test_all_who_come_at_once_wait_outside_and_are_let_in_a_few_at_a_time(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    many, most = 200, 0
    connections: set[Connection] = set()
    connection_made = Connection.connection_made

    def count(client: Connection, transport: asyncio.BaseTransport) -> None:
        connections.add(client)
        connection_made(client, transport)

    monkeypatch.setattr(Connection, "connection_made", count)
    with contextlib.ExitStack() as stack:
        for _ in range(many):
            # Nobody is let in meanwhile, and none of them is turned away.
            coming = socket.create_connection(address_of(backend), ANSWER_TIMEOUT)
            stack.enter_context(coming)
        while len(connections) < many:
            before = len(connections)
            await asyncio.sleep(0)
            most = max(most, len(connections) - before)
    assert 0 < most <= 2 * ACCEPTED_AT_ONCE
