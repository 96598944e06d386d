"""An HTTP connection that is read in turns, and closed unless a request is answered in time."""

import asyncio
import re
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final, Protocol

import h11
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from imtui.server.edge.turns.fair_loop import Ranks
from imtui.server.edge.turns.turns import Payers, Turns
from imtui.server.garbage import without_frames

REQUEST_TIMEOUT: Final = 10.0
"""How long a client may take for a whole request, in seconds, including idle time before it."""

ARRIVAL: Final = 0.05
"""How long a connection is left alone to send its request, in seconds."""
_TURN_EVENTS: Final = 16
"""How many events are handled in a turn: heads of requests, chunks of their bodies, and ends."""
HEAD_MAX_BYTES: Final = 16 * 1024
FIELDS_MAX: Final = 100
"""How many fields a head may have."""
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")


class Owner(Protocol):
    """Whoever has the connections."""

    open: dict["HTTPConnection", None]
    turns: Turns

    def became_idle(self, connection: "HTTPConnection") -> None:
        """Note that a connection has had its answer."""

    def forget(self, connection: "HTTPConnection") -> None:
        """Note that a connection has ended."""


class HTTPConnection(H11Protocol):
    """A connection; whoever it belongs to pays for the reading."""

    _deadline: asyncio.TimerHandle | None = None
    _hold: "_Hold"

    def __init__(
        self,
        owner: Owner,
        payers: Payers,
        cpu_clock: Callable[[], float] = perf_counter,
        **options: Any,
    ) -> None:
        """Prepare the connection; asyncio connects it.

        Args:
            owner: Has the connection, and its turns.
            payers: Who pays for the reading.
            cpu_clock: Returns the CPU time that was used, in seconds; only differences count.
            options: Those of uvicorn.
        """
        super().__init__(**options)
        self.conn = self._events = _Events()
        self._owner = owner
        self._payers = payers
        self._cpu_clock = cpu_clock
        self._ranks = Ranks(self.loop)
        self._idle_since = self.loop.time()

    @property
    def can_make_room(self) -> bool:
        """Tell whether no request is being answered, nor likely to be on its way."""
        is_idle = self.cycle is None or self.cycle.response_complete
        return is_idle and self.loop.time() >= self._idle_since + ARRIVAL

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        super().connection_made(transport)
        self.flow = self._hold = _Hold(transport)
        self._ranks.set(transport, is_stranger=True)
        self._restart_deadline()
        if self not in self._owner.open:
            # It had to make room before it was connected.
            transport.abort()

    def handle_events(self) -> None:
        """Handle what was read, or wait for a turn if there is a debt."""
        if self._hold.is_held or self.turn_delay() > 0:
            self._wait()
        else:
            self._handle_some()

    def take_turn(self) -> None:
        """Handle some of what waits."""
        self._hold.release()
        self._handle_some()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._restart_deadline()
        self._idle_since = self.loop.time()
        super().on_response_complete()
        self._owner.became_idle(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._owner.turns.leave(self)
        self._ranks.forget(self.transport)
        self._cancel_deadline()
        self._owner.forget(self)
        super().connection_lost(exc)

    def pay(self, cost: float) -> None:
        """Pay for a cost, in seconds of CPU time."""
        self._owner.turns.charge(self._payers, cost)

    def turn_delay(self) -> float:
        """Return in how many seconds input may be handled: now, unless there is a debt."""
        return self._owner.turns.debt(self._payers, self.loop.time())

    def abort(self) -> None:
        """Close at once."""
        self._owner.forget(self)
        if self.transport is not None:
            self.transport.abort()

    def _handle_some(self) -> None:
        if self.transport.is_closing():
            return
        began = self._cpu_clock()
        self._events.left = _TURN_EVENTS
        super().handle_events()
        self.pay(self._cpu_clock() - began)
        if not self._events.left:
            self._wait()

    def _wait(self) -> None:
        self._hold.hold()
        self._owner.turns.want(self._payers, self)

    def _restart_deadline(self) -> None:
        self._cancel_deadline()
        self._deadline = self.loop.call_later(REQUEST_TIMEOUT, self.transport.abort)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


class _Events(h11.Connection):
    """The events of a connection, of which some are left in this turn."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEAD_MAX_BYTES)
        self.left = 0

    def next_event(self) -> Any:
        """Return the next event, or that there is none in this turn.

        Raises:
            h11.RemoteProtocolError: The client does not keep to HTTP, or to the limits of a head.
        """
        if not self.left:
            return h11.NEED_DATA
        self.left -= 1
        if self.their_state is h11.IDLE:
            # To find the fields takes much longer than to count them.
            head = _BLANK_LINE.split(self.trailing_data[0][:HEAD_MAX_BYTES], maxsplit=1)[0]
            if head.count(b"\n") > FIELDS_MAX:
                raise h11.RemoteProtocolError("too many fields", error_status_hint=431)
        try:
            return super().next_event()
        except h11.RemoteProtocolError as error:
            # One of its own methods has raised it: that frame would keep it alive, and the frames
            # before it all that this is called by.
            without_frames(error)
            raise


class _Hold(FlowControl):
    """Flow control of a transport that is not read from while its connection waits for a turn."""

    is_held = False

    def hold(self) -> None:
        """Do not read until the release."""
        self.is_held = True
        self._transport.pause_reading()

    def release(self) -> None:
        """Read again, unless there is too much to read."""
        self.is_held = False
        if not self.read_paused:
            self._transport.resume_reading()

    def resume_reading(self) -> None:
        """Read again, unless the connection waits for a turn."""
        if self.is_held:
            self.read_paused = False
        else:
            super().resume_reading()
