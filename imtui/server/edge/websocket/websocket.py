"""The server's end of a WebSocket on an asyncio transport.

``websockets`` checks the handshake; ``FrameReader`` reads what follows. All connections share one
read buffer, no task waits for input, and frames that are ready together are written together.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final, cast

from websockets.frames import CloseCode, Opcode
from websockets.typing import Origin

from imtui.protocol.limits import (
    CONNECTION_HELD_MAX,
    FRAME_MAX_BYTES,
    STRANGER_FRAME_MAX_BYTES,
)
from imtui.server.edge.websocket.control_frames import close_frame, control_frame
from imtui.server.edge.websocket.events import Events
from imtui.server.edge.websocket.frame_reader import FrameError, FrameReader
from imtui.server.edge.websocket.handshake import HEAD_ENDS, answer_handshake
from imtui.server.edge.websocket.text_frames import lone_text
from imtui.server.edge.websocket.transport_protocol import TransportProtocol

CLOSE_TIMEOUT: Final = 5.0
"""How long the client may take to close after it was told to, in seconds."""
WRITE_BUFFER_MAX: Final = 64 * 1024
"""Nothing more is written while the transport holds so many bytes."""
_READ_BUFFER: Final = 16 * 1024
TURN: Final = 0.001
"""How long frames of one client are handled, in seconds, before others get their turn."""
_TURN_FRAMES: Final = 128
"""How many frames of one client are handled, be they empty, before others get their turn."""

# Copied as soon as it is filled, so that one buffer serves all connections of the thread.
_buffer: Final = memoryview(bytearray(_READ_BUFFER))


class WebSocket(TransportProtocol, Events):
    """One connection; a subclass handles its events.

    Messages are handed over one at a time, in order, while the subclass is ready for more.
    Reading pauses while messages wait, and while too many bytes are held.
    """

    __slots__ = (
        "_frames",
        "_handshake",
        "_has_more",
        "_is_over",
        "_last_close",
        "_next_turn",
        "_origins",
        "_pong",
    )

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
        self._origins = origins
        self._handshake: bytearray | None = bytearray()
        """The request of the handshake so far; None once it was answered."""
        self._frames = FrameReader(STRANGER_FRAME_MAX_BYTES)
        self._has_more = False
        """Whether there may be complete frames to handle."""
        self._last_close: bytes | None = None
        """The close frame to send once all earlier messages are handled."""
        self._is_over = True
        """Whether input is ignored: before the handshake, and once either side closes."""
        self._next_turn: asyncio.Handle | None = None
        self._pong: bytes | None = None
        """The answer to the last ping, until it can be written; earlier ones need none."""

    # Called by a subclass and its owner

    @property
    def is_open(self) -> bool:
        """Tell whether input is handled."""
        return not self._is_over

    def trust(self, *, is_trusted: bool) -> None:
        """Accept messages as large as those of a client that is logged in, or only small ones."""
        self._frames.max_size = FRAME_MAX_BYTES if is_trusted else STRANGER_FRAME_MAX_BYTES

    def held_size(self) -> int:
        """Return how many bytes are held, beside those that the subclass has ready."""
        return self._frames.size + self._unsent_size()

    def write(self) -> None:
        """Write frames that are ready until the transport is congested."""
        while self._writer is not None and not self._is_closing():
            data = self.next_data()
            if not data:
                break
            self._writer(data)
        if not self._is_reading or self.is_busy():
            self._schedule_turn()

    def close(self, code: int, reason: str) -> None:
        """Close with a code and a reason; the client has ``CLOSE_TIMEOUT`` to close too."""
        if self._handshake is not None:
            # Before the handshake a close frame cannot be sent.
            self.abort()
            return
        # If the client has closed already, its messages that still wait are dropped.
        self._end(self._last_close or close_frame(code, reason))

    def give_up(self, error: Exception) -> None:
        """Abort after a bug, and report it; other connections are not affected."""
        self._report(error)
        self.abort()

    def has_halted(self) -> bool:
        """Tell whether input waits until what is under way has ended."""
        return self._has_more or not self._is_reading or self._last_close is not None

    def hand_over(self) -> None:
        """Hand over messages while the subclass is ready, for one turn at most."""
        self._cancel_turn()
        delay = self.turn_delay() if self._has_more else 0.0
        if delay:
            self._schedule_turn(delay)
        else:
            try:
                self._take_turn()
            except Exception as error:
                self.give_up(error)
            self._frames.trim()
        self.handed_over()
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
        if self._is_over:
            if self._handshake is not None and not self._is_closing():
                self._continue_handshake(data)
            return
        if self._last_close is not None:
            return
        self.received()
        delay = self.turn_delay()
        frames = self._frames
        # Attributes, as nearly all requests come this way.
        is_free = not delay and frames.data is None and frames.fragments is None
        if is_free and self.is_ready() and (text := lone_text(data)) is not None:
            try:
                self._take_text(text)
            except Exception as error:
                self.give_up(error)
            self.handed_over()
            self._proceed()
            return
        frames.feed(data)
        self._has_more = True
        if delay:
            self._schedule_turn(delay)
            self._proceed()
        elif self._next_turn is None:
            self.hand_over()

    def eof_received(self) -> bool:
        """Close, as the client has."""
        self._end(None)
        return False

    def resume_writing(self) -> None:
        """Write again: the transport is no longer congested."""
        self._set_writable(not self._is_over)
        self._answer_ping()
        self.write()

    def connection_lost(self, exc: Exception | None) -> None:
        """Handle the loss of the connection."""
        self._transport = self._handshake = None
        self._end(None)
        self._cancel_turn()
        self._cancel_deadline()

    def _continue_handshake(self, data: memoryview) -> None:
        assert self._handshake is not None
        self._handshake += data
        _, end, more = self._handshake.partition(HEAD_ENDS)
        # A client of WebSockets sends nothing before it has the answer.
        if more or len(self._handshake) > STRANGER_FRAME_MAX_BYTES:
            self.abort()
        elif end and (delay := self.turn_delay()):
            self._set_reading(False)
            self._next_turn = self._loop.call_later(delay, self._answer_handshake)
        elif end:
            self._answer_handshake()

    def _answer_handshake(self) -> None:
        self._next_turn = None
        assert self._transport is not None
        assert self._handshake is not None
        answer, headers = answer_handshake(bytes(self._handshake), self._origins)
        self._handshake = None
        self._set_reading(True)
        self._transport.write(answer)
        if headers is None:
            with contextlib.suppress(OSError):
                self._transport.write_eof()
            return
        self._cancel_deadline()
        self._is_over = False
        self._set_writable(True)
        self.opened(headers)

    def _take_turn(self) -> None:
        ends = self._loop.time() + TURN
        others = 0
        for _ in range(_TURN_FRAMES):
            frame = self._next_frame()
            if frame is None:
                break
            others += frame[0] is not Opcode.TEXT
            self._take_frame(*frame)
            if self._loop.time() >= ends:
                self._schedule_turn()
                break
        else:
            self._schedule_turn()
        if others:
            self._answer_ping()
            self.took_frames(others)

    def _answer_ping(self) -> None:
        """Answer the last ping; those that came before it in the same turn need no answer."""
        if self._pong is not None and self.send_now(self._pong):
            self._pong = None

    def _next_frame(self) -> tuple[Opcode, bytes] | None:
        is_ended = self._is_over or self._last_close is not None or self._is_closing()
        if is_ended or not self.is_ready():
            return None
        try:
            frame = self._frames.step()
        except FrameError as error:
            self._fail(error.code, error.reason)
            return None
        self._has_more = frame is not None
        return frame

    def _take_frame(self, opcode: Opcode, payload: bytes) -> None:
        if opcode is Opcode.TEXT:
            self._take_text(payload)
        elif opcode is Opcode.PING:
            self._pong = control_frame(Opcode.PONG, payload)
        elif opcode is Opcode.CLOSE:
            self._last_close = control_frame(Opcode.CLOSE, payload)

    def _take_text(self, text: bytes) -> None:
        if not text.isascii():
            try:
                text.decode()
            except UnicodeDecodeError as error:
                self._fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
                return
        self.message(text)

    def _fail(self, code: CloseCode, reason: str) -> None:
        self._last_close = close_frame(code, reason)

    def _proceed(self) -> None:
        """Read on, or handle the close, once all earlier messages are handled."""
        if self._is_over:
            self._set_reading(True)
        elif self._last_close is None:
            # What is not congested holds little.
            has_room = self._writer is not None or self._has_room()
            self._set_reading(not self._has_more and has_room)
        elif self.is_busy():
            # Nothing after the close is read.
            self._set_reading(False)
            self._start_deadline(CLOSE_TIMEOUT)
        else:
            self._end(self._last_close)

    def _has_room(self) -> bool:
        waiting = self.waiting_size() + self._unsent_size()
        return waiting <= WRITE_BUFFER_MAX or waiting + self._frames.size <= CONNECTION_HELD_MAX

    def _end(self, close_frame: bytes | None) -> None:
        """Send a close frame, if any, and ignore all input from now on."""
        if self._is_over:
            return
        self._is_over = True
        # What a congested transport holds cannot be told if the connection was lost.
        held = self._frames.size + (CONNECTION_HELD_MAX if self._writer is None else 0)
        self._set_writable(False)
        if not self._is_closing():
            assert self._transport is not None
            if close_frame is not None:
                self._transport.write(close_frame)
            # Half-closed only: after a full close, data that still arrives would reset the
            # connection before the client has read the last frames.
            with contextlib.suppress(OSError):
                self._transport.write_eof()
        self._frames = FrameReader(0)
        self._pong = None
        self._cancel_turn()
        # The end of the input has to be noticed.
        self._set_reading(True)
        try:
            self.closed(held)
        except Exception as error:
            # A bug of one connection must not reach the one that closes it.
            self._report(error)
        # A client that does not close, or does not read, is aborted.
        self._start_deadline(CLOSE_TIMEOUT)

    def _schedule_turn(self, delay: float = 0.0) -> None:
        if self._next_turn is not None or self._is_over:
            return
        if delay:
            self._next_turn = self._loop.call_later(delay, self.hand_over)
        else:
            self._next_turn = self._loop.call_soon(self.hand_over)

    def _cancel_turn(self) -> None:
        if self._next_turn is not None:
            self._next_turn.cancel()
            self._next_turn = None
