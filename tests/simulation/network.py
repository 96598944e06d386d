"""Connections between processes: delays, pieces, cuts, and what a peer does not read."""

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, cast

from tests.simulation.virtual_time import Process, World

_DELAY_MAX: Final = 0.004
_SLOW_DELAY_MAX: Final = 0.25
_SLOW_IN: Final = 40
"""One in so many pieces takes long."""
_READ_MAX: Final = 16 * 1024


class _End(Enum):
    EOF = "end"
    RESET = "reset"


class Transport(asyncio.Transport):
    """One end of a connection."""

    def __init__(self, world: World, process: Process | None, kernel: int) -> None:
        super().__init__()
        self._world = world
        self.process = process
        """Whose end it is; None while nobody has accepted it."""
        self.protocol: Any = None
        self.other: Transport = self
        self._kernel = kernel
        self._inbox: deque[tuple[float, bytes | _End]] = deque()
        self._inbox_size = 0
        self._last_at = 0.0
        self._is_paused = False
        self._is_closing = False
        self._is_lost = False
        self._has_sent_end = False
        self._has_paused_peer = False
        self._high = 64 * 1024
        self.is_cut = False
        """Nothing arrives; it comes later, or never."""
        self.arrived_at = 0.0
        """When the system had the last bytes that were read."""
        self.ended_at: float | None = None
        """When this side began to end it, or the network did; None as long as it has not."""

    # As the process sees it

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self._is_closing

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = 64 * 1024 if high is None else high

    def get_write_buffer_size(self) -> int:
        return max(0, self.other._inbox_size - self._kernel)

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False
        self._look_at(self._world.now)

    def write(self, data: Any) -> None:
        if self._is_closing or self._has_sent_end or not data:
            return
        data, random = bytes(data), self._world.random
        pieces = 1 + (random.random() < 0.2) + (random.random() < 0.05)
        while data:
            size = len(data) if pieces <= 1 else random.randint(1, len(data))
            pieces -= 1
            self.other._add(data[:size], self._delay())
            data = data[size:]
        if self.get_write_buffer_size() > self._high and not self._has_paused_peer:
            self._has_paused_peer = True
            self.protocol.pause_writing()

    def write_eof(self) -> None:
        if not self._has_sent_end and not self._is_closing:
            self._send_end(_End.EOF)

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        self.write_eof()
        self._close(None)

    def abort(self) -> None:
        if not self._is_closing:
            self._reset_other()
            self._close(None)

    # As the network sees it

    def connected(self, protocol: Any) -> None:
        """Begin, in a turn of the process."""
        self.protocol = protocol
        protocol.connection_made(self)
        for at, _ in self._inbox:
            self._look_at(max(at, self._world.now))

    def cut(self) -> None:
        """Break the connection: both sides notice it soon."""
        for end in (self, self.other):
            end._note_end()
            end._add(_End.RESET, self._delay())

    def block(self) -> None:
        """Let nothing through any more, either way."""
        self.is_cut = self.other.is_cut = True

    def unblock(self) -> None:
        """Let through what was held back."""
        for end in (self, self.other):
            end.is_cut = False
            end._look_at(self._world.now + self._delay())

    def killed(self) -> None:
        """End, as the system does for a process that is gone."""
        if not self._is_closing:
            self._is_closing = self._is_lost = True
            self._reset_other()

    @property
    def is_over(self) -> bool:
        """Tell whether both sides have ended it."""
        return self._is_lost and self.other._is_lost

    @property
    def last_arrival(self) -> float:
        """Return when the system had the last bytes, read or not."""
        if self.is_cut:
            return self.arrived_at
        now = self._world.now
        waiting = [at for at, what in self._inbox if at <= now and isinstance(what, bytes)]
        return max(waiting, default=self.arrived_at)

    def is_reading(self) -> bool:
        """Tell whether it would read what arrives."""
        return not (self._is_paused or self.is_cut)

    def _reset_other(self) -> None:
        # What was sent before may still be read, or not.
        if self._world.random.random() < 0.3:
            self.other._drop_inbox()
        if not self._has_sent_end:
            self._send_end(_End.RESET)

    def _send_end(self, how: _End) -> None:
        self._has_sent_end = True
        self._note_end()
        self.other._add(how, self._delay())

    def _note_end(self) -> None:
        if self.ended_at is None:
            self.ended_at = self._world.now

    def _drop_inbox(self) -> None:
        self._inbox.clear()
        self._inbox_size = 0

    def _delay(self) -> float:
        is_slow = self._world.random.randrange(_SLOW_IN) == 0
        return self._world.delay(_SLOW_DELAY_MAX if is_slow else _DELAY_MAX)

    def _add(self, what: bytes | _End, delay: float) -> None:
        if self._is_lost:
            return
        self._last_at = max(self._last_at, self._world.now + delay)
        self._inbox.append((self._last_at, what))
        if isinstance(what, bytes):
            self._inbox_size += len(what)
        self._look_at(self._last_at)

    def _look_at(self, at: float) -> None:
        if self.process is not None and not self.process.is_dead:
            self.process.arrive(at, self._read)

    def _read(self) -> None:
        if self.protocol is None:
            return
        while self._inbox and self._inbox[0][0] <= self._world.now:
            if self._is_paused or self.is_cut or self._is_lost:
                return
            at, what = self._inbox.popleft()
            if isinstance(what, bytes):
                self._inbox_size -= len(what)
                self.other._drained()
                if not self._is_closing:
                    self.arrived_at = at
                    self._world.delivering = self
                    self._received(what)
            elif what is _End.RESET:
                self._close(ConnectionResetError("reset"))
            elif not self._is_closing and not self.protocol.eof_received():
                self.close()

    def _received(self, data: bytes) -> None:
        if not isinstance(self.protocol, asyncio.BufferedProtocol):
            self.protocol.data_received(data)
            return
        while data and not self._is_closing:
            buffer = cast(memoryview, self.protocol.get_buffer(-1))
            size = min(len(data), len(buffer), _READ_MAX)
            buffer[:size] = data[:size]
            data = data[size:]
            self.protocol.buffer_updated(size)

    def _drained(self) -> None:
        is_low = self.get_write_buffer_size() <= self._high // 4
        if self._has_paused_peer and is_low and self.process is not None:
            self._has_paused_peer = False
            self.process.arrive(self._world.now, self._resume)

    def _resume(self) -> None:
        if not self._is_lost:
            self.protocol.resume_writing()

    def _close(self, error: Exception | None) -> None:
        if self._is_closing:
            return
        self._is_closing = True
        self._note_end()
        if self.process is None:
            self._is_lost = True
        else:
            self.process.call_soon(self._lost, error)

    def _lost(self, error: Exception | None) -> None:
        self._is_lost = True
        self._drop_inbox()
        self.protocol.connection_lost(error)


