"""The transport of a connection: writing at once, pausing reads, and one deadline."""

import asyncio
from abc import ABC, abstractmethod

from imtui.server.edge.websocket.text_frames import Writer


class TransportProtocol(asyncio.BufferedProtocol, ABC):
    """A protocol of asyncio with the transport that it drives."""

    __slots__ = ("_deadline", "_is_reading", "_loop", "_transport", "_writer")

    def __init__(self, loop: asyncio.AbstractEventLoop, open_timeout: float) -> None:
        """Prepare for a transport; the deadline is ``open_timeout`` seconds from now."""
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._is_reading = True
        self._deadline: asyncio.TimerHandle | None = loop.call_later(open_timeout, self.abort)
        """Aborts the connection unless the other side acts in time."""
        self._writer: Writer | None = None
        """Writes frames at once; None while the transport is congested or unusable."""

    @abstractmethod
    def writable(self, writer: Writer | None) -> None:
        """Use ``writer`` to write frames at once until the next call; None if nothing can."""

    def send_now(self, data: bytes) -> bool:
        """Write frames unless the transport is congested; tell whether they were written."""
        if self._writer is None or self._is_closing():
            return False
        self._writer(data)
        return True

    def abort(self) -> None:
        """End the connection at once."""
        self._set_writable(False)
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        """Stop writing: the transport is congested."""
        self._set_writable(False)

    def _set_writable(self, is_writable: bool) -> None:
        transport = self._transport if is_writable else None
        self._writer = None if transport is None else transport.write
        self.writable(self._writer)

    def _set_reading(self, is_reading: bool) -> None:
        if is_reading is self._is_reading or self._transport is None:
            return
        self._is_reading = is_reading
        if is_reading:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _unsent_size(self) -> int:
        """Return how many bytes the transport holds while it is congested; otherwise 0."""
        if self._writer is not None or self._transport is None:
            return 0
        return self._transport.get_write_buffer_size()

    def _is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def _start_deadline(self, seconds: float) -> None:
        """Abort after so many seconds, unless a deadline is set already."""
        if self._deadline is None and self._transport is not None:
            self._deadline = self._loop.call_later(seconds, self.abort)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _report(self, error: Exception) -> None:
        self._loop.call_exception_handler(
            {"message": "A connection failed", "exception": error, "protocol": self}
        )
