"""The edge's port: what the core sends goes to connections, statuses at ticks."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from imtui.protocol.messages import CloseCode
from imtui.protocol.status import Platform
from imtui.server.edge.liveness import Liveness
from imtui.server.edge.outbox import Outbox
from imtui.server.edge.status_updates import StatusUpdates
from imtui.server.edge.text_frames import text_frame
from imtui.server.instant import Instant
from imtui.server.link.ports import CorePort
from imtui.server.metrics import Metrics

# Watchers are sent statuses at ticks, in seconds. After a lone change the tick is short; after a
# delivery it is as long as keeps delivering under a fifth of the time, if that is not too long.
TICK_MIN: Final = 0.002
TICK_MAX: Final = 0.1
_REST_PER_DELIVERY: Final = 4


class EdgeConnection(Protocol):
    """A connection, as the edge sees it."""

    outbox: Outbox

    def add_answer(self, frame: bytes) -> None:
        """Add the answer to the earliest request that is not answered to the outbox."""

    def login_changed(self, user_id: str, platform: Platform | None) -> None:
        """Note who is logged in, and on which platform; empty for nobody."""

    def close(self, code: int, reason: str) -> None:
        """Close it, saying why."""


class Edge:
    """Holds the connections, and is what the core knows of them."""

    core: CorePort
    """Set before the first connection."""

    def __init__(
        self, clock: Callable[[], Instant], heartbeat_timeout: float, metrics: Metrics
    ) -> None:
        """Start with no connections; needs a running event loop.

        Args:
            clock: The present.
            heartbeat_timeout: How long a session may be silent, in seconds.
            metrics: Where it counts what it does.
        """
        self._clock = clock
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()
        self._connections: dict[int, EdgeConnection] = {}
        self._outboxes: dict[int, Outbox] = {}
        self._touched: dict[Outbox, None] = {}
        """Those to which something was added since the last flush."""
        self.liveness = Liveness(heartbeat_timeout)
        self.on_due_changed: Callable[[], None] = lambda: None
        """Called when a session may fall silent sooner than any before."""
        self._updates = StatusUpdates(metrics)
        self._next_tick: asyncio.TimerHandle | None = None
        self._next_tick_set = 0.0
        """When the next tick was set."""
        self._rest_until = 0.0

    # What connections say

    def join(self, session_id: int, connection: EdgeConnection) -> None:
        """Add a connection."""
        self._connections[session_id] = connection
        self._outboxes[session_id] = connection.outbox
        self._metrics.connections += 1

    def leave(self, session_id: int) -> None:
        """Forget a connection that ended, and let the core know."""
        if self._connections.pop(session_id, None) is None:
            return
        self._touched.pop(self._outboxes.pop(session_id), None)
        self._metrics.connections -= 1
        self.liveness.end(session_id)
        self.core.lost(session_id)

    def received(self, session_id: int) -> None:
        """Note a sign of life."""
        self.liveness.received(session_id, self._clock().monotonic)

    def close_silent(self) -> None:
        """Close the connections of sessions that have been silent for too long."""
        for session_id in self.liveness.pop_silent(self._clock().monotonic):
            self._metrics.heartbeats_lost += 1
            self.core.lost(session_id, is_silent=True)
            self.close(session_id, CloseCode.HEARTBEAT_MISSED, "no sign of life")

    def stop(self) -> None:
        """Send nothing more at ticks."""
        if self._next_tick is not None:
            self._next_tick.cancel()

    # What the core says

    def answer(self, session_id: int, data: bytes) -> None:
        """Send the answer to the session's earliest request that is not answered, in JSON."""
        connection = self._connections.get(session_id)
        if connection is not None:
            connection.add_answer(text_frame(data))
            self._touched[connection.outbox] = None

    def push(self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool) -> None:
        """Send a push, in JSON."""
        frame = text_frame(data)
        for session_id in session_ids:
            outbox = self._outboxes.get(session_id)
            if outbox is not None:
                outbox.add_push(frame, is_chat=is_chat)
                self._touched[outbox] = None

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        """Send a status of a watched user, in JSON; a later one takes the place of this one."""
        self._updates.add(user_id, status, session_ids)
        if self._updates and self._next_tick is None:
            self._next_tick_set = self._loop.time()
            due = max(self._next_tick_set + TICK_MIN, self._rest_until)
            self._next_tick = self._loop.call_at(due, self._deliver)

    def forget(self, session_ids: tuple[int, ...], user_ids: tuple[str, ...]) -> None:
        """Drop the statuses of some users that were not sent yet."""
        self._updates.forget(session_ids, user_ids)
        for session_id in session_ids:
            outbox = self._outboxes.get(session_id)
            if outbox is not None:
                for user_id in user_ids:
                    outbox.forget(user_id)

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        """Note who is logged in on a connection, and on which platform; empty for nobody."""
        connection = self._connections.get(session_id)
        if connection is None:
            return
        if user_id:
            self.liveness.begin(session_id, self._clock().monotonic)
            self._updates.logged_in(session_id)
            self.on_due_changed()
        else:
            self.liveness.end(session_id)
            self._updates.logged_out(session_id)
        connection.outbox.forget_all()
        connection.login_changed(user_id, platform)

    def close(self, session_id: int, code: CloseCode, reason: str) -> None:
        """Close a connection."""
        connection = self._connections.get(session_id)
        if connection is not None:
            connection.outbox.forget_all()
            # What came before the end is sent before it.
            connection.outbox.flush()
            connection.close(code, reason)

    def flush(self) -> None:
        """Send what came since the last time."""
        touched, self._touched = self._touched, {}
        for outbox in touched:
            outbox.flush()

    def _deliver(self) -> None:
        self._next_tick = None
        began = self._loop.time()
        self._updates.deliver(self._outboxes)
        ended = self._loop.time()
        self._metrics.ticks.observe(ended - self._next_tick_set)
        self._rest_until = ended + min((ended - began) * _REST_PER_DELIVERY, TICK_MAX)
