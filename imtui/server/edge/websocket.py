"""The server's end of a WebSocket: websockets' own protocol on a transport of asyncio.

Handshake and framing are those of ``websockets``, which does no input or output, but for a text
frame that comes alone and whole. What is around them is here: what is received goes through one
buffer that all connections share, nothing waits in a task, and frames that are ready together are
written together.
"""

import asyncio
import contextlib
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
from imtui.server.edge.text_frames import Writer, least_size, lone_text

CLOSE_TIMEOUT: Final = 5.0
"""How long the other side may take to close after it was told to, in seconds."""
WRITE_BUFFER_MAX: Final = 64 * 1024
"""Nothing more is written while so many bytes have not been taken by the kernel."""
# A client may fill it with the smallest of frames, and everybody waits until they are parsed.
_READ_BUFFER: Final = 16 * 1024
_TURN: Final = 0.002
"""How long the messages that one client has sent ahead may be worked off, in seconds, before the
others have their turn."""
_HANDSHAKE_ENDS: Final = b"\r\n\r\n"
_UNKNOWN: Final = 1 << 62

# Handshakes that fail are the other side's trouble; their tracebacks would only fill the log.
_log: Final = logging.getLogger(__name__)
_log.setLevel(logging.CRITICAL)

# Read into and parsed from at once, so that one serves all connections of the thread.
_buffer: Final = memoryview(bytearray(_READ_BUFFER))


