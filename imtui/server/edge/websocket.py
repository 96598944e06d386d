"""The server's end of a WebSocket: the sans-I/O protocol of websockets on an asyncio transport.

``websockets`` does the handshake and the framing, except for a text frame that arrives alone and
complete. This module does the rest: all connections share one read buffer, no task waits for
input, and frames that are ready together are written together.
"""

import asyncio
import contextlib
import logging
from abc import abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Final, cast

from websockets.datastructures import Headers
from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Origin

from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.server.edge.text_frames import least_size, lone_text
from imtui.server.edge.transport_protocol import TransportProtocol

CLOSE_TIMEOUT: Final = 5.0
"""How long the client may take to close after it was told to, in seconds."""
WRITE_BUFFER_MAX: Final = 64 * 1024
"""Nothing more is written while the transport holds so many bytes."""
# A client may fill it with the smallest frames, and all others wait until they are parsed.
_READ_BUFFER: Final = 16 * 1024
_TURN: Final = 0.002
"""How long queued messages of one client are handled, in seconds, before others get their turn."""
_HANDSHAKE_ENDS: Final = b"\r\n\r\n"
_UNKNOWN: Final = 1 << 62

# Failed handshakes are the client's problem; their tracebacks would only fill the log.
_log: Final = logging.getLogger(__name__)
_log.setLevel(logging.CRITICAL)

# Parsed as soon as it is filled, so that one buffer serves all connections of the thread.
_buffer: Final = memoryview(bytearray(_READ_BUFFER))


