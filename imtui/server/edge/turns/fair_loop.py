"""An event loop that serves members first, and strangers a few at a time.

Strangers are the sockets of clients without a login, of HTTP clients, and those that listen. A turn
of asyncio's loop handles all that is ready, so thousands of strangers would hold up everybody.
"""

import asyncio
import sys
from socket import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imtui.server.edge.turns.fair_selector import FairSelector


class FairLoop(asyncio.SelectorEventLoop):
    """asyncio's event loop with a fair selector."""

    def __init__(self, sockets: "FairSelector") -> None:
        """Make a loop, as asyncio does."""
        self.sockets = sockets
        super().__init__(sockets)


def new_loop() -> asyncio.AbstractEventLoop:
    """Return a fair event loop; one of asyncio's own on systems without epoll."""
    if sys.platform != "linux":
        # The default one of Windows cannot watch a socket that listens.
        return asyncio.SelectorEventLoop()
    from imtui.server.edge.turns.fair_selector import FairSelector

    return FairLoop(FairSelector())


def sockets_of(loop: asyncio.AbstractEventLoop) -> "FairSelector | None":
    """Return the selector of a fair event loop; None for any other loop."""
    return loop.sockets if isinstance(loop, FairLoop) else None


def is_busy(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether a fair event loop serves anybody in this turn, or has requests that wait."""
    sockets = sockets_of(loop)
    return sockets is not None and (sockets.is_busy or sockets.has_queue)


class Ranks:
    """Tells the event loop who is a stranger, if it wants to know."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Speak to the loop that runs the sockets; any other than a ``FairLoop`` knows no ranks."""
        self._sockets = sockets_of(loop)

    def set(self, whose: asyncio.BaseTransport | socket, *, is_stranger: bool) -> None:
        """Set whether a socket is a stranger's; before it is closed, it has to be forgotten."""
        if self._sockets is not None:
            self._sockets.set_rank(_fd_of(whose), is_stranger=is_stranger)

    def forget(self, whose: asyncio.BaseTransport | socket) -> None:
        """Forget the rank of a socket."""
        if self._sockets is not None:
            self._sockets.forget(_fd_of(whose))


def _fd_of(whose: asyncio.BaseTransport | socket) -> int:
    sock: socket = whose if isinstance(whose, socket) else whose.get_extra_info("socket")
    return sock.fileno()
