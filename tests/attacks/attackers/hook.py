"""The app's own server, which is slow to answer callbacks before an event.

``python -m tests.attacks.attackers.hook SECONDS`` forbids the messages with a forbidden text.
"""

import asyncio
import sys
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from tests.benchmarks.server.cores import LOAD
from tests.benchmarks.server.processes import LOOPBACK, said_by, started

FORBIDDEN: Final = "FORBIDDEN"
COMMAND: Final = "C2C.CallbackBeforeSendMsg"
_FORBIDS: Final = 1


@contextmanager
def hook(seconds: float, folder: Path) -> Iterator[tuple[str, ...]]:
    """Run the server for as long as the context lasts.

    Yields:
        The options with which a backend asks it.
    """
    command = (sys.executable, "-m", "tests.attacks.attackers.hook", seconds)
    with started(*command, log=folder / "hook.log", cores=(LOAD,)) as process:
        port = int(said_by(process))
        url = f"http://{LOOPBACK}:{port}/callback"
        yield ("--webhook", url, "--webhook-commands", COMMAND)


async def main(seconds: float) -> None:
    """Serve until the process is ended."""

    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(IncompleteReadError, OSError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                body = await reader.readexactly(size)
                await asyncio.sleep(seconds)
                writer.write(_reply(_FORBIDS if FORBIDDEN.encode() in body else 0))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _reply(code: int) -> bytes:
    body = msgspec.json.encode({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": code})
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1])))
