"""The backend's processes: the real core and the real edges, on played sockets and disks."""

import asyncio
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from imtui.protocol.app_key import AppKey, KeyRing
from imtui.protocol.messages import CloseCode
from imtui.protocol.proof import Proof, SigID
from imtui.protocol.status import Platform
from imtui.server.alarm import Alarm
from imtui.server.audit import no_audit
from imtui.server.buckets import Buckets
from imtui.server.commands.change_log import ChangeLog
from imtui.server.commands.rest import Rest
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.admins.administering import get_admin_ids
from imtui.server.core.change import Change
from imtui.server.core.core import Core
from imtui.server.core.keys.rotation import get_key_ring
from imtui.server.core.logins.administration import get_console
from imtui.server.core.state import State
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
from imtui.server.link.frames import About
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.nodes import OneNode
from imtui.server.link.ops import SettingsOp
from imtui.server.link.ports import EDGE_SHIFT, HTTPRequest
from imtui.server.link.remote_core import RemoteCore
from imtui.server.link.remote_edges import RemoteEdges
from imtui.server.metrics import Metrics
from imtui.server.node.core_host import CoreHost
from imtui.server.node.edges.core_process import settings_for
from imtui.server.process_metrics import ProcessMetrics
from imtui.server.store.sqlite.store import SQLiteStore
from tests.simulation.network import Listener, Network, Transport
from tests.simulation.rules import Rules
from tests.simulation.virtual_time import Process, World

KEY: Final = AppKey(1400000001, "5" * 64)
_LINK_KEY: Final = b"k" * 32
_LINK_KERNEL: Final = 200 * 1024
_CLIENT_KERNEL: Final = 16 * 1024


class PlayedStore(SQLiteStore):
    """The real store, which knows what is not committed."""

    def __init__(self, path: Path, rules: Rules, lock: "DataFolder") -> None:
        super().__init__(path, keeps_statuses=True)
        self._rules = rules
        self._lock = lock
        self.uncommitted: list[Change] = []

    def write(self, changes: Iterable[Change]) -> None:
        changes = list(changes)
        self.uncommitted += changes
        super().write(changes)

    def commit(self) -> None:
        self._lock.check(self)
        super().commit()
        changes, self.uncommitted = self.uncommitted, []
        self._rules.committed(changes)


class DataFolder:
    """The data folder: who holds it, and what a crash leaves."""

    def __init__(self, folder: Path, rules: Rules) -> None:
        self._folder = folder
        self._rules = rules
        self._lives = 0
        self.holder: PlayedStore | None = None

    @property
    def database(self) -> Path:
        """Return the path of the database."""
        return self._folder / str(self._lives) / "imtui.db"

    def take(self) -> PlayedStore:
        """Open the database."""
        assert self.holder is None, "two cores"
        self.database.parent.mkdir(exist_ok=True)
        self.holder = PlayedStore(self.database, self._rules, self)
        return self.holder

    def check(self, store: PlayedStore) -> None:
        """Check that a store may write."""
        if store is not self.holder:
            self._rules.world.blame("a core commits without the data folder")

    def crash(self) -> None:
        """Keep only what is in the files, as if the process was killed."""
        store, self.holder = self.holder, None
        assert store is not None
        before = self.database.parent
        self._lives += 1
        self.database.parent.mkdir()
        for file in before.iterdir():
            # The shared memory of the log is made anew.
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, self.database.parent / file.name)
        store.close()
        shutil.rmtree(before)


