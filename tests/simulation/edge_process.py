"""The processes with edges: the real edges on played sockets."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

import msgspec

from imtui.protocol.messages import CloseCode
from imtui.protocol.proof import Proof, SigID
from imtui.protocol.status import Platform
from imtui.server.alarm import Alarm
from imtui.server.audit import no_audit
from imtui.server.buckets import Buckets
from imtui.server.edge.addresses import Peer, TrustedProxies
from imtui.server.edge.connection import Connection
from imtui.server.edge.edge import Edge
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.memory import Trimmer
from imtui.server.edge.places import PlaceLimits, Places
from imtui.server.edge.shared import Shared
from imtui.server.edge.trust import Trust
from imtui.server.edge.turns.fair_loop import Ranks
from imtui.server.edge.turns.turns import Turns
from imtui.server.instant import Instant
from imtui.server.link.frames import Welcome
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ports import EDGE_SHIFT, HTTPRequest
from imtui.server.link.remote_core import RemoteCore
from imtui.server.metrics import Metrics
from tests.simulation.core_process import LINK_KEY
from tests.simulation.network import Listener, Network, Transport
from tests.simulation.rules import Rules
from tests.simulation.virtual_time import Process, World, new_process

_LINK_KERNEL: Final = 200 * 1024
_ADMIN_SIG: Final = SigID(b"admin", 2**40)


class EdgeProcess:
    """A process with an edge."""

    def __init__(
        self,
        world: World,
        rules: Rules,
        network: Network,
        find_core: Callable[[], Listener],
        number: int,
        wall_skew_max: float = 50.0,
    ) -> None:
        """Start.

        Args:
            world: The time.
            rules: Watches it.
            network: Has its connections.
            find_core: Returns where the core is; raises OSError if nowhere.
            number: The number of the edge.
            wall_skew_max: How wrong its wall clock may be, in seconds.
        """
        self.process = new_process(world, f"edge {number}", wall_skew_max)
        self.number = number
        self._world = world
        self._rules = rules
        self._network = network
        self._find_core = find_core
        self.link: Transport | None = None
        """The present connection to the core."""
        self._links: list[Transport] = []
        """All that it has had."""
        self._blocked_until = 0.0
        self.edge: Edge | None = None
        """None until it serves."""
        self.is_draining = False
        self.process.run(self._run())

    def takes_clients(self) -> bool:
        """Tell whether it accepts connections."""
        process = self.process
        serves = self.edge is not None and not self.is_draining
        return serves and not process.is_dead and not process.is_stopped

    def heard_at(self, core: Process) -> float:
        """Return when something of it reached a core last; 0 for never."""
        # An edge that was not welcomed counts as little as one that is gone.
        ends = (link.other for link in self._links if link.other.process is core)
        return max((end.arrived_at for end in ends if _is_trusted(end)), default=0.0)

    def block_links(self, seconds: float) -> None:
        """Let nothing pass between it and the core for some time."""
        self._blocked_until = max(self._blocked_until, self._world.now + seconds)
        if self.link is not None:
            self.link.block()

    def unblock_links(self, *, at_once: bool = False) -> None:
        """Let pass what was held back, if the time is over or all is to be whole."""
        if at_once:
            self._blocked_until = 0.0
        if self._world.now >= self._blocked_until:
            for link in self._links:
                link.unblock()

    async def _run(self) -> None:
        process, loop = self.process, self.process.loop
        self.remote = RemoteCore(self._connect, LINK_KEY, self.number)
        self._linking = process.run(self.remote.run())
        welcome = await self.remote.welcome
        clock = self.clock = self.welcomed(welcome)
        trust = Trust(welcome.key_ring, welcome.admins)
        metrics = Metrics()
        edge = WatchedEdge(clock, welcome.heartbeat_timeout, metrics, trust, 0.0)
        edge.watch(self, self._rules)
        edge.core = self.remote
        self.remote.serve(edge)
        buckets: Buckets[Any] = Buckets(welcome.settings.cpu_seconds)
        self.shared = Shared(
            edge,
            LoginGuard(clock, no_audit),
            no_audit,
            clock,
            process.cpu_clock,
            metrics,
            30.0,
            10.0,
            TrustedProxies(),
            lambda: None,
            (None,),
            cast(asyncio.TaskGroup, None),
            loop,
            Places(PlaceLimits(1000)),
            Trimmer(loop),
            Turns(loop, buckets),
            Ranks(loop),
        )
        self._next_session = (self.number << EDGE_SHIFT) + 1
        silence = Alarm(clock, lambda now: edge.liveness.next_due(), edge.close_silent)
        edge.on_due_changed = silence.look_again
        process.run(silence.run())
        self.edge = edge

    def welcomed(self, welcome: Welcome) -> Callable[[], Instant]:
        """Return the clock, as the core has taken this edge for the first time."""
        return self.process.clock

    async def _connect(self, make: Callable[[], LinkSocket]) -> object:
        listener = self._find_core()
        end = self._network.pair(self.process, None, _LINK_KERNEL)
        self.link = end
        self._links.append(end)
        if self._world.now < self._blocked_until:
            end.block()
        end.connected(make())
        listener.connected(end.other)
        return end

    def accept(self, end: Transport) -> int:
        """Accept a client's connection; return its session ID."""
        session_id, self._next_session = self._next_session, self._next_session + 1
        peer = Peer("", is_local=True, is_proxy=True)
        self.process.arrive(self._world.now, lambda: self._accepted(end, session_id, peer))
        return session_id

    def _accepted(self, end: Transport, session_id: int, peer: Peer) -> None:
        connection = Connection(self.shared, session_id, peer)
        self.shared.places.enter(connection, "")
        end.connected(connection)

    def drain(self) -> None:
        """End as after SIGTERM; whoever started this has to end the process some time later."""
        self.is_draining = True
        self.process.run(self._drain())

    async def _drain(self) -> None:
        self.remote.drain()
        self.shared.ending.set()
        for connection in list(self.shared.connections):
            connection.close(1001, "the backend ends")
        await asyncio.sleep(1.0)
        self._linking.cancel()
        self.remote.flush_now()

    def rest(self, path: str, **body: Any) -> None:
        """Pass a command of an admin on, whatever becomes of it."""
        proof = Proof("administrator", int(self.clock().unix_ms / 1000) + 1, _ADMIN_SIG)
        request = HTTPRequest("POST", path, {}, msgspec.json.encode(body), proof=proof)
        self.process.run(self._rest(request))

    async def _rest(self, request: HTTPRequest) -> None:
        try:
            answer = await self.remote.rest(request)
        except Exception:
            return
        self._rules.rest_answered(request, answer)


class WatchedEdge(Edge):
    """The real edge: what it gets from the core never goes back to an earlier core."""

    def watch(self, process: EdgeProcess, rules: Rules) -> None:
        """Tell whose edge it is."""
        self._edge_process = process
        self._rules = rules

    def close(self, session_id: int, code: CloseCode, reason: str) -> None:
        if code is CloseCode.HEARTBEAT_MISSED:
            self._rules.silenced(session_id)
        super().close(session_id, code, reason)

    def flush(self) -> None:
        self._rules.edge_heard(self._edge_process)
        super().flush()

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        self._rules.edge_heard(self._edge_process)
        super().login_changed(session_id, user_id, platform)


def _is_trusted(end: Transport) -> bool:
    return isinstance(end.protocol, LinkSocket) and end.protocol.is_trusted