class Network:
    """All connections."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ends: list[Transport] = []

    def pair(self, mine: Process, theirs: Process | None, kernel: int) -> Transport:
        """Return one end of a new connection, for the process that connects."""
        one, two = (Transport(self._world, end, kernel) for end in (mine, theirs))
        one.other, two.other = two, one
        self._ends = [end for end in self._ends if not end.is_over]
        self._ends += (one, two)
        return one

    def killed(self, process: Process) -> None:
        """End the connections of a process that is gone."""
        for end in self._ends:
            if end.process is process:
                end.killed()


class Listener:
    """A listening socket that outlives the process that accepts from it."""

    def __init__(self) -> None:
        self._waiting: list[Transport] = []
        self._process: Process | None = None
        self._make: Callable[[], Any] = lambda: None

    def connected(self, end: Transport) -> None:
        """Let a new connection wait until it is accepted."""
        self._waiting.append(end)
        self._look()

    def serve(self, process: Process, make: Callable[[], Any]) -> None:
        """Accept connections in a process from now on."""
        self._process, self._make = process, make
        self._look()

    def _look(self) -> None:
        if self._process is not None and not self._process.is_dead:
            self._process.arrive(self._process.world.now, self._accept)

    def _accept(self) -> None:
        waiting, self._waiting = self._waiting, []
        for end in waiting:
            end.process = self._process
            end.connected(self._make())