class WebSocket(TransportProtocol):
    """One connection; a subclass handles its events.

    Messages are handed over one at a time, in order, while the subclass is ready for more.
    Reading pauses while messages wait.
    """

    __slots__ = ("_fragments", "_incoming", "_is_over", "_next_turn", "_protocol", "_unparsed")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        origins: Sequence[Origin | None],
        open_timeout: float,
    ) -> None:
        """Prepare the connection; asyncio connects it.

        Args:
            loop: The running event loop.
            origins: The web pages that may connect; None stands for clients that are not one.
            open_timeout: How long the handshake may take, in seconds.
        """
        super().__init__(loop, open_timeout)
        self._protocol = ServerProtocol(origins=origins, max_size=FRAME_MAX_BYTES, logger=_log)
        self._incoming: deque[bytes] | None = None
        """Messages that wait to be handed over."""
        self._fragments: bytearray | None = None
        self._unparsed = 0
        """An upper bound of the bytes that websockets holds of an incomplete frame.

        0 is exact. The bound stays above 0 after a client sends data before the handshake is
        answered, or frames that are longer than necessary; then websockets parses everything.
        """
        self._is_over = True
        """Whether input is ignored: before the handshake, and once either side closes."""
        self._next_turn: asyncio.Handle | None = None

    # Implemented by a subclass

    @abstractmethod
    def opened(self, headers: Headers) -> None:
        """Handle the completed handshake, given the headers of its request."""

    @abstractmethod
    def received(self) -> None:
        """Handle that any data arrived."""

    @abstractmethod
    def message(self, text: bytes) -> None:
        """Handle a message, which is valid UTF-8."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether the next message may be handed over."""

    @abstractmethod
    def is_busy(self) -> bool:
        """Tell whether a message is still being handled; the close that follows it waits."""

    @abstractmethod
    def next_data(self) -> bytes:
        """Return frames that are ready to be written, joined; empty if there are none."""

    @abstractmethod
    def closed(self) -> None:
        """Handle the end: either side closes, and input is ignored from now on."""

    # Called by a subclass and its owner

    @property
    def is_open(self) -> bool:
        """Tell whether input is handled."""
        return not self._is_over

    def write(self) -> None:
        """Write frames that are ready until the transport is congested."""
        while self._writer is not None and not self._is_closing():
            data = self.next_data()
            if not data:
                break
            self._writer(data)
        if self._incoming:
            self._schedule_turn()

    def close(self, code: int, reason: str) -> None:
        """Close with a code and a reason; the client has ``CLOSE_TIMEOUT`` to close too."""
        if self._protocol.state is State.CONNECTING:
            # Before the handshake a close frame cannot be sent.
            self.abort()
            return
        # If the client has closed already, its messages that still wait are dropped.
        with contextlib.suppress(InvalidState):
            self._protocol.send_close(code, reason)
        self._sync()

    def give_up(self, error: Exception) -> None:
        """Abort after a bug, and report it; other connections are not affected."""
        self._incoming = None
        self._report(error)
        self.abort()

    def hand_over(self) -> None:
        """Hand over waiting messages while the subclass is ready, for one turn at most."""
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None
        turn_ends = self._loop.time() + _TURN
        while self._incoming and self.is_ready():
            try:
                self.message(self._incoming.popleft())
            except Exception as error:
                self.give_up(error)
                break
            if self._incoming and self._loop.time() >= turn_ends:
                self._schedule_turn()
                break
        if not self._incoming:
            self._incoming = None
        self._proceed()

    # Called by asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(WRITE_BUFFER_MAX)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return the buffer to read into."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Handle the data in the buffer."""
        data = _buffer[:nbytes]
        if not self._is_over:
            self.received()
        if self._is_between_messages() and (text := lone_text(data)) is not None:
            self._queue_text(text)
        else:
            self._parse(data)
        if self._incoming and self._next_turn is None:
            self.hand_over()
        if self._protocol.state is State.OPEN or self._is_over:
            if self._protocol.writes:
                self._sync()
        else:
            self._proceed()

    def eof_received(self) -> bool:
        """Close, as the client has."""
        self._protocol.receive_eof()
        self._sync()
        return False

    def resume_writing(self) -> None:
        """Write again: the transport is no longer congested."""
        self._set_writable(not self._is_over)
        self.write()

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the loss of the connection."""
        self._transport = None
        self._protocol.receive_eof()
        self._sync()
        self._cancel_deadline()

    def _is_between_messages(self) -> bool:
        return not self._unparsed and self._fragments is None and self._protocol.state is State.OPEN

    def _parse(self, data: memoryview) -> None:
        self._unparsed += len(data)
        self._protocol.receive_data(bytes(data))
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._unparsed -= least_size(event)
                if not self._is_over:
                    self._handle_frame(event)
            elif isinstance(event, Request):
                is_all = self._unparsed == bytes(data).find(_HANDSHAKE_ENDS) + len(_HANDSHAKE_ENDS)
                self._unparsed = 0 if is_all else _UNKNOWN
                self._answer_handshake(event)

    def _answer_handshake(self, request: Request) -> None:
        if self._protocol.writes:
            # websockets has already answered data after the handshake: not a WebSocket client.
            self.abort()
            return
        self._protocol.send_response(self._protocol.accept(request))
        if self._protocol.state is State.OPEN:
            self._cancel_deadline()
            self._write_protocol_data()
            self._is_over = False
            self._set_writable(True)
            self.opened(request.headers)

    def _handle_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            self._fail(CloseCode.UNSUPPORTED_DATA, "text frames only")
        elif frame.opcode is Opcode.TEXT and frame.fin:
            self._queue_text(bytes(frame.data))
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            if self._fragments is None:
                self._fragments = bytearray()
            # Joined at once: the number of empty fragments has no limit.
            self._fragments += frame.data
            if frame.fin:
                text, self._fragments = bytes(self._fragments), None
                self._queue_text(text)

    def _queue_text(self, text: bytes) -> None:
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError as error:
                self._fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
                return
        if self._incoming is None:
            self._incoming = deque()
        self._incoming.append(text)

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.hand_over()
        self._protocol.fail(code, reason)
        self._sync()

    def _proceed(self) -> None:
        """Read on, or handle the close, once all earlier messages are handled."""
        if self._protocol.state is State.OPEN or self._is_over:
            self._set_reading(self._incoming is None)
        elif self._incoming or self.is_busy():
            # Messages from before the close are still handled; nothing after it is read.
            self._set_reading(False)
            self._start_deadline(CLOSE_TIMEOUT)
        else:
            self._sync()

    def _sync(self) -> None:
        """Write what the protocol has to send, and end the connection if the protocol does."""
        self._write_protocol_data()
        if self._protocol.state is State.OPEN:
            return
        if not self._is_over:
            self._is_over = True
            self._incoming = self._fragments = None
            self._set_writable(False)
            # The client's close has to be read.
            self._set_reading(True)
            try:
                self.closed()
            except Exception as error:
                # A bug of one connection must not reach the one that closes it.
                self._report(error)
        # A client that does not close, or does not read, is aborted.
        self._start_deadline(CLOSE_TIMEOUT)

    def _write_protocol_data(self) -> None:
        writes = self._protocol.data_to_send()
        if not writes or self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > FRAME_MAX_BYTES:
            # The client pings without reading the answers.
            self.abort()
            return
        self._transport.write(b"".join(writes))
        if not writes[-1]:
            # Half-closed only: after a full close, data that still arrives would reset the
            # connection before the client has read the last frames.
            with contextlib.suppress(OSError):
                self._transport.write_eof()

    def _schedule_turn(self) -> None:
        if self._next_turn is None:
            self._next_turn = self._loop.call_soon(self.hand_over)
