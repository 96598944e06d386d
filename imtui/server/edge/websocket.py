"""The server's end of a WebSocket: websockets' own protocol on a transport of asyncio.

Handshake and framing are those of ``websockets``, which does no input or output. What is around
them is here: what is received goes through one buffer that all connections share, nothing waits in
a task, and frames that are ready together are written together.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Final, cast

from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Origin

from imtui.protocol.limits import FRAME_MAX_BYTES

HANDSHAKE_TIMEOUT: Final = 10.0
CLOSE_TIMEOUT: Final = 5.0
"""How long the other side may take to close after it was told to, in seconds."""
WRITE_BUFFER_MAX: Final = 64 * 1024
"""Nothing more is written while so many bytes have not been taken by the kernel."""
_READ_BUFFER: Final = 64 * 1024

# Handshakes that fail are the other side's trouble; their tracebacks would only fill the log.
_log: Final = logging.getLogger(f"{__name__}.websockets")
_log.setLevel(logging.CRITICAL)

# Read into and parsed from at once, so that one serves all connections of a thread.
_buffer: Final = memoryview(bytearray(_READ_BUFFER))


def text_frame(data: bytes) -> bytes:
    """Return the frame of a text message, as every connection is sent it."""
    return Frame(Opcode.TEXT, data).serialize(mask=False)


class WebSocket(asyncio.BufferedProtocol, ABC):
    """One connection; a subclass says what happens on it.

    Messages are handed over one at a time, in order, as long as the subclass is ready for more.
    """

    __slots__ = (
        "_closing",
        "_fragments",
        "_incoming",
        "_is_reading",
        "_is_writable",
        "_protocol",
        "_transport",
    )

    def __init__(self, origins: Sequence[Origin | None]) -> None:
        """Make a connection that is not there yet; web pages of other origins are refused."""
        self._protocol = ServerProtocol(
            origins=origins, max_size=FRAME_MAX_BYTES, logger=_log, extensions=None
        )
        self._transport: asyncio.Transport | None = None
        self._incoming: deque[bytes] = deque()
        """Messages that were read and not handed over yet."""
        self._fragments: list[bytes] = []
        self._is_reading = True
        self._is_writable = True
        self._closing: asyncio.TimerHandle | None = None
        """What ends the connection if the other side does not."""

    # What a subclass says

    @abstractmethod
    def opened(self) -> None:
        """Take it that the handshake is done."""

    @abstractmethod
    def received(self) -> None:
        """Take it that anything has arrived."""

    @abstractmethod
    def message(self, text: bytes) -> None:
        """Take a message; it is valid UTF-8."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether the next message may be handed over."""

    @abstractmethod
    def next_frames(self) -> list[bytes]:
        """Return frames that are ready to be written; none if there are none."""

    @abstractmethod
    def closed(self) -> None:
        """Take it that the connection is gone, after it was opened."""

    # What it can be asked

    @property
    def is_open(self) -> bool:
        """Tell whether the handshake is done, and nobody has begun to close."""
        return self._protocol.state is State.OPEN

    def write(self) -> None:
        """Write what is ready, as far as the other side takes it."""
        transport = self._transport
        while transport is not None and self._is_writable and self.is_open:
            frames = self.next_frames()
            if not frames:
                return
            transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def close(self, code: int, reason: str) -> None:
        """Begin to close, saying why; the other side has ``CLOSE_TIMEOUT`` to answer."""
        try:
            self._protocol.send_close(code, reason)
        except InvalidState:
            return
        self._incoming.clear()
        self._send()

    def abort(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def hand_over(self) -> None:
        """Hand over what was read, for as long as the subclass is ready."""
        while self._incoming and self.is_ready():
            self.message(self._incoming.popleft())
        self._read_or_wait()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(WRITE_BUFFER_MAX)
        loop = asyncio.get_running_loop()
        self._closing = loop.call_later(HANDSHAKE_TIMEOUT, self._transport.abort)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where to read into."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read."""
        was_open = self.is_open
        if was_open:
            self.received()
        self._protocol.receive_data(bytes(_buffer[:nbytes]))
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._shake_hands(event)
            elif isinstance(event, Frame):
                self._take(event)
        self._send()
        self.hand_over()

    def eof_received(self) -> bool:
        """Close, as the other side has."""
        self._protocol.receive_eof()
        self._send()
        return False

    def pause_writing(self) -> None:
        """Write nothing more for a while."""
        self._is_writable = False

    def resume_writing(self) -> None:
        """Go on writing."""
        self._is_writable = True
        self.write()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take it that the connection is gone."""
        was_open = self._protocol.state is not State.CONNECTING
        self._protocol.receive_eof()
        self._stop_waiting()
        self._incoming.clear()
        self._transport = None
        if was_open:
            self.closed()

    def _shake_hands(self, request: Request) -> None:
        response = self._protocol.accept(request)
        self._protocol.send_response(response)
        if self.is_open:
            self._stop_waiting()
            self._send()
            self.opened()

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            self._fail(CloseCode.UNSUPPORTED_DATA, "text frames only")
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT) and self.is_open:
            self._fragments.append(bytes(frame.data))
            if frame.fin:
                text = b"".join(self._fragments)
                self._fragments.clear()
                self._take_text(text)

    def _take_text(self, text: bytes) -> None:
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError as error:
                self._fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
                return
        self._incoming.append(text)

    def _fail(self, code: int, reason: str) -> None:
        self._protocol.fail(code, reason)
        self._incoming.clear()

    def _send(self) -> None:
        """Send what the protocol itself has to say, and see whether the connection is to end."""
        transport = self._transport
        if transport is None:
            return
        for data in self._protocol.data_to_send():
            if data:
                transport.write(data)
            elif transport.can_write_eof():
                transport.write_eof()
        if self._protocol.close_expected() and self._closing is None:
            loop = asyncio.get_running_loop()
            self._closing = loop.call_later(CLOSE_TIMEOUT, transport.abort)

    def _read_or_wait(self) -> None:
        """Read on unless messages wait: who sends more than is served is not read from."""
        should_read = not self._incoming
        if self._transport is None or should_read is self._is_reading:
            return
        self._is_reading = should_read
        if should_read:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _stop_waiting(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
