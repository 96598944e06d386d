"""Starting or joining this machine's embedded backend: one for each system user."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from imtui.cli.embedded.sockets import make_socket_dir
from imtui.cli.paths import unusable
from imtui.files import FileLock, make_private_dir
from imtui.protocol.messages import PROTOCOL_VERSION
from imtui.protocol.usersig import sign
from imtui.server.node.data_dir import Address, BackendError, DataDir

_START_TIMEOUT: Final = 10.0
_STOP_TIMEOUT: Final = 10.0
_LOCK_TIMEOUT: Final = 30.0
_TERMINATE_TIMEOUT: Final = 3.0
_PROBE_TIMEOUT: Final = 2.0
_POLL_INTERVAL: Final = 0.05

ERROR_LOG: Final = "backend.err"
"""The file with the standard error of the last backend that was started."""

USER_SIG_EXPIRE: Final = 600
"""Validity of a local UserSig in seconds; it is short, since a new one costs nothing."""


def local_user_sig(data_dir: Path, user_id: str) -> str:
    """Return a new UserSig for a user of the embedded backend, made with its newest key.

    Raises:
        BackendError: There is no key yet, or its file is damaged.
    """
    key = DataDir(data_dir).app_key()
    return sign(user_id, key.sdk_app_id, key.secret_key, USER_SIG_EXPIRE)


@contextlib.asynccontextmanager
async def start_lock(data_dir: Path) -> AsyncIterator[None]:
    """Hold the lock that serialises start and end of the backend of a data folder.

    Raises:
        TimeoutError: Another process holds it for longer than 30 s.
        OSError: The lock file cannot be opened.
    """
    lock = FileLock(start_lock_file(data_dir))
    async with asyncio.timeout(_LOCK_TIMEOUT):
        while True:
            if lock.acquire(blocking=False):
                break
            await asyncio.sleep(_POLL_INTERVAL)
    try:
        yield
    finally:
        lock.release()


def start_lock_file(data_dir: Path) -> Path:
    """Return the lock file; a process that joins touches it to keep the backend alive."""
    return data_dir / "start.lock"


@dataclass(frozen=True)
class EmbeddedBackend:
    """The embedded backend of a system user."""

    data_dir: Path
    options: tuple[str, ...] = ()
    """Additional options for ``imtui serve --embedded``."""

    async def running_address(self) -> Address | None:
        """Return the address of the backend if it is running and reachable, or None."""
        try:
            address = DataDir(self.data_dir).address()
        except BackendError:
            return None
        return address if await _is_reachable(address.ws) else None

    async def ensure_running(self, previous: Address | None = None) -> Address:
        """Start the backend unless it is running, and return its address.

        Args:
            previous: The address at which this process last joined it; a new one reuses it.

        Raises:
            BackendError: It cannot be started, or a newer version of imtui runs it.
        """
        try:
            make_private_dir(self.data_dir)
        except OSError as error:
            raise BackendError(unusable(error)) from error
        folder = DataDir(self.data_dir)
        folder.make()
        try:
            async with start_lock(self.data_dir):
                start_lock_file(self.data_dir).touch()
                address = await self.running_address()
                if address is not None and address.protocol_version > PROTOCOL_VERSION:
                    raise BackendError(
                        "A newer imtui runs this machine's backend: update imtui, or end that one."
                    )
                if address is not None and address.protocol_version == PROTOCOL_VERSION:
                    return address
                await self._stop_outdated(address)
                return await self._start(previous)
        except TimeoutError as error:
            raise BackendError(
                f"Another imtui has been starting the backend for long. End it, or see {self._log}."
            ) from error
        except OSError as error:
            raise BackendError(
                f"The backend cannot be started in {self.data_dir}: {error.strerror or error}."
            ) from error

    @property
    def _log(self) -> Path:
        return self.data_dir / ERROR_LOG

    async def _stop_outdated(self, outdated: Address | None) -> None:
        """Ask an outdated backend to end, and wait until the data folder is free."""
        folder = DataDir(self.data_dir)
        if outdated is not None:
            # It may have ended, which Windows says in another way.
            with contextlib.suppress(OSError):
                os.kill(outdated.pid, signal.SIGTERM)
        async with asyncio.timeout(_STOP_TIMEOUT):
            while True:
                try:
                    folder.hold().release()
                except BackendError:
                    await asyncio.sleep(_POLL_INTERVAL)
                else:
                    break
        folder.withdraw()

    async def _start(self, previous: Address | None) -> Address:
        process = self._spawn(previous)
        try:
            async with asyncio.timeout(_START_TIMEOUT):
                while True:
                    address = await self.running_address()
                    if address is not None:
                        break
                    if process.poll() is not None:
                        raise BackendError(self._last_error())
                    await asyncio.sleep(_POLL_INTERVAL)
        except BaseException as error:
            await _terminate(process)
            if isinstance(error, TimeoutError):
                raise BackendError(
                    f"The backend was not ready within {_START_TIMEOUT:.0f} s. See {self._log}"
                ) from error
            raise
        _detach(process)
        return address

    def _spawn(self, previous: Address | None) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-P", "-m", "imtui", "serve", "--embedded"]
        command += ["--data", str(self.data_dir), *self._listen_options(previous), *self.options]
        environment = {key: value for key, value in os.environ.items() if key != "IMTUI_USERSIG"}
        descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as log:
            return subprocess.Popen(
                command,
                cwd=self.data_dir,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                creationflags=_own_console(),
            )

    def _listen_options(self, previous: Address | None) -> list[str]:
        """Return the listen options, for the previous address if there was one."""
        socket_dir = make_socket_dir(self.data_dir, _socket_dir(previous))
        if socket_dir is not None:
            return ["--socket-dir", str(socket_dir)]
        if previous is None:
            return ["--port", "0", "--rest-port", "0"]
        ws, rest = urlsplit(previous.ws), urlsplit(previous.rest)
        return ["--port", str(ws.port or 0), "--rest-port", str(rest.port or 0)]

    def _last_error(self) -> str:
        lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1].removeprefix("imtui: ") if lines else f"The backend ended. See {self._log}"


def _own_console() -> int:
    """Return the flags that keep Ctrl-C, and the end of the console, from it on Windows."""
    if sys.platform == "win32":
        # Not DETACHED_PROCESS, with which the Python of a venv opens a window.
        return subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def _socket_dir(address: Address | None) -> Path | None:
    path = None if address is None else _unix_path(address.ws)
    return None if path is None else path.parent


def _unix_path(url: str) -> Path | None:
    scheme, separator, path = url.partition("+unix://")
    return Path(path) if separator and scheme in ("ws", "http") else None


async def _is_reachable(url: str) -> bool:
    path = _unix_path(url)
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT):
            if path is None:
                _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            elif sys.platform != "win32":
                _, writer = await asyncio.open_unix_connection(path)
            else:
                return False
            writer.close()
            await writer.wait_closed()
    except OSError:
        return False
    return True


async def _terminate(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        await asyncio.to_thread(process.wait, _TERMINATE_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _detach(process: "subprocess.Popen[bytes]") -> None:
    # Popen warns about a child that nobody waited for. This one outlives its parent by design,
    # and init adopts it.
    process.returncode = 0
