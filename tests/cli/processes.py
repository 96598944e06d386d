"""Running the command as a process with a home folder of its own."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, AppKey
from imtui.server.node.data_dir import BackendError, DataDir

TIMEOUT = 30.0


def make_app_key(data: DataDir) -> AppKey:
    """Write the key of an app to a data folder, as a backend does, and return it."""
    data.make()
    key = AppKey(DEFAULT_SDK_APP_ID, "the secret of the app")
    data.export_key(key)
    return key


async def wait_until_free(data_dir: Path) -> None:
    """Wait until no backend holds the data folder."""
    async with asyncio.timeout(TIMEOUT):
        while True:
            with contextlib.suppress(BackendError):
                DataDir(data_dir).hold().release()
                return
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Home:
    """A home folder for one test, and its environment."""

    path: Path

    @property
    def env(self) -> dict[str, str]:
        """Return the environment of a user with this home folder."""
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "SYSTEMROOT") if key in os.environ}
        return kept | {
            "HOME": str(self.path),
            "USER": "alice",
            "LOGNAME": "alice",
            "TMPDIR": str(self.path),
            "XDG_DATA_HOME": str(self.path / "data"),
            "XDG_CONFIG_HOME": str(self.path / "config"),
            "XDG_STATE_HOME": str(self.path / "state"),
            "XDG_CACHE_HOME": str(self.path / "cache"),
            "XDG_RUNTIME_DIR": str(self.path / "run"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @property
    def local_data(self) -> Path:
        """Return the data folder of this user's embedded backend."""
        return self.path / "data" / "imtui" / "local"

    def run(
        self, *arguments: object, stdin: str | bytes | None = None, **more_env: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command to its end, with ``stdin`` as standard input."""
        done = subprocess.run(
            command(*arguments),
            env=self.env | more_env,
            input=(stdin or "").encode() if not isinstance(stdin, bytes) else stdin,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def run_redirected(
        self, redirections: str, *arguments: object
    ) -> "subprocess.CompletedProcess[str]":
        """Run the command to its end with streams that a shell redirects, as in ``>&-``."""
        return subprocess.run(
            redirected(redirections, *command(*arguments)),
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )

    @contextlib.asynccontextmanager
    async def start(
        self, *arguments: object, stdout: int = asyncio.subprocess.PIPE, **more_env: str
    ) -> "AsyncIterator[Running]":
        """Start the command, and kill it at the end if it is still running."""
        process = await asyncio.create_subprocess_exec(
            *command(*arguments),
            env=self.env | more_env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield Running(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


@dataclass(frozen=True)
class Running:
    """A running command."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        """Return the next line of standard output, without its newline."""
        assert self.process.stdout is not None
        return await _line(self.process.stdout)

    async def error_line(self) -> str:
        """Return the next line of standard error, without its newline."""
        assert self.process.stderr is not None
        return await _line(self.process.stderr)

    async def json_line(self) -> dict[str, Any]:
        """Return the next line of standard output as a JSON object."""
        line = json.loads(await self.line())
        assert isinstance(line, dict)
        return line

    async def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; return the exit status and the rest of standard error."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and the rest of standard error."""
        async with asyncio.timeout(TIMEOUT):
            _, errors = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, errors.decode()


def command(*arguments: object) -> list[str]:
    """Return the command line of ``imtui`` with ``arguments``."""
    return [sys.executable, "-m", "imtui", *map(str, arguments)]


def redirected(redirections: str, *program: str) -> list[str]:
    """Return a command line that starts a program with streams that a shell redirects."""
    return ["sh", "-c", f'exec "$@" {redirections}', "sh", *program]


async def _line(stream: asyncio.StreamReader) -> str:
    async with asyncio.timeout(TIMEOUT):
        return (await stream.readline()).decode().removesuffix("\n")
