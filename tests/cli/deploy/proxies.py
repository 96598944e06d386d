"""Real proxies in front of a real backend, with the files that ``imtui deploy`` prints."""

import asyncio
import os
import random
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from imtui.server.edge.tls.certificate import CertificateFiles
from tests.certificates import FIRST, copy_of

TIMEOUT = 30.0


def free_port() -> int:
    """Return a free port that no connection takes as its own meanwhile."""
    for port in random.sample(range(10_000, 32_000), 100):
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("0.0.0.0", port))
            return port
    raise AssertionError("no port is free")


async def printed(*arguments: object) -> tuple[str, str]:
    """Return what ``imtui deploy`` prints, and what it says on standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "imtui", "deploy", *map(str, arguments)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    text, notices = await process.communicate()
    assert process.returncode == 0, notices.decode()
    return text.decode(), notices.decode()


@dataclass(frozen=True)
class Kind:
    """A kind of proxies."""

    name: str
    file: str
    """The name of its file."""
    check: Callable[[Path], list[object]]
    """The command that checks a file."""
    start: Callable[[Path], list[object]]
    is_one_file: bool = False
    """Whether the certificate and its key are in one file."""
    needs_root: bool = False

    @property
    def is_missing(self) -> bool:
        """Tell whether it is not installed, or this user may not run it as its file says."""
        return shutil.which(self.name) is None or (self.needs_root and os.geteuid() != 0)

    def certificate(self, folder: Path) -> list[object]:
        """Return the options for the proxy's own certificate."""
        files: CertificateFiles = copy_of(FIRST, folder, "it's the proxy")
        if self.is_one_file:
            both = folder / "it's both.pem"
            both.write_bytes(files.certificate.read_bytes() + files.key.read_bytes())
            return ["--certificate", both]
        return ["--certificate", files.certificate, "--key", files.key]


def _nginx(*more: object) -> Callable[[Path], list[object]]:
    def command(file: Path) -> list[object]:
        main = file.with_name("main.conf")
        main.write_text(
            f"daemon off; master_process off; pid '{file}.pid'; error_log stderr;\n"
            f"events {{}}\nhttp {{ include '{file}'; }}\n"
        )
        return ["nginx", "-c", main, *more]

    return command


NGINX = Kind("nginx", "site.conf", _nginx("-t"), _nginx(), needs_root=True)
CADDY = Kind(
    "caddy",
    "Caddyfile",
    lambda file: ["caddy", "validate", "--adapter", "caddyfile", "--config", file],
    lambda file: ["caddy", "run", "--adapter", "caddyfile", "--config", file],
)
HAPROXY = Kind(
    "haproxy",
    "haproxy.cfg",
    lambda file: ["haproxy", "-c", "-f", file],
    lambda file: ["haproxy", "-db", "-f", file],
    is_one_file=True,
    needs_root=True,
)
KINDS = (NGINX, CADDY, HAPROXY)


@dataclass
class Proxy:
    """A running proxy."""

    port: int
    text: str
    """Its file."""
    log: Path

    @property
    def wss(self) -> str:
        """Return its address for clients."""
        return f"wss://localhost:{self.port}"

    @property
    def https(self) -> str:
        """Return its address for REST."""
        return f"https://localhost:{self.port}"


@asynccontextmanager
async def running(kind: Kind, folder: Path, *options: object) -> AsyncIterator[Proxy]:
    """Check the file that is printed with some options, and run the proxy with it."""
    await asyncio.to_thread(folder.mkdir)
    port = free_port()
    text, _ = await printed(
        *(kind.name, "--name", "localhost", "--listen", f"127.0.0.1:{port}"),
        *kind.certificate(folder),
        *options,
    )
    file = folder / kind.file
    file.write_text(text)
    environment = os.environ | {"HOME": str(folder), "CADDY_ADMIN": f"localhost:{free_port()}"}
    checking = await asyncio.create_subprocess_exec(
        *map(str, kind.check(file)),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await checking.communicate()
    assert checking.returncode == 0, said.decode()
    log = folder / "log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *map(str, kind.start(file)), env=environment, stdout=output, stderr=output
        )
    try:
        await _until_listening(port, process, log)
        yield Proxy(port, text, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _until_listening(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(TIMEOUT):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                assert process.returncode is None, await asyncio.to_thread(log.read_text)
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                return
