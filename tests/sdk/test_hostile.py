"""A misbehaving backend causes error codes and reconnects, never a crash or a hang."""

import asyncio
import contextlib
import json
from typing import Any

import pytest

from imtui.sdk import IMClient, IMError
from tests.sdk.fake_backend import SILENCE, Peer, client_of, fake_backend, status
from tests.sdk.recorder import recorded_client
from tests.sdk.virtual_time import in_virtual_time

GARBAGE = [
    "",
    "no JSON",
    "[]",
    "[1, 2]",
    "7",
    "null",
    '"text"',
    '{"id": {}, "result": {}}',
    '{"method": 5}',
    '{"jsonrpc": "2.0", "method": "onUserStatusChanged", "params"',
    "[" * 100_000,
    "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
]

HARMLESS: list[Any] = [
    {},
    {"jsonrpc": "2.0", "id": 999999, "result": {}},
    {"jsonrpc": "2.0", "id": "x", "result": {}},
    {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "what?"}},
    {"jsonrpc": "2.0", "method": "onSomethingNew", "params": {"x": 1}},
    {"jsonrpc": "2.0", "method": "onUserSigExpired", "params": {}},
    {"jsonrpc": "2.0", "method": "onUserStatusChanged"},
    {"jsonrpc": "2.0", "method": "onUserStatusChanged", "params": None},
    {"jsonrpc": "2.0", "method": "onUserStatusChanged", "params": {"userStatusList": [5]}},
    {"jsonrpc": "2.0", "method": "onUserStatusChanged", "params": {"userStatusList": "bob"}},
    {"jsonrpc": "2.0", "method": "onUserStatusChanged", "params": {"userStatusList": []}},
    {"jsonrpc": "2.0", "method": "onSelfDevicesChanged", "params": {"devices": [{"a": 1}]}},
    {"jsonrpc": "2.0", "method": "onSubscriptionsChanged", "params": {"reason": "mood"}},
    {"jsonrpc": "2.0", "method": "onFriendListAdded", "params": [1]},
    {"jsonrpc": "2.0", "method": "onFriendListDeleted", "params": {"userIDList": [None]}},
    {"jsonrpc": "2.0", "method": "onFriendInfoChanged", "params": {"friendInfoList": [{}]}},
    {"jsonrpc": "2.0", "method": "onFriendApplicationListRead"},
    {"jsonrpc": "2.0", "method": "onFriendGroupDeleted", "params": {"groupNameList": 5}},
    {"jsonrpc": "2.0", "method": "onSelfInfoUpdated", "params": {"userInfo": None}},
]

WRONG_ANSWERS: list[Any] = [
    {"result": 5},
    {"result": None},
    {"result": []},
    {"result": {"userStatusList": 5}},
    {"result": {"userStatusList": [{"userID": 7}]}},
    {},
]


@pytest.mark.parametrize("frame", GARBAGE)
@in_virtual_time
async def test_garbage_is_followed_by_a_reconnect(frame: str) -> None:
    async with recorded_client() as (fake, _client, recorder):
        await fake.peer.socket.send(frame)
        await recorder.saw("connected")


@pytest.mark.parametrize("message", HARMLESS)
async def test_unexpected_but_readable_frames_are_ignored(message: Any) -> None:
    async with recorded_client() as (fake, client, recorder):
        await fake.peer.send(message)
        assert len(await client.get_user_status(["bob"])) == 1
        assert recorder.events == []
        assert len(fake.peers) == 1


@pytest.mark.parametrize("answer", WRONG_ANSWERS)
async def test_a_malformed_answer_is_6001(answer: dict[str, Any]) -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")

        async def answers(peer: Peer, params: dict[str, Any]) -> Any:
            await peer.send({"jsonrpc": "2.0", "id": peer.requests[-1]["id"], **answer})
            return SILENCE

        fake.handlers["getUserStatus"] = answers
        with pytest.raises(IMError) as error:
            await client.get_user_status(["bob"])
        assert error.value.code == 6001


