"""Tells the service manager, such as systemd, how the process is: the protocol of sd_notify(3)."""

import asyncio
import contextlib
import os
import re
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Final, Self

from imtui.protocol.safe_text import safe_text

_SOCKET: Final = "NOTIFY_SOCKET"
_WATCHDOG: Final = "WATCHDOG_USEC"
_WATCHDOG_PID: Final = "WATCHDOG_PID"
_STATUS_MAX_CHARS: Final = 512


class ServiceManager:
    """The service manager that started this process, if there is one; nothing said to it fails."""

    def __init__(self, address: str = "", watchdog: float | None = None) -> None:
        """Say nothing yet.

        Args:
            address: Its socket, as a path or as ``@`` and an abstract name; empty for none.
            watchdog: After how many seconds without a word it restarts the process; None for never.
        """
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._watchdog = watchdog

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str] | None = None) -> Self:
        """Return what the environment names; child processes do not inherit it.

        Args:
            environment: That of the process by default; the variables are removed from it.
        """
        variables = os.environ if environment is None else environment
        names = (_SOCKET, _WATCHDOG, _WATCHDOG_PID)
        address, microseconds, pid = (variables.pop(name, "") for name in names)
        if not address.startswith(("/", "@")):
            return cls()
        is_number = re.fullmatch("[0-9]{1,15}", microseconds) is not None and int(microseconds) > 0
        is_ours = pid in ("", str(os.getpid()))
        return cls(address, int(microseconds) / 1e6 if is_number and is_ours else None)

    def ready(self, status: str) -> None:
        """Say that the process is ready, or how a ready one is, in one line."""
        self._say("READY=1", f"STATUS={safe_text(status)[:_STATUS_MAX_CHARS]}")

    def stopping(self) -> None:
        """Say that the process begins to end."""
        self._say("STOPPING=1")

    @contextlib.contextmanager
    def reloading(self) -> Iterator[None]:
        """Say that the settings are being read again, and when that is done."""
        self._say("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            yield
        finally:
            self._say("READY=1")

    async def feed_watchdog(self, until_alive: Callable[[], Awaitable[None]]) -> None:
        """Keep the watchdog quiet while the event loop turns; never return.

        Args:
            until_alive: Waits until all else that must not hang has shown that it does not.
        """
        if self._watchdog is None:
            await asyncio.get_running_loop().create_future()
            return
        while True:
            await until_alive()
            self._say("WATCHDOG=1")
            await asyncio.sleep(self._watchdog / 2)

    def _say(self, *lines: str) -> None:
        if sys.platform == "win32" or not self._address:
            return
        # It may be gone, or have more to read than it can: neither may delay or end the backend.
        with (
            contextlib.suppress(OSError, ValueError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock,
        ):
            sock.setblocking(False)
            sock.sendto("\n".join(lines).encode(errors="replace"), self._address)
