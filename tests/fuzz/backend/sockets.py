"""Bytes that are hardly HTTP, on the ports of a running backend: each connection ends."""

import asyncio
from typing import Final, NamedTuple
from urllib.parse import urlencode

from hypothesis import strategies as st

from imtui.protocol.usersig import sign
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.fuzz.backend.bench import ADMIN, Fault, new_folder, nothing_logged
from tests.fuzz.backend.frames import STREAMS as FRAMES

IN_A_ROW: Final = 25
_ENDS_WITHIN: Final = 30.0
_SIGNED: Final = b"@"
"""Stands for the query of a signed command in a request line."""
_CHUNKED: Final = b"Transfer-Encoding: chunked"


class Stream(NamedTuple):
    """What a client sends to a port, and where it is cut into pieces."""

    is_rest: bool
    data: bytes
    cut: int


_request_lines: Final = st.sampled_from(
    [
        *(b"POST /v4/imtui_console/get?@ HTTP/1.1", b"POST /v4/imtui_console/get HTTP/1.1"),
        *(
            b"POST /v4/openim/sendmsg?@ HTTP/1.1",
            b"GET /healthz HTTP/1.1",
            b"GET /metrics HTTP/1.0",
        ),
        *(b"HEAD /openapi.json HTTP/1.1", b"PUT /v4/a/b?@ HTTP/1.1", b"CONNECT x:1 HTTP/1.1"),
        *(b"GET /" + b"a" * 70_000 + b" HTTP/1.1", b"POST /v4/%ff/%00?@&@ HTTP/1.1", b"GET", b""),
        *(b"PRI * HTTP/2.0", b"GET / HTTP/9.9", b"\x16\x03\x01\x02\x00\x01", b"POST ?? HTTP/1.1"),
    ]
)
_headers: Final = st.sampled_from(
    [
        *(b"Host: x", b"Host: x", b"Host: \xff", b"Content-Length: 2", b"Content-Length: 0"),
        *(
            b"Content-Length: -1",
            b"Content-Length: 99999999999999999999",
            b"Content-Length: 1048577",
        ),
        *(b"Content-Length: 2, 2", b"Content-Length: x", _CHUNKED, b"Transfer-Encoding: gzip"),
        *(b"Connection: close", b"Connection: Upgrade", b"Upgrade: websocket", b"Upgrade: h2c"),
        *(b"Expect: 100-continue", b"X: " + b"y" * 70_000, b": x", b"A B: c", b" folded", b"\x00"),
        *(
            b"X-Forwarded-For: 203.0.113.7",
            b"X-Forwarded-For: ,",
            b"Forwarded: for=_x;;",
            b"Cookie",
        ),
    ]
)
_bodies: Final = st.sampled_from(
    [
        *(
            b"",
            b"{}",
            b"{}GET / HTTP/1.1\r\n\r\n",
            b"2\r\n{}\r\n0\r\n\r\n",
            b"ffffffffffffffff\r\n",
        ),
        *(
            b"-1\r\n",
            b"2;x=y\r\n{}\r\n0\r\nA: b\r\n\r\n",
            b"[" * 5000,
            b'{"Settings": {}}',
            b"\xff",
        ),
    ]
) | st.binary(max_size=10)


@st.composite
def _http(draw: st.DrawFn) -> bytes:
    lines = [draw(_request_lines), *draw(st.lists(_headers, max_size=5))]
    return b"\r\n".join([*lines, b"", draw(_bodies)])


@st.composite
def _streams(draw: st.DrawFn) -> list[Stream]:
    websockets = [b"".join(stream.pieces()) for stream in draw(FRAMES)]
    http = draw(st.lists(_http(), max_size=IN_A_ROW - len(websockets)))
    streams = [
        Stream(is_rest, data, draw(st.integers(0, 200)))
        for is_rest, some in ((False, websockets), (True, http))
        for data in some
    ]
    return streams[:IN_A_ROW]


STREAMS: Final = _streams()


def check(streams: list[Stream], runner: asyncio.Runner) -> int:
    """Send streams of bytes to a new backend, and return 0: all outcomes are alike.

    Raises:
        Fault: A connection does not end, or the backend is not well afterwards.
    """
    with new_folder() as folder, nothing_logged():
        runner.run(_check(streams, BackendConfig(folder / "data")))
    return 0


async def _check(streams: list[Stream], config: BackendConfig) -> None:
    async with Backend(config) as backend:
        key = backend.app_key
        user_sig = sign(ADMIN, key.sdk_app_id, key.secret_key)
        query = {"sdkappid": key.sdk_app_id, "identifier": ADMIN, "usersig": user_sig}
        signed = urlencode(query).encode()
        async with asyncio.TaskGroup() as group:
            for stream in streams:
                url = backend.address.rest if stream.is_rest else backend.address.ws
                data = stream.data.replace(_SIGNED, signed)
                group.create_task(_send(int(url.rpartition(":")[2]), data, stream.cut))
        health = await _send(int(backend.address.rest.rpartition(":")[2]), _HEALTH, 0)
        if b" 200 OK" not in health:
            raise Fault(f"the backend is not well: {health!r}")


_HEALTH: Final = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def _send(port: int, data: bytes, cut: int) -> bytes:
    """Send data in two pieces, and return what is read until the backend ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(_ENDS_WITHIN):
            writer.write(data[:cut])
            await asyncio.sleep(0)
            writer.write(data[cut:])
            await writer.drain()
            writer.write_eof()
            return await reader.read()
    except TimeoutError:
        raise Fault(f"a connection does not end after {data[:500]!r}") from None
    except OSError:
        # It was reset, as the backend did not read all of it.
        return b""
    finally:
        writer.transport.abort()
