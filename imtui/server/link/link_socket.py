"""A connection between an edge and the core: frames, signs of life, and its end."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from imtui.server.link.frames import FRAME_MAX, Frame, FrameReader
from imtui.server.link.ops import LinkError

DEAD_AFTER: Final = 5.0
"""After how many seconds without a byte the peer counts as gone."""
PING_EVERY: Final = 1.0
"""In seconds."""
_UNSENT_MAX: Final = 32 * 1024 * 1024
"""With so many bytes that the peer does not read, it counts as gone."""

_log: Final = logging.getLogger(__name__)

_buffer: Final = memoryview(bytearray(256 * 1024))
"""All connections read into it; what was read is taken before the next one reads."""


class LinkSocket(asyncio.BufferedProtocol):
    """One connection of a link; either side closes it at the first fault."""

    def __init__(
        self,
        taken: Callable[["LinkSocket", Frame], None],
        ended: Callable[["LinkSocket"], None],
        ping: Callable[["LinkSocket"], bytes],
        greeting: bytes = b"",
        all_taken: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; asyncio connects it.

        Args:
            taken: Called with each frame; may raise LinkError.
            ended: Called once the connection has ended.
            ping: Returns a frame that says that this side is alive.
            greeting: Sent first.
            all_taken: Called after the frames that were read at once.
        """
        self._taken = taken
        self._ended = ended
        self._ping = ping
        self._greeting = greeting
        self._all_taken = all_taken
        self._reader = FrameReader()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._received_at = self._looked_at = self._loop.time()
        self._look: asyncio.TimerHandle | None = None
        self.is_trusted = False
        """Whether the peer has shown that it knows the key."""
        self.problem = ""
        """Why this side has cut the connection; empty if it has not."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Watch for signs of life from now on."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        if self.problem:
            transport.abort()
            return
        self._received_at = self._looked_at = self._loop.time()
        self._look = self._loop.call_later(PING_EVERY, self._watch)
        self.send(self._greeting)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the buffer to read into."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what has arrived."""
        self._received_at = self._loop.time()
        try:
            for frame in self._reader.feed(_buffer[:nbytes]):
                self._taken(self, frame)
                if self.problem:
                    break
        except LinkError as error:
            self.cut(str(error))
        self._all_taken()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the connection has ended."""
        if self._look is not None:
            self._look.cancel()
        self._transport = None
        self._ended(self)

    def trust(self) -> None:
        """Take large frames: the peer has shown that it knows the key."""
        self.is_trusted = True
        self._reader.size_max = FRAME_MAX

    def send(self, frames: bytes) -> None:
        """Send frames, unless the connection has ended."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(frames)
        if transport.get_write_buffer_size() > _UNSENT_MAX:
            self.cut("the peer does not read")

    def cut(self, problem: str) -> None:
        """End the connection at once, or as soon as it is made, because of a problem."""
        if not self.problem:
            self.problem = problem
        if self._transport is not None:
            self._transport.abort()

    def finish(self) -> None:
        """End the connection after all that was sent."""
        if self._transport is not None:
            self._transport.close()

    def _watch(self) -> None:
        if self.problem:
            return
        now = self._loop.time()
        if now - self._looked_at > 2 * PING_EVERY:
            # This process was stopped: what has arrived meanwhile is read first.
            self._received_at = max(self._received_at, now - DEAD_AFTER + PING_EVERY)
        self._looked_at = now
        if now - self._received_at >= DEAD_AFTER:
            self.cut(f"nothing came for {DEAD_AFTER:.0f} s")
            return
        if self.is_trusted:
            self.send(self._ping(self))
        self._look = self._loop.call_later(PING_EVERY, self._watch)
