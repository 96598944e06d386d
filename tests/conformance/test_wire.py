"""The rules of the connection and the envelope, over real sockets."""

import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from .worlds.raw_client import RawClient, Refused
from .worlds.socket_world import SocketClient, SocketWorld
from .worlds.world import ONLINE, code, login, query, send_login


async def connected(world: SocketWorld, user_id: str) -> SocketClient:
    """Return a logged-in connection that has received the pushes of its login."""
    client = await world.connect()
    await send_login(world, client, user_id)
    await client.told()
    return client


def error_code(message: dict[str, Any]) -> int:
    """Return the code of an error answer."""
    with pytest.raises(Refused) as refused:
        RawClient.result(message)
    return refused.value.code


async def test_a_binary_frame_closes_with_1003(socket_world: SocketWorld) -> None:
    client = await connected(socket_world, "alice")
    await client.raw.send(b'{"jsonrpc":"2.0","id":1,"method":"heartbeat"}')
    assert await client.closed() == 1003


async def test_a_frame_of_more_than_1_mb_closes_with_1009(socket_world: SocketWorld) -> None:
    client = await connected(socket_world, "alice")
    await client.raw.send(" " * (1024 * 1024 + 1))
    assert await client.closed() == 1009


async def test_a_frame_of_1_mb_is_read(socket_world: SocketWorld) -> None:
    client = await connected(socket_world, "alice")
    frame = '{"jsonrpc":"2.0","id":"x","method":"heartbeat"}'
    await client.raw.send(frame.ljust(1024 * 1024))
    assert (await client.raw.answer("x"))["result"] == {}


@pytest.mark.parametrize("frame", ["", "{", "hello", '{"a": 1} x', "[" * 100_000])
async def test_what_is_not_json_is_answered_with_32700(
    socket_world: SocketWorld, frame: str
) -> None:
    client = await connected(socket_world, "alice")
    await client.raw.send(frame)
    assert error_code(await client.raw.answer(None)) == -32700
    assert await query(client, "alice") == ("alice", ONLINE, "")


@pytest.mark.parametrize(
    "frame", ["[]", "5", "null", "{}", '{"jsonrpc":"1.0","id":1,"method":"heartbeat"}']
)
async def test_what_is_not_one_request_is_answered_with_32600(
    socket_world: SocketWorld, frame: str
) -> None:
    client = await connected(socket_world, "alice")
    await client.raw.send(frame)
    assert error_code(await client.raw.answer(None)) == -32600


async def test_a_batch_is_answered_with_one_error_and_nothing_in_it_is_carried_out(
    socket_world: SocketWorld,
) -> None:
    client = await connected(socket_world, "alice")
    request = {"jsonrpc": "2.0", "id": 1, "method": "setSelfStatus"}
    batch = [request | {"params": {"customStatus": "x"}}] * 2
    await client.raw.send(json.dumps(batch))
    assert error_code(await client.raw.answer(None)) == -32600
    assert await query(client, "alice") == ("alice", ONLINE, "")


async def test_an_unknown_method_comes_before_a_missing_login(socket_world: SocketWorld) -> None:
    client = await socket_world.connect()
    assert await code(client.call("noSuchMethod")) == -32601
    assert await code(client.call("getUserStatus", userIDList="x")) == 6014


async def test_params_by_position_are_refused(socket_world: SocketWorld) -> None:
    client = await connected(socket_world, "alice")
    await client.raw.send('{"jsonrpc":"2.0","id":"p","method":"getUserStatus","params":["alice"]}')
    assert error_code(await client.raw.answer("p")) == 6017


async def test_a_request_without_id_is_carried_out_and_not_answered(
    socket_world: SocketWorld,
) -> None:
    client = await connected(socket_world, "alice")
    await client.raw.send(
        '{"jsonrpc":"2.0","method":"setSelfStatus","params":{"customStatus":"x"}}'
    )
    assert await query(client, "alice") == ("alice", ONLINE, "x")


async def test_an_answer_comes_before_the_pushes_that_its_request_causes(
    socket_world: SocketWorld,
) -> None:
    client = await connected(socket_world, "alice")
    await client.call("setSelfStatus", customStatus="x")
    assert client.raw.take_pushes() == []
    assert [push.method for push in await client.told()] == ["onUserStatusChanged"]


async def test_unknown_fields_are_ignored(socket_world: SocketWorld) -> None:
    client = await connected(socket_world, "alice")
    await client.call("setSelfStatus", customStatus="x", somethingNewer=[1])
    assert await query(client, "alice") == ("alice", ONLINE, "x")


async def test_a_handshake_with_an_origin_is_refused_with_403(socket_world: SocketWorld) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(socket_world.backend.address.ws, origin="https://example.org"):  # type: ignore[arg-type]
            pass
    assert refused.value.response.status_code == 403


async def test_a_backend_that_shuts_down_closes_with_1001(socket_world: SocketWorld) -> None:
    client = await connected(socket_world, "alice")
    await socket_world.restart()
    assert await client.closed() == 1001
    bob = await login(socket_world, "bob")
    assert await query(bob, "bob") == ("bob", ONLINE, "")