class WebSocket(asyncio.BufferedProtocol, ABC):
    """One connection; a subclass says what happens on it.

    Messages are handed over one at a time, in order, as long as the subclass is ready for more;
    who sends more than that is not read from.
    """

    __slots__ = (
        "_deadline",
        "_fragments",
        "_incoming",
        "_is_over",
        "_is_reading",
        "_loop",
        "_next_turn",
        "_protocol",
        "_transport",
        "_unparsed",
        "_writer",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        origins: Sequence[Origin | None],
        open_timeout: float,
    ) -> None:
        """Make a connection that is not there yet.

        Args:
            loop: The running event loop.
            origins: Web pages of other origins are refused; None stands for what is no web page.
            open_timeout: How long the handshake may take, in seconds.
        """
        self._loop = loop
        self._protocol = ServerProtocol(origins=origins, max_size=FRAME_MAX_BYTES, logger=_log)
        self._transport: asyncio.Transport | None = None
        self._incoming: deque[bytes] | None = None
        """Messages that were read and not handed over yet."""
        self._fragments: bytearray | None = None
        self._unparsed = 0
        """How many bytes websockets was given that are of no whole frame yet, as far as is known.

        0 is certain. Of who begins before the handshake is answered, or makes frames longer than
        they need to be, it is not known any more: then websockets reads all.
        """
        self._is_reading = True
        self._is_over = True
        """Nothing that comes counts: it is not open yet, or not any more."""
        self._next_turn: asyncio.Handle | None = None
        self._deadline: asyncio.TimerHandle | None = loop.call_later(open_timeout, self.abort)
        """What ends the connection unless the other side does its part in time."""
        self._writer: Writer | None = None
        """What writes frames at once; None while the other side takes none."""

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
    def is_busy(self) -> bool:
        """Tell whether a message is still being worked on: the end that follows it waits."""

    @abstractmethod
    def next_data(self) -> bytes:
        """Return frames that are ready to be written, joined; empty if there are none."""

    @abstractmethod
    def writable(self, writer: Writer | None) -> None:
        """Take what writes frames at once, until this is said again; None if nothing does."""

    @abstractmethod
    def closed(self) -> None:
        """Take it that nothing more counts, as one of the two sides ends the connection."""

    # What it can be asked

    @property
    def is_open(self) -> bool:
        """Tell whether what comes still counts."""
        return not self._is_over

    def send_now(self, data: bytes) -> bool:
        """Send frames if the other side takes them; tell whether it does."""
        if self._writer is None or self._is_closing():
            return False
        self._writer(data)
        return True

    def write(self) -> None:
        """Write what is ready, as far as the other side takes it."""
        while self._writer is not None and not self._is_closing():
            data = self.next_data()
            if not data:
                break
            self._writer(data)
        if self._incoming:
            self._take_turn_later()

    def close(self, code: int, reason: str) -> None:
        """Close, saying why; the other side has ``CLOSE_TIMEOUT`` to do the same."""
        if self._protocol.state is State.CONNECTING:
            # Nobody is there yet who could be told.
            self.abort()
            return
        # If the other side has closed already, nothing more that it sent counts.
        with contextlib.suppress(InvalidState):
            self._protocol.send_close(code, reason)
        self._settle()

    def abort(self) -> None:
        """End the connection at once."""
        self._be_writable(False)
        if self._transport is not None:
            self._transport.abort()

    def give_up(self, fault: Exception) -> None:
        """End the connection at once, and report a fault of ours: nobody else is to notice."""
        self._incoming = None
        self._report(fault)
        self.abort()

    def hand_over(self) -> None:
        """Hand over what was read, for as long as the subclass is ready and it is our turn."""
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None
        turn_ends = self._loop.time() + _TURN
        while self._incoming and self.is_ready():
            try:
                self.message(self._incoming.popleft())
            except Exception as fault:
                self.give_up(fault)
                break
            if self._incoming and self._loop.time() >= turn_ends:
                self._take_turn_later()
                break
        if not self._incoming:
            self._incoming = None
        self._go_on()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the handshake."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(WRITE_BUFFER_MAX)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where to read into."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take what was read."""
        data = _buffer[:nbytes]
        if not self._is_over:
            self.received()
        if self._is_between_messages() and (text := lone_text(data)) is not None:
            self._take_text(text)
        else:
            self._parse(data)
        if self._incoming and self._next_turn is None:
            self.hand_over()
        if self._protocol.state is State.OPEN or self._is_over:
            if self._protocol.writes:
                self._settle()
        else:
            self._go_on()

    def eof_received(self) -> bool:
        """Close, as the other side has."""
        self._protocol.receive_eof()
        self._settle()
        return False

    def pause_writing(self) -> None:
        """Write nothing more for a while."""
        self._be_writable(False)

    def resume_writing(self) -> None:
        """Go on writing."""
        self._be_writable(True)
        self.write()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take it that the connection is gone."""
        self._transport = None
        self._protocol.receive_eof()
        self._settle()
        self._wait_no_more()

    def _is_between_messages(self) -> bool:
        return not self._unparsed and self._fragments is None and self._protocol.state is State.OPEN

    def _parse(self, data: memoryview) -> None:
        self._unparsed += len(data)
        self._protocol.receive_data(bytes(data))
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._unparsed -= least_size(event)
                if not self._is_over:
                    self._take(event)
            elif isinstance(event, Request):
                is_all = self._unparsed == bytes(data).find(_HANDSHAKE_ENDS) + len(_HANDSHAKE_ENDS)
                self._unparsed = 0 if is_all else _UNKNOWN
                self._shake_hands(event)

    def _shake_hands(self, request: Request) -> None:
        if self._protocol.writes:
            # More came than a handshake, and was answered before it: that is no WebSocket.
            self.abort()
            return
        self._protocol.send_response(self._protocol.accept(request))
        if self._protocol.state is State.OPEN:
            self._wait_no_more()
            self._send()
            self._is_over = False
            self._be_writable(True)
            self.opened()

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            self._fail(CloseCode.UNSUPPORTED_DATA, "text frames only")
        elif frame.opcode is Opcode.TEXT and frame.fin:
            self._take_text(bytes(frame.data))
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            if self._fragments is None:
                self._fragments = bytearray()
            # Not kept one by one: there is no end to the number of those that are empty.
            self._fragments += frame.data
            if frame.fin:
                text, self._fragments = bytes(self._fragments), None
                self._take_text(text)

    def _take_text(self, text: bytes) -> None:
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
        self._settle()

    def _go_on(self) -> None:
        """Read on, or see the end, as soon as all that came before is worked off."""
        if self._protocol.state is State.OPEN or self._is_over:
            self._read(self._incoming is None)
        elif self._incoming or self.is_busy():
            # What was sent before the end counts; nothing that comes after it does.
            self._read(False)
            self._end_in_time()
        else:
            self._settle()

    def _settle(self) -> None:
        """Send what the protocol has to say, and see whether the connection ends."""
        self._send()
        if self._protocol.state is State.OPEN:
            return
        if not self._is_over:
            self._is_over = True
            self._incoming = self._fragments = None
            self._be_writable(False)
            # The end of the other side is to be seen.
            self._read(True)
            try:
                self.closed()
            except Exception as fault:
                # Whoever closed it is not to suffer from it.
                self._report(fault)
        self._end_in_time()

    def _end_in_time(self) -> None:
        """Hang up in a while on who does not end, or does not take what was written before."""
        if self._deadline is None and self._transport is not None:
            self._deadline = self._loop.call_later(CLOSE_TIMEOUT, self.abort)

    def _send(self) -> None:
        writes = self._protocol.data_to_send()
        if not writes or self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > FRAME_MAX_BYTES:
            # Answers to pings of somebody who reads none.
            self.abort()
            return
        self._transport.write(b"".join(writes))
        if not writes[-1]:
            # Not closed: what is still being sent here would tear down what was said last.
            with contextlib.suppress(OSError):
                self._transport.write_eof()

    def _be_writable(self, can: bool) -> None:
        transport = self._transport if can and not self._is_over else None
        self._writer = None if transport is None else transport.write
        self.writable(self._writer)

    def _is_closing(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    def _report(self, fault: Exception) -> None:
        self._loop.call_exception_handler(
            {"message": "A connection failed", "exception": fault, "protocol": self}
        )

    def _read(self, go_on: bool) -> None:
        if go_on is self._is_reading or self._transport is None:
            return
        self._is_reading = go_on
        if go_on:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _take_turn_later(self) -> None:
        if self._next_turn is None:
            self._next_turn = self._loop.call_soon(self.hand_over)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
