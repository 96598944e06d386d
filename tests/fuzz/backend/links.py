"""Bytes and frames that are hardly a link: an end takes them or cuts, and others do not notice."""

import asyncio
import contextlib
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st
from msgspec import Raw

from imtui.protocol.jsonrpc import Request
from imtui.server.edge.edge import Edge
from imtui.server.edge.trust import Trust
from imtui.server.instant import Instant
from imtui.server.link import ops as o
from imtui.server.link.frames import Batch, Frame, Refusal, encode_frame
from imtui.server.link.ports import EDGE_SHIFT
from imtui.server.link.remote_core import RemoteCore
from imtui.server.metrics import Metrics
from tests.fuzz.backend.bench import Fault, nothing_logged
from tests.fuzz.backend.values import SKIPPED
from tests.server.link.played import (
    KEY,
    WELCOME,
    NotingCore,
    PlayedCore,
    PlayedTransport,
    join_core,
    new_edges,
)
from tests.server.link.values import FRAMES, TO_CORE, TO_EDGE, any_of

IN_A_ROW: Final = 25
_OTHER: Final = 3
"""The number of an edge that nobody may disturb."""
_OTHERS_SESSION: Final = _OTHER << EDGE_SHIFT | 1
_WITHIN: Final = 10.0

Sent = bytes | Frame | list[Any]
"""Bytes as they are, a frame, or the operations of the next batch."""


class Stream(NamedTuple):
    """What a peer sends to one end, and where it is cut into pieces."""

    to_core: bool
    is_trusted: bool
    """Whether it shows before that it knows the key."""
    sent: tuple[Sent, ...]
    cuts: frozenset[int]

    def pieces(self) -> list[bytes]:
        """Return the pieces."""
        number, data = 0, b""
        for one in self.sent:
            if isinstance(one, list):
                number += 1
                data += encode_frame(Batch(number, 0, Raw(o.encode_ops(one))))
            else:
                data += one if isinstance(one, bytes) else encode_frame(one)
        ends = sorted({*(cut for cut in self.cuts if cut < len(data)), len(data)})
        return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


_rubbish: Final = st.binary(max_size=12) | st.sampled_from(
    [
        *(
            b"GET / HTTP/1.1\r\n\r\n",
            b"\xff" * 4,
            b"\x00\x00\x04\x01",
            b"\x7f\xff\xff\xff",
            bytes(4),
        ),
        *(
            b"\x00\x00\x00\x01\xc1",
            b"\x00\x00\x00\x02\x91\x01",
            b"\x00\x00\x00\x03\x93\x07\x00\xc0",
        ),
        (5000).to_bytes(4) + b"\x91" * 5000,
    ]
)
_odd_ops: Final = st.sampled_from([b"", b"\x90", b"\xc0", b"\x91\xc0", b"\x91" * 900, b"\xdf\xff"])
_odd: Final = st.builds(Batch, st.integers(0, 3), st.integers(0, 2), _odd_ops.map(Raw))


def _sent(ops: tuple[Any, ...]) -> st.SearchStrategy[Sent]:
    batches = st.lists(any_of(ops), max_size=4)
    # The reason of a refusal is logged.
    frames = any_of(kind for kind in FRAMES if kind is not Refusal)
    return st.one_of(batches, batches, batches, frames, _odd, _rubbish)


_SENT: Final = {True: _sent(TO_CORE), False: _sent(TO_EDGE)}


@st.composite
def _streams(draw: st.DrawFn) -> list[Stream]:
    streams = []
    for _ in range(IN_A_ROW):
        if draw(st.integers(0, SKIPPED)):
            to_core, is_trusted = draw(st.booleans()), draw(st.sampled_from([True, True, False]))
            sent = tuple(draw(st.lists(_SENT[to_core], max_size=4)))
            streams.append(
                Stream(
                    to_core, is_trusted, sent, draw(st.frozensets(st.integers(0, 80), max_size=3))
                )
            )
    return streams


STREAMS: Final = _streams()


def check(streams: list[Stream], runner: asyncio.Runner) -> int:
    """Send streams to both ends of a link, and return 0: all outcomes are alike.

    Raises:
        Fault: Something is left of a connection, or another edge was disturbed.
    """
    with nothing_logged():
        runner.run(_check(streams))
    return 0


async def _check(streams: list[Stream]) -> None:
    core = NotingCore()
    edges = new_edges(core)
    other, _ = join_core(edges, _OTHER)
    for number, stream in enumerate(streams, _OTHER + 1):
        if stream.to_core:
            transport = PlayedTransport(edges.accept())
            if stream.is_trusted:
                transport, _ = join_core(edges, number)
            await _feed(transport, stream)
        else:
            await _check_edge(stream)
        core.asked.clear()
        request = o.RequestOp(_OTHERS_SESSION, o.call_fields(_REQUEST), 0.0, False)
        other.feed(encode_frame(Batch(number - _OTHER, 0, Raw(o.encode_ops([request])))))
        await asyncio.sleep(0)
        if core.asked != [_REQUEST] or other.is_closing():
            raise Fault("another edge was disturbed")
    await edges.stop()
    await asyncio.sleep(0)
    if edges._strangers or edges._hellos or edges._of_socket:
        raise Fault("connections are left")


_REQUEST: Final = Request("2.0", "logout", id=1)


async def _check_edge(stream: Stream) -> None:
    played = PlayedCore()
    core = RemoteCore(played.connect, KEY, 1)
    edge = Edge(lambda: Instant(0.0, 0), 400.0, Metrics(), Trust(WELCOME[0], WELCOME[1]))
    edge.core = core
    core.serve(edge)
    running = asyncio.create_task(core.run())
    try:
        async with asyncio.timeout(_WITHIN):
            if stream.is_trusted:
                transport, _ = await played.welcome(is_resumed=False)
            else:
                transport = await played.transports.get()
        core.request(1, _REQUEST, 0.0)
        await _feed(transport, stream)
    finally:
        edge.stop()
        running.cancel()
        await asyncio.wait({running})
    with contextlib.suppress(asyncio.CancelledError):
        running.result()


async def _feed(transport: PlayedTransport, stream: Stream) -> None:
    for piece in stream.pieces():
        transport.feed(piece)
        await asyncio.sleep(0)
    transport.abort()
    await asyncio.sleep(0)
