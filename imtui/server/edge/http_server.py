"""The HTTP server of the REST port: uvicorn with a time limit for each request."""

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
"""How long a client may take for a whole request, in seconds, including idle time before it."""

# Anybody can send malformed requests, and uvicorn logs a line for each.
logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class _TimedProtocol(H11Protocol):
    """A connection that is closed unless a request is answered in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._restart_deadline()

    def on_response_complete(self) -> None:
        self._restart_deadline()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_deadline()
        super().connection_lost(exc)

    def _restart_deadline(self) -> None:
        self._cancel_deadline()
        self._deadline = self.loop.call_later(REQUEST_TIMEOUT, self.transport.abort)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


class HTTPServer(uvicorn.Server):
    """An HTTP server that leaves signals to the program."""

    def __init__(self, app: ASGIApp) -> None:
        """Make a server for an ASGI application."""
        super().__init__(
            uvicorn.Config(
                app,
                http=_TimedProtocol,
                lifespan="off",
                interface="asgi3",
                ws="none",
                log_config=None,
                access_log=False,
                # The port reads them itself, from trusted proxies only.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield

    async def run_on(self, sock: socket.socket) -> None:
        """Serve on a bound socket until ``should_exit`` is set."""
        await self.serve(sockets=[sock])
