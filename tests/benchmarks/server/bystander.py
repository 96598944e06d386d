"""A client with heartbeats whose response times show how a load affects others.

``python -m tests.benchmarks.server.bystander HOST PORT`` reads its login steps from standard
input. It is a separate process, because the process of the load is too busy to measure time. It
waits for each answer before the next heartbeat, so a long wait counts once, however long it is.
"""

import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from imtui.protocol.messages import Method
from tests.benchmarks.server.cores import LOAD
from tests.benchmarks.server.crowd import Step
from tests.benchmarks.server.hosts import OurHost
from tests.benchmarks.server.processes import asked, said_by, started
from tests.benchmarks.server.wires import request

_EVERY: Final = 0.01
_READ: Final = 65536


class Bystander:
    """The benchmark's view of the bystander's process."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        """Wrap the process of a connected bystander."""
        self._process = process

    def ask(self) -> list[float]:
        """Return the response times of the heartbeats since the last call, in milliseconds."""
        return msgspec.json.decode(asked(self._process), type=list[float])


@contextmanager
def bystander(host: OurHost, folder: Path) -> Iterator[Bystander]:
    """Run a bystander for as long as the context lasts."""
    command = ("-m", "tests.benchmarks.server.bystander", *host.address)
    says = f"{msgspec.json.encode(host.wire.arrival('bystander')).decode()}\n"
    log = folder / "log"
    with started(sys.executable, *command, log=log, cores=(LOAD,), says=says) as process:
        said_by(process)
        yield Bystander(process)


def main(host: str, port: int) -> None:
    """Send heartbeats until standard input is closed, and print their times when asked."""
    commands = sys.stdin.buffer
    steps = msgspec.json.decode(commands.readline(), type=list[Step])
    heartbeat = request("beat", Method.HEARTBEAT, {})
    took: list[float] = []
    with socket.create_connection((host, port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for step in steps:
            _say(sock, step)
        print("ready", flush=True)
        while True:
            began = time.perf_counter()
            _say(sock, Step(heartbeat, b'"beat"'))
            took.append((time.perf_counter() - began) * 1000)
            if select.select([commands], [], [], _EVERY)[0]:
                if not commands.readline():
                    return
                print(msgspec.json.encode(took).decode(), flush=True)
                took.clear()


def _say(sock: socket.socket, step: Step) -> None:
    sock.sendall(step.says)
    unread = b""
    while step.until not in unread:
        if not (data := sock.recv(_READ)):
            raise ConnectionError("the server has ended the connection")
        unread += data


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
