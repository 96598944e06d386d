"""Bytes that are hardly a WebSocket: a connection takes them or ends, and others do not notice."""

import asyncio
from typing import Final, NamedTuple

from hypothesis import strategies as st
from websockets.frames import Opcode

from imtui.protocol.messages import Method
from tests.benchmarks.peers.frames import text_frame
from tests.fuzz.backend.bench import Bench, Fault, run_on_bench
from tests.fuzz.backend.names import USERS
from tests.fuzz.backend.values import ANYTHING, SKIPPED, document
from tests.server.edge.websocket.test_websocket import HANDSHAKE

IN_A_ROW: Final = 25


class Stream(NamedTuple):
    """What a client sends, and where it is cut into pieces."""

    handshake: bytes
    frames: tuple[bytes, ...]
    cuts: frozenset[int]

    def pieces(self) -> list[bytes]:
        """Return the pieces."""
        data = self.handshake + b"".join(self.frames)
        ends = sorted({*(cut for cut in self.cuts if cut < len(data)), len(data)})
        return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


_lines: Final = st.sampled_from(
    [
        *(b"GET / HTTP/1.1", b"GET /x?y=1 HTTP/1.1", b"POST / HTTP/1.1", b"GET / HTTP/1.0", b"GET"),
        *(b"Host: x", b"Upgrade: websocket", b"Upgrade: h2c", b"Connection: Upgrade", b"Host"),
        *(b"Connection: keep-alive, Upgrade", b"Sec-WebSocket-Version: 13", b"Origin: null"),
        *(b"Sec-WebSocket-Version: 8", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b": x"),
        *(b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Extensions: permessage-deflate", b" folded"),
        *(b"Sec-WebSocket-Protocol: a, b", b"Origin: https://a.example", b"Content-Length: 5"),
        *(b"Transfer-Encoding: chunked", b"X: " + b"y" * 9000, b"\xff\xfe: \x00", b"", b"\x00"),
        *(b"X-Forwarded-For: 203.0.113.7", b"X-Forwarded-For: ,,,", b'Forwarded: for="[::1"'),
    ]
)
_heads: Final = st.lists(_lines, max_size=8).map(lambda lines: b"\r\n".join([*lines, b"", b""]))
_handshakes: Final = st.one_of(
    st.just(HANDSHAKE), st.just(HANDSHAKE), st.just(HANDSHAKE), _heads, st.binary(max_size=20)
)


def _frame(opcode: int, flags: int, payload: bytes, length_in: int, mask: bytes | None) -> bytes:
    """Return a frame, which need not be a proper one."""
    masked = 0x80 if mask is not None else 0
    size = len(payload)
    if length_in == 8 or size >= 1 << 16:
        head = bytes((masked | 127,)) + size.to_bytes(8)
    elif length_in == 2 or size > 125:
        head = bytes((masked | 126,)) + size.to_bytes(2)
    else:
        head = bytes((masked | size,))
    return bytes((flags | opcode,)) + head + (mask or b"") + payload


_texts: Final = st.sampled_from(
    [
        *(
            b"",
            b"1",
            b"[]",
            b"{}",
            b"null",
            b'"',
            b"[" * 5000,
            b'{"a":' * 5000,
            b"\xff",
            b"\xed\xa0",
        ),
        *(b'{"jsonrpc": "2.0", "id": 1, "method": "heartbeat"}', b"\xef\xbb\xbf{}", b"\x00"),
        *(b'{"jsonrpc": "2.0", "method": "logout"}', b"[{}]", b"-0", b"1e999", b"9" * 5000),
    ]
) | st.binary(max_size=12)
_requests: Final = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.sampled_from(["2.0", "2.0", "2.0", "1.0", 2]),
        "id": ANYTHING,
        "method": st.sampled_from([*Method, "", "nothing"]) | ANYTHING,
        "params": ANYTHING,
    },
).map(lambda request: text_frame(document(request).encode()))
_frames: Final = st.one_of(
    st.builds(
        _frame,
        st.sampled_from([*Opcode, *Opcode, 3, 7, 11, 15]),
        st.sampled_from([0x80, 0x80, 0x80, 0, 0xC0, 0xF0, 0x10]),
        _texts,
        st.sampled_from([0, 0, 0, 2, 8]),
        st.sampled_from([bytes(4), bytes(4), bytes(4), None]),
    ),
    _requests,
    _requests,
    st.binary(max_size=6),
    st.sampled_from([b"\x81\xff" + b"\xff" * 8, b"\x81\xff" + bytes(7) + b"\x05", b"\x88\x80abcd"]),
)


@st.composite
def _streams(draw: st.DrawFn) -> list[Stream]:
    streams = []
    for _ in range(IN_A_ROW):
        if draw(st.integers(0, SKIPPED)):
            frames = tuple(draw(st.lists(_frames, max_size=5)))
            cuts = draw(st.frozensets(st.integers(0, 300), max_size=3))
            streams.append(Stream(draw(_handshakes), frames, cuts))
    return streams


STREAMS: Final = _streams()


def check(streams: list[Stream], runner: asyncio.Runner) -> int:
    """Give streams of bytes to connections of a backend, and return 0: all outcomes are alike.

    Raises:
        Fault: A connection was left behind, or another one was not answered.
    """
    run_on_bench(lambda bench: _check(streams, bench), runner)
    return 0


async def _check(streams: list[Stream], bench: Bench) -> None:
    other = await bench.log_in(USERS[0])
    for stream in streams:
        await _receive(bench, stream)
        answer = await other.ask(Method.HEARTBEAT, "{}")
        if answer is None or "result" not in answer:
            raise Fault(f"another client's heartbeat was answered with {answer}")
    if bench.metrics.connections != 1:
        raise Fault(f"{bench.metrics.connections} connections instead of one are left")


async def _receive(bench: Bench, stream: Stream) -> None:
    client = bench.connect()
    for piece in stream.pieces():
        client.send(piece)
        await asyncio.sleep(0)
    # Whatever was sent is JSON.
    client.messages()
    client.lose()
