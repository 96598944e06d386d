"""Servers as separate processes on their own core."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.benchmarks.peers.servers import WITHIN
from tests.benchmarks.program import ROOT
from tests.benchmarks.server.cores import SERVER, on_cores

LOOPBACK: Final = "127.0.0.1"


@contextmanager
def started(
    *command: object,
    log: Path,
    cwd: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    cores: Collection[int] = (SERVER,),
    says: str = "",
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program for as long as the context lasts.

    Its standard error goes to ``log``; ``says`` is written to its standard input.
    """
    with log.open("ab") as errors, on_cores(*cores):
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
        )
    try:
        assert process.stdin is not None
        process.stdin.write(says.encode())
        process.stdin.flush()
        yield process
    finally:
        # The program has nothing to save.
        process.kill()
        process.communicate()


def said_by(process: "subprocess.Popen[bytes]") -> bytes:
    """Return the next line that a program prints.

    Raises:
        RuntimeError: The program ended without printing a line.
    """
    assert process.stdout is not None
    if not (line := process.stdout.readline()):
        raise RuntimeError(f"a program ended with {process.wait()}: {process.args!r}")
    return line


def asked(process: "subprocess.Popen[bytes]", line: bytes = b"\n") -> bytes:
    """Write a line to a program, and return the next one that it prints.

    Raises:
        RuntimeError: As ``said_by``.
    """
    assert process.stdin is not None
    process.stdin.write(line)
    process.stdin.flush()
    return said_by(process)


def end(pid: int) -> None:
    """Terminate a program that this process started, and wait for its end."""
    os.kill(pid, signal.SIGTERM)
    # WNOWAIT leaves the exit status for the program's Popen object.
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a program listens on a port.

    Raises:
        RuntimeError: The program ended, or does not listen in time.
    """
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(ConnectionRefusedError), socket.create_connection((LOOPBACK, port)):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}: {process.args!r}")


def memory_of(pid: int) -> int:
    """Return the resident memory of a process in KiB."""
    # This is exact, unlike VmRSS, which each thread updates only from time to time.
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))


def children_of(pid: int) -> list[int]:
    """Return the process IDs of the children of a process."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for one in threads for child in (one / "children").read_text().split()]