class CoreProcess:
    """A process with the core."""

    def __init__(self, world: World, rules: Rules, data: DataFolder, listener: Listener) -> None:
        skew = (world.random.random() - 0.5) * 1000
        self.process = Process(world, "core", skew=skew, wall_skew=_wall_skew(world))
        self._rules = rules
        self.metrics = Metrics()
        self.started_at = world.now
        self.store = data.take()
        self.store.app_key(KEY)
        stored = self.store.load()
        self.epoch = stored.start
        self.core = Core(
            stored, self.process.clock(), archive=self.store.archive, keeps_devices=True
        )
        self.process.call(self._start, listener)

    @property
    def state(self) -> State:
        """Return the core's state."""
        return self.core._state

    @property
    def accounts(self) -> Accounts:
        """Return the core's accounts."""
        return self.state[Accounts]

    def _start(self, listener: Listener) -> None:
        process, clock = self.process, self.process.clock
        log = ChangeLog(lambda: clock().unix_ms)
        self.edges = WatchedEdges(self, self._rules)
        observers = (log.observe, lambda changes, address: self._rules.changed(self, changes))
        self.host = CoreHost(
            self.core,
            self.store,
            self.edges,
            clock,
            self.metrics,
            observers,
            cpu_clock=process.cpu_clock,
        )
        self._rules.restored(self)
        self.host.carry_on()
        alarm = Alarm(clock, self.core.next_due, self.host.sweep)
        self.host.on_due_changed = alarm.look_again
        process.run(alarm.run())
        commits = self.host.commits
        self.host.rest_api = Rest(
            self.core,
            clock,
            self.host.carry_on,
            commits.durable,
            lambda: commits.failure,
            log,
            ProcessMetrics(self.metrics),
            OneNode(About(), lambda: 0),
        )
        self.edges.core = self.host
        listener.serve(process, self.edges.accept)

    def welcome(self) -> tuple[KeyRing, frozenset[str], float, SettingsOp]:
        """Return what an edge has to know."""
        admin = self.core.admin(self.process.clock())
        console = get_console(admin)
        return (
            get_key_ring(admin),
            get_admin_ids(admin),
            console.heartbeat_timeout,
            settings_for(console),
        )


class WatchedEdges(RemoteEdges):
    """The real port to all edges: nothing that is not durable may be told."""

    def __init__(self, core: CoreProcess, rules: Rules) -> None:
        super().__init__(core.epoch, _LINK_KEY, core.welcome, core.process.cpu_clock)
        self._core_process = core
        self._rules = rules

    def answer(self, session_id: int, data: bytes) -> None:
        self._check_durable("an answer")
        super().answer(session_id, data)

    def push(
        self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool, state: str = ""
    ) -> None:
        self._check_durable("a push")
        super().push(session_ids, data, is_chat=is_chat, state=state)

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        self._check_durable("a status")
        super().status(user_id, status, session_ids)

    def _check_durable(self, what: str) -> None:
        if self._core_process.store.uncommitted:
            self._rules.world.blame(f"{what} leaves the core before its commit")


class EdgeProcess:
    """A process with an edge."""

    def __init__(
        self, world: World, rules: Rules, network: Network, listener: Listener, number: int
    ) -> None:
        skew = (world.random.random() - 0.5) * 1000
        self.process = Process(world, f"edge {number}", skew=skew, wall_skew=_wall_skew(world))
        self.number = number
        self._world = world
        self._rules = rules
        self._network = network
        self._listener = listener
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

    @property
    def heard_at(self) -> float:
        """Return when something of it reached the core last."""
        # An edge that was not welcomed counts as little as one that is gone.
        ends = (link.other for link in self._links)
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
        self.remote = RemoteCore(self._connect, _LINK_KEY, self.number)
        self._linking = process.run(self.remote.run())
        welcome = await self.remote.welcome
        trust = Trust(welcome.key_ring, welcome.admins)
        metrics = Metrics()
        edge = WatchedEdge(process.clock, welcome.heartbeat_timeout, metrics, trust, 0.0)
        edge.watch(self, self._rules)
        edge.core = self.remote
        self.remote.serve(edge)
        buckets: Buckets[Any] = Buckets(welcome.settings.cpu_seconds)
        self.shared = Shared(
            edge,
            LoginGuard(process.clock, no_audit),
            no_audit,
            process.clock,
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
        silence = Alarm(process.clock, lambda now: edge.liveness.next_due(), edge.close_silent)
        edge.on_due_changed = silence.look_again
        process.run(silence.run())
        self.edge = edge

    async def _connect(self, make: Callable[[], LinkSocket]) -> object:
        end = self._network.pair(self.process, None, _LINK_KERNEL)
        self.link = end
        self._links.append(end)
        if self._world.now < self._blocked_until:
            end.block()
        end.connected(make())
        self._listener.connected(end.other)
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
        proof = Proof("administrator", int(self.process.clock().unix_ms / 1000) + 1, _ADMIN_SIG)
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


_ADMIN_SIG: Final = SigID(b"admin", 2**40)


def _is_trusted(end: Transport) -> bool:
    return isinstance(end.protocol, LinkSocket) and end.protocol.is_trusted


def _wall_skew(world: World) -> float:
    return (world.random.random() - 0.5) * 100
