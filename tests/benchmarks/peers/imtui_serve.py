"""``imtui serve`` and its devices: bare ones for only the wire protocol, and those of the SDK."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, UnsetType

from imtui.protocol.chat import GetHistoryParams, MessageList, SendMessageParams
from imtui.protocol.jsonrpc import decode_incoming, encode
from imtui.protocol.messages import LoginParams, LoginResult, Method, Push
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMSDKListener, Message
from tests.benchmarks.app_key import AppKey, app_key_in
from tests.benchmarks.load import TEXT, Heard, Pair, ignore
from tests.benchmarks.peers.frames import TEXT_FRAME, text_frame, upgrade
from tests.benchmarks.peers.quotas import lift_quotas
from tests.benchmarks.peers.servers import WITHIN, Server, running

R = TypeVar("R", bound=Struct)


@asynccontextmanager
async def imtui(folder: Path) -> AsyncIterator[Server]:
    """Run ``imtui serve`` with all its data in a folder."""
    data = folder / "data"
    key = app_key_in(data)
    command = ("-m", "imtui", "serve", "--data", data, "--port", 0, "--rest-port", 0)
    async with running(sys.executable, *command, log=folder / "log") as process:
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN):
            ready = msgspec.json.decode(await process.stdout.readline())
        url: str = ready["ws"]
        await lift_quotas(ready["rest"], key)

        async def connect(sender: str, receiver: str) -> Pair:
            return await connect_devices(url, key, sender, receiver)

        async def connect_clients(sender: str, receiver: str) -> Pair:
            return Pair(
                await ClientDevice.connect(url, key, sender, receiver),
                await ClientDevice.connect(url, key, receiver, sender),
            )

        yield Server(process.pid, connect, connect_clients)


async def connect_devices(url: str, key: AppKey, sender: str, receiver: str) -> Pair:
    """Connect bare devices of two accounts; the first account sends to the second."""
    return Pair(
        await WireDevice.connect(url, key, sender, receiver),
        await WireDevice.connect(url, key, receiver, sender),
    )


class WireDevice(asyncio.Protocol):
    """A device with a minimal implementation of WebSocket and the wire protocol."""

    def __init__(self, user_id: str, peer: str) -> None:
        """Create a device without connecting it."""
        self.on_kept: Heard = ignore
        self.on_received: Heard = ignore
        self._user_id = user_id
        self._peer = peer
        self._unread = b""
        self._transport: asyncio.Transport
        self._is_open = asyncio.get_running_loop().create_future()
        self._answer: asyncio.Future[msgspec.Raw | UnsetType]

    @classmethod
    async def connect(cls, url: str, key: AppKey, user_id: str, peer: str) -> "WireDevice":
        """Connect and log in."""
        address = urlsplit(url)
        assert address.hostname is not None and address.port is not None
        _, device = await asyncio.get_running_loop().create_connection(
            lambda: cls(user_id, peer), address.hostname, address.port
        )
        device._transport.write(upgrade(address.netloc, user_id))
        await device._is_open
        user_sig = sign(user_id, key.sdk_app_id, key.secret_key)
        params = LoginParams(key.sdk_app_id, user_id, user_sig)
        await device._call(Method.LOGIN, params, LoginResult)
        return device

    def send(self, number: int) -> None:
        """Send the text as message ``number``, counted from 1."""
        msg_id = f"{self._user_id}-{number}"
        self._write(number, Method.SEND_MESSAGE, SendMessageParams(self._peer, msg_id, text=TEXT))

    async def count_stored(self) -> int:
        """Return the sequence number of the newest message, as there are no gaps."""
        params = GetHistoryParams(self._peer, count=1)
        page = await self._call(Method.GET_C2C_HISTORY_MESSAGE_LIST, params, MessageList)
        return page.message_list[0].seq if page.message_list else 0

    async def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for writing."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Process received data."""
        self._unread += data
        if not self._is_open.done():
            head, end, self._unread = self._unread.partition(b"\r\n\r\n")
            if not end:
                self._unread = head
                return
            assert head.startswith(b"HTTP/1.1 101 "), head
            self._is_open.set_result(None)
        for frame in self._frames():
            self._take(frame)

    def _frames(self) -> Iterator[bytes]:
        unread, start = self._unread, 0
        while len(unread) - start >= 2:
            assert unread[start] == TEXT_FRAME, unread[start:]
            size, begin = unread[start + 1], start + 2
            if size >= 126:
                begin += 2 if size == 126 else 8
                size = int.from_bytes(unread[start + 2 : begin])
            if begin > len(unread) or begin + size > len(unread):
                break
            start = begin + size
            yield unread[begin:start]
        self._unread = unread[start:]

    def _take(self, frame: bytes) -> None:
        incoming = decode_incoming(frame)
        assert incoming.error is None, incoming.error
        if incoming.method is not None:
            if incoming.method == Push.RECV_NEW_MESSAGE:
                assert isinstance(incoming.params, msgspec.Raw)
                push = msgspec.json.decode(incoming.params, type=MessageList)
                for message in push.message_list:
                    self.on_received(_number_of(message))
        elif isinstance(incoming.id, int):
            self.on_kept(incoming.id)
        else:
            self._answer.set_result(incoming.result)

    async def _call(self, method: Method, params: Struct, result_type: type[R]) -> R:
        self._answer = asyncio.get_running_loop().create_future()
        # Numeric IDs are reserved for messages.
        self._write(method.value, method, params)
        answer = await self._answer
        assert isinstance(answer, msgspec.Raw)
        return msgspec.json.decode(answer, type=result_type)

    def _write(self, request_id: int | str, method: Method, params: Struct) -> None:
        data = encode({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})
        self._transport.write(text_frame(data))


class ClientDevice(IMSDKListener):
    """A device as in an app: a client of the SDK and its listener."""

    def __init__(self, client: IMClient, user_id: str, peer: str) -> None:
        """Create a device from a client."""
        self.on_kept: Heard = ignore
        self.on_received: Heard = ignore
        self._client = client
        self._user_id = user_id
        self._peer = peer
        self._sending: set[asyncio.Task[None]] = set()
        client.add_im_sdk_listener(self)

    @classmethod
    async def connect(cls, url: str, key: AppKey, user_id: str, peer: str) -> "ClientDevice":
        """Connect and log in."""
        client = IMClient(url, key.sdk_app_id)
        await client.login(user_id, sign(user_id, key.sdk_app_id, key.secret_key))
        return cls(client, user_id, peer)

    def send(self, number: int) -> None:
        """Send the text as message ``number``, counted from 1."""
        task = asyncio.create_task(self._send(number))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def count_stored(self) -> int:
        """Return the sequence number of the newest message, as there are no gaps."""
        page = await self._client.get_c2c_history_message_list(self._peer, 1)
        return page[0].seq if page else 0

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    def on_recv_new_message(self, message: Message) -> None:
        """Pass the message's number to the callback."""
        self.on_received(_number_of(message))

    async def _send(self, number: int) -> None:
        msg_id = f"{self._user_id}-{number}"
        await self._client.send_c2c_text_message(TEXT, self._peer, msg_id=msg_id)
        self.on_kept(number)


def _number_of(message: Message) -> int:
    return int(message.msg_id.rpartition("-")[2])
