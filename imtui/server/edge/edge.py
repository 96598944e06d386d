"""The edge's port: passes on what the core sends to connections, and statuses at ticks."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from websockets.frames import CloseCode as WebSocketClose

from imtui.protocol.app_key import KeyRing
from imtui.protocol.messages import CloseCode
from imtui.protocol.status import Platform
from imtui.server.edge.liveness import Liveness
from imtui.server.edge.outbox import Outbox
from imtui.server.edge.status_updates import StatusUpdates
from imtui.server.edge.trust import Trust
from imtui.server.edge.websocket.text_frames import text_frame
from imtui.server.instant import Instant
from imtui.server.link.ports import CorePort
from imtui.server.metrics import Metrics

# Watchers get statuses at ticks, in seconds. A lone change waits for the shortest tick; after a
# delivery the next tick waits so long that delivering takes at most a fifth of the time.
TICK_MIN: Final = 0.002
TICK_MAX: Final = 0.1
_REST_PER_DELIVERY: Final = 4
_PATIENCE: Final = 0.01
"""How long a change waits for others at most while there is more to do, in seconds."""


class EdgeConnection(Protocol):
    """A connection, as the edge sees it."""

    outbox: Outbox

    def add_answer(self, frame: bytes) -> None:
        """Add the core's answer to its earliest unanswered request to the outbox."""

    def charge(self, cost: float) -> None:
        """Let whoever pays for the connection pay for a cost, in seconds of CPU time."""

    def login_changed(self, user_id: str, platform: Platform | None) -> None:
        """Set the user and platform; an empty user ID means nobody."""

    def close(self, code: int, reason: str) -> None:
        """Close the connection with a code and a reason."""


class Edge:
    """Holds the connections; the core reaches them through it."""

    core: CorePort
    """Set before the first connection."""

    def __init__(
        self,
        clock: Callable[[], Instant],
        heartbeat_timeout: float,
        metrics: Metrics,
        trust: Trust,
        tick_min: float = TICK_MIN,
    ) -> None:
        """Start with no connections; needs a running event loop.

        Args:
            clock: Returns the current time.
            heartbeat_timeout: How long a session may be silent, in seconds.
            metrics: Counts connections, deliveries and lost heartbeats.
            trust: The app's keys and admins, which the core keeps up to date.
            tick_min: The shortest tick, in seconds; with 0, statuses that are flushed together
                are delivered at once.
        """
        self._clock = clock
        self._metrics = metrics
        self.trust = trust
        self._tick_min = tick_min
        self._loop = asyncio.get_running_loop()
        self._connections: dict[int, EdgeConnection] = {}
        self._outboxes: dict[int, Outbox] = {}
        self._touched: dict[Outbox, None] = {}
        """The outboxes to which something was added since the last flush, in order."""
        self.liveness = Liveness(heartbeat_timeout)
        self.on_due_changed: Callable[[], None] = lambda: None
        """Called when the next session to fall silent may be due earlier than before."""
        self.on_keys: Callable[[KeyRing], None] = lambda key_ring: None
        """Called with the app's keys when they have changed."""
        self.is_busy: Callable[[], bool] = lambda: False
        """Tells whether there is more to do: clients to serve, or requests that wait."""
        self._updates = StatusUpdates(metrics)
        self._next_tick: asyncio.Handle | None = None
        self._next_tick_set = 0.0
        """When the next tick was set."""
        self._rest_until = 0.0

    # Called by connections

    def join(self, session_id: int, connection: EdgeConnection) -> None:
        """Add a connection."""
        self._connections[session_id] = connection
        self._outboxes[session_id] = connection.outbox
        self._metrics.connections += 1

    def leave(self, session_id: int) -> None:
        """Remove a connection that ended, and report its loss to the core."""
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
        """Close the connections that have been silent for too long."""
        for session_id in self.liveness.pop_silent(self._clock().monotonic):
            self._metrics.heartbeats_lost += 1
            self.core.lost(session_id, is_silent=True)
            self.close(session_id, CloseCode.HEARTBEAT_MISSED, "no sign of life")

    def stop(self) -> None:
        """Cancel the next tick."""
        if self._next_tick is not None:
            self._next_tick.cancel()

    # Called by the core

    def answer(self, session_id: int, data: bytes) -> None:
        """Send the answer to the session's earliest request that is not answered, in JSON."""
        connection = self._connections.get(session_id)
        if connection is not None:
            connection.add_answer(text_frame(data))
            self._touched[connection.outbox] = None

    def push(
        self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool, state: str = ""
    ) -> None:
        """Send a push, in JSON."""
        frame = text_frame(data)
        for session_id in session_ids:
            outbox = self._outboxes.get(session_id)
            if outbox is not None:
                outbox.add_push(frame, is_chat=is_chat, state=state)
                self._touched[outbox] = None

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        """Send a watched user's status, in JSON; only their last unsent status is sent.

        ``flush`` comes after it.
        """
        self._updates.add(user_id, status, session_ids)

    def forget(self, session_ids: tuple[int, ...], user_ids: tuple[str, ...]) -> None:
        """Drop the statuses of some users that are still to be sent."""
        self._updates.forget(session_ids, user_ids)
        for session_id in session_ids:
            outbox = self._outboxes.get(session_id)
            if outbox is not None:
                for user_id in user_ids:
                    outbox.forget(user_id)

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        """Set the user and platform of a connection; an empty user ID means nobody."""
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
            # Frames from before the close have to be sent before it.
            connection.outbox.flush()
            connection.close(code, reason)

    def charge(self, session_id: int, cost: float) -> None:
        """Let a connection pay for what its requests have cost the core, in seconds."""
        connection = self._connections.get(session_id)
        if connection is not None:
            connection.charge(cost)

    def go_away(self, session_ids: Iterable[int]) -> None:
        """Close connections whose clients are to come back."""
        for session_id in session_ids:
            connection = self._connections.get(session_id)
            if connection is not None:
                connection.close(WebSocketClose.GOING_AWAY, "come back")

    def keys_changed(self, key_ring: KeyRing) -> None:
        """Verify UserSigs with these keys from now on."""
        self.trust.key_ring = key_ring
        self.on_keys(key_ring)

    def admins_changed(self, user_ids: frozenset[str]) -> None:
        """Let in requests of these admins from now on."""
        self.trust.admins = user_ids

    def heartbeat_timeout_changed(self, timeout: float) -> None:
        """Set how long a session may be silent, in seconds; those logged in keep a longer one."""
        self.liveness.set_timeout(timeout)

    def flush(self) -> None:
        """Send everything that was added since the last flush."""
        touched, self._touched = self._touched, {}
        for outbox in touched:
            outbox.flush()
        if self._updates and self._next_tick is None:
            self._next_tick_set = now = self._loop.time()
            due = max(now + self._tick_min, self._rest_until)
            if due > now:
                self._next_tick = self._loop.call_at(due, self._deliver_unless_more)
            else:
                self._deliver()

    def _deliver_unless_more(self) -> None:
        """Deliver, unless the statuses can wait a little and the event loop has more to do."""
        if self._loop.time() < self._next_tick_set + _PATIENCE and self.is_busy():
            self._next_tick = self._loop.call_soon(self._deliver_unless_more)
        else:
            self._deliver()

    def _deliver(self) -> None:
        self._next_tick = None
        began = self._loop.time()
        self._updates.deliver(self._outboxes)
        ended = self._loop.time()
        self._metrics.ticks.observe(ended - self._next_tick_set)
        self._rest_until = ended + min((ended - began) * _REST_PER_DELIVERY, TICK_MAX)
