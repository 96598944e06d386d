"""The HTTP server of the REST port: uvicorn, with patience that has an end."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_TIMEOUT: Final = 10.0
"""How long a client may take for a whole request, in seconds, idle time before it included."""

# Every malformed request would be a line, and anybody can send those.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _PromptProtocol(H11Protocol):
    """A connection that is closed unless a request is answered in time."""

    _too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_anew()

    def on_response_complete(self) -> None:
        self._wait_anew()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_anew(self) -> None:
        self._stop_waiting()
        self._too_late = self.loop.call_later(REQUEST_TIMEOUT, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()


class HTTPServer(uvicorn.Server):
    """An HTTP server that leaves the process's signals to the program."""

    def __init__(self, app: ASGIApp) -> None:
        """Make a server of an ASGI application."""
        super().__init__(
            uvicorn.Config(
                app,
                http=_PromptProtocol,
                lifespan="off",
                interface="asgi3",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def run_on(self, sock: socket.socket) -> None:
        """Serve on a bound socket until ``should_exit`` is set."""
        await self.serve(sockets=[sock])
