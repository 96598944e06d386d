"""Both ends of links without sockets: a test passes the bytes on, or makes them up."""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from typing import Final

from imtui.protocol.app_key import KeyRing, SecretKey
from imtui.server.buckets import Buckets
from imtui.server.link.frames import (
    FRAME_MAX,
    LINK_VERSION,
    Challenge,
    Frame,
    FrameReader,
    Hello,
    Response,
    Welcome,
    core_proof,
    edge_proof,
    encode_frame,
)
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ops import SettingsOp
from imtui.server.link.ports import HTTPAnswer, HTTPRequest
from imtui.server.link.remote_edges import RemoteEdges
from tests.server.edge.fakes import FakeCore

KEY: Final = b"k" * 32
NONCE: Final = b"n" * 16
EPOCH: Final = 7
WELCOME: Final = (
    KeyRing(1, (SecretKey(1, "secret"),)),
    frozenset[str](),
    400.0,
    SettingsOp(0.1, "", "", (), False),
)


class PlayedTransport(asyncio.WriteTransport):
    """Keeps what an end of a link writes."""

    def __init__(self, end: LinkSocket) -> None:
        super().__init__()
        self._end = end
        self._reader = FrameReader()
        self._reader.size_max = FRAME_MAX
        self._frames: list[Frame] = []
        self._is_closing = False
        end.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._frames += self._reader.feed(bytes(data))

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._end.connection_lost, None)

    def get_write_buffer_size(self) -> int:
        return 0

    def take(self) -> list[Frame]:
        """Return the frames that were written since the last call."""
        taken, self._frames = self._frames, []
        return taken

    def feed(self, data: bytes) -> None:
        """Let the end receive bytes, unless the connection has ended."""
        if data and not self._is_closing:
            while data:
                buffer = self._end.get_buffer(-1)
                size = min(len(data), len(buffer))
                buffer[:size] = data[:size]
                self._end.buffer_updated(size)
                data = data[size:]


class NotingCore(FakeCore):
    """A core that writes down what edges ask."""

    def __init__(self) -> None:
        super().__init__()
        self.buckets: Buckets[Hashable] = Buckets(0.1)
        self.away_ones: list[int] = []
        self.back_ones: list[int] = []

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        return HTTPAnswer(request.body, "text/plain")

    def payer_of(self, session_id: int) -> Hashable:
        return session_id

    def away(self, session_ids: Iterable[int]) -> None:
        self.away_ones += session_ids

    def back(self, session_ids: Iterable[int]) -> None:
        self.back_ones += session_ids


def new_edges(core: NotingCore) -> RemoteEdges:
    """Return the core's end."""
    edges = RemoteEdges(EPOCH, KEY, lambda: WELCOME)
    edges.core = core
    return edges


def join_core(
    edges: RemoteEdges, number: int, life: bytes = b"life", epoch: int = 0, received: int = 0
) -> tuple[PlayedTransport, Welcome]:
    """Connect an edge that knows the key, and return the core's welcome."""
    transport = PlayedTransport(edges.accept())
    return transport, show_key(transport, number, life, epoch, received)


def show_key(
    transport: PlayedTransport,
    number: int,
    life: bytes = b"life",
    epoch: int = 0,
    received: int = 0,
) -> Welcome:
    """Show the core that an edge knows the key, and return its welcome."""
    return greet(transport, Hello(LINK_VERSION, number, life, epoch, received, NONCE))


def greet(transport: PlayedTransport, hello: Hello) -> Welcome:
    """Say something first that the core accepts, show it the key, and return its welcome."""
    transport.feed(encode_frame(hello))
    (challenge,) = transport.take()
    assert isinstance(challenge, Challenge)
    transport.feed(encode_frame(Response(edge_proof(KEY, NONCE, challenge.nonce))))
    welcome, *_ = transport.take()
    assert isinstance(welcome, Welcome)
    return welcome


class PlayedCore:
    """What an edge connects to."""

    def __init__(self) -> None:
        self.transports: asyncio.Queue[PlayedTransport] = asyncio.Queue()

    async def connect(self, make: Callable[[], LinkSocket]) -> None:
        """Take a connection of an edge."""
        self.transports.put_nowait(PlayedTransport(make()))

    async def welcome(
        self, *, is_resumed: bool, received: int = 0
    ) -> tuple[PlayedTransport, Hello]:
        """Welcome the next connection, and return it with what the edge said first."""
        transport = await self.transports.get()
        (hello,) = transport.take()
        assert isinstance(hello, Hello)
        transport.feed(encode_frame(Challenge(NONCE, core_proof(KEY, hello.nonce, NONCE))))
        transport.take()
        transport.feed(encode_frame(Welcome(EPOCH, is_resumed, received, *WELCOME)))
        return transport, hello
