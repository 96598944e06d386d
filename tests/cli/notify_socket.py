"""A socket of a service manager, which processes tell how they are."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT = 30.0


class NotifySocket:
    """What processes have said."""

    def __init__(self, sock: socket.socket, name: str) -> None:
        self._sock = sock
        self.name = name
        """The value of ``NOTIFY_SOCKET``."""

    async def message(self, within: float = TIMEOUT) -> list[str]:
        """Return the lines of the next message."""
        async with asyncio.timeout(within):
            data = await asyncio.get_running_loop().sock_recv(self._sock, 4096)
        return data.decode().split("\n")

    async def until(self, line: str) -> list[str]:
        """Return the lines of the next message with this one."""
        while line not in (lines := await self.message()):
            pass
        return lines

    async def silence(self, seconds: float) -> bool:
        """Tell whether nothing is said for some seconds."""
        try:
            await self.message(seconds)
        except TimeoutError:
            return True
        return False


@contextmanager
def notify_socket(name: str) -> Iterator[NotifySocket]:
    """Listen at a path, or at an abstract name that begins with ``@``."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        sock.setblocking(False)
        yield NotifySocket(sock, name)