@pytest.mark.parametrize(
    "answer", [5, {}, {"heartbeatInterval": "often", "serverTime": 1, "selfStatus": {}}]
)
async def test_a_login_with_a_malformed_answer_is_6001(answer: Any) -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["login"] = lambda peer, params: answer
        with pytest.raises(IMError) as error:
            await client.login("alice", "sig")
        assert error.value.code == 6001


async def test_a_second_answer_to_a_call_is_ignored() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")

        async def twice(peer: Peer, params: dict[str, Any]) -> Any:
            refusal = {"code": 6014, "message": "second thoughts"}
            request = peer.requests[-1]["id"]
            await peer.send({"jsonrpc": "2.0", "id": request, "result": {}})
            await peer.send({"jsonrpc": "2.0", "id": request, "error": refusal})
            return SILENCE

        fake.handlers["setSelfStatus"] = twice
        await client.set_self_status("one")
        await client.set_self_status("two")


@in_virtual_time
async def test_a_huge_frame_is_followed_by_a_reconnect() -> None:
    async with recorded_client() as (fake, _client, recorder):
        with contextlib.suppress(Exception):
            await fake.peer.socket.send("x" * (2 * 1024 * 1024))
        await recorder.saw("connected")


@in_virtual_time
async def test_a_close_that_is_never_completed_does_not_hang() -> None:
    async with recorded_client() as (fake, _client, recorder):
        before = asyncio.get_running_loop().time()
        # A raw close frame, and nothing after it.
        fake.peer.socket.transport.write(b"\x88\x02\x03\xe8")
        fake.peer.socket.transport.pause_reading()
        await recorder.saw("connected")
        assert asyncio.get_running_loop().time() - before < 5
        fake.peers[0].cut()


@in_virtual_time
async def test_closing_takes_a_second_if_the_backend_does_not_react() -> None:
    async with fake_backend() as fake:
        client = client_of(fake)
        await client.login("alice", "sig")
        fake.peer.socket.transport.pause_reading()
        before = asyncio.get_running_loop().time()
        await client.close()
        assert asyncio.get_running_loop().time() - before < 3
        fake.peer.cut()


@in_virtual_time
async def test_attempts_slow_down_if_the_backend_drops_every_connection() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")

        async def drop(peer: Peer) -> None:
            peer.cut()

        fake.on_connect = drop
        fake.peer.cut()
        await asyncio.sleep(300)
        assert len(fake.peers) < 20


@in_virtual_time
async def test_attempts_slow_down_if_the_backend_drops_every_login() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")

        def accept_and_drop(peer: Peer, params: dict[str, Any]) -> Any:
            asyncio.get_running_loop().call_soon(peer.cut)
            return fake.login_answer(params)

        fake.handlers["login"] = accept_and_drop
        fake.peer.cut()
        await asyncio.sleep(300)
        assert len(fake.peers) < 20


async def test_half_a_handshake_is_9508() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 101 Switching Pro")
        writer.close()

    await expect_login_code(half, 9508)


async def test_another_kind_of_server_is_9508() -> None:
    async def smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await reader.readline()
        writer.close()

    await expect_login_code(smtp, 9508)


async def test_a_redirect_is_not_followed() -> None:
    async with fake_backend() as other:
        location = other.url.replace("127.0.0.1", "localhost")

        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
            writer.write(head.encode())
            writer.close()

        await expect_login_code(redirect, 9511)
        assert other.peers == []


async def expect_login_code(serve: Any, code: int) -> None:
    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        fake_url = f"ws://127.0.0.1:{port}"

        with pytest.raises(IMError) as error:
            await IMClient(fake_url, 1).login("alice", "sig")
        assert error.value.code == code


@in_virtual_time
async def test_a_flood_of_statuses_keeps_the_order() -> None:
    async with recorded_client() as (fake, _client, recorder):
        for revision in range(500):
            batch = [status("bob", revision, text=str(revision))]
            frame = {"method": "onUserStatusChanged", "params": {"userStatusList": batch}}
            await fake.peer.socket.send(json.dumps(frame))
        await recorder.saw("statuses", 500)
        assert [text for _, text in recorder.texts("bob")] == [str(n) for n in range(500)]
