"""A node: its core, which stands by or serves, and its edge, which finds the core."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, cast

from imtui.server.core.change import Change
from imtui.server.instant import Instant
from imtui.server.link.frames import Welcome
from imtui.server.node.core_node import CoreNode
from imtui.server.node.data_dir import BackendError
from imtui.server.node.edges.edge_process import _Absence
from imtui.server.node.shared.read_ahead import ReadAhead
from imtui.server.node.shared.store import until_taken
from imtui.server.node.shared.wall_clock import WallClock
from imtui.server.store.postgres.lease import Lease
from imtui.server.store.postgres.store import PostgresStore
from imtui.server.store.store import StoreError
from tests.simulation.blocking import BlockingProcess
from tests.simulation.core_process import CoreProcess
from tests.simulation.edge_process import EdgeProcess
from tests.simulation.network import Listener, Network
from tests.simulation.rules import Rules
from tests.simulation.shared.connection import PlayedConnection
from tests.simulation.shared.database import Database
from tests.simulation.virtual_time import World

WALL_SKEW_MAX: Final = 3600.0
_REFUSED: Final = b"70500"


class SharedStore(PostgresStore):
    """The real store, which knows what may be told."""

    def __init__(self, database: Database, process: BlockingProcess, node: str) -> None:
        self._process = process
        self._database = database
        self._played = PlayedConnection(database, process, node)
        super().__init__(self._played, Lease(self._played, node, clock=process.time))
        self._uncommitted: list[Change] = []
        self._committed_at = 0.0

    def clock(self) -> Instant:
        return Instant(self._process.time(), super().clock().unix_ms)

    def write(self, changes: Iterable[Change]) -> None:
        changes = list(changes)
        self._uncommitted += changes
        super().write(changes)

    def commit(self) -> None:
        # What may be durable already is carried again until that is known.
        self._played.carries = self._lease.epoch, list(self._uncommitted)
        super().commit()
        self._uncommitted.clear()
        self._committed_at = self._process.world.now

    def why_not_told(self, data: bytes) -> str:
        """Return why the core must not tell this now; empty if it may."""
        if _REFUSED in data:
            return ""
        if self._uncommitted:
            return "before its commit"
        if self._database.epoch > self._lease.epoch and not self._played.has_lost_unknown:
            return "after another has taken over"
        # A commit may take longer than the lease, and then only what waited for it leaves.
        is_current = self._lease.is_held or self._committed_at == self._process.world.now
        return "" if is_current else "without the lease"


class Node:
    """One machine of several."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.listener = Listener()
        """Where edges reach its core."""
        self.link = ""
        """Where its edge finds the core; empty as long as it has found none."""
        self.core: NodeCore | None = None
        self.edge: NodeEdge | None = None

    def find_core(self, link: str) -> None:
        """Tell the edge where the core is, unless it is nowhere."""
        if not link or link == self.link:
            return
        self.link = link
        edge = self.edge
        if edge is not None:
            edge.process.arrive(edge.process.world.now, lambda: edge.remote.look_elsewhere())


class NodeCore:
    """The process of a node for the core."""

    def __init__(
        self,
        world: World,
        rules: Rules,
        database: Database,
        node: Node,
        on_core: Callable[[CoreProcess], None],
        on_ended: Callable[["NodeCore"], None],
    ) -> None:
        """Start.

        Args:
            world: The time.
            rules: Watches it.
            database: The database of all nodes.
            node: Whose core it is.
            on_core: Called with the core when it serves.
            on_ended: Called when the process has ended by itself.
        """
        self.process = BlockingProcess(world, f"core of {node.name}", WALL_SKEW_MAX)
        self.core: CoreProcess | None = None
        """None as long as it stands by."""
        self._rules = rules
        self._database = database
        self._node = node
        self._on_core = on_core
        self._on_ended = on_ended
        self._store: SharedStore | None = None
        self.process.run(self._run())

    def leave_database(self) -> None:
        """Let the system end the session of a process that is gone."""
        if self._store is not None:
            self._store.connection.drop()

    async def _run(self) -> None:
        try:
            await self._serve()
        except (BackendError, StoreError) as error:
            self._rules.happened[f"core ended: {str(error)[:40]}"] += 1
        except Exception as error:
            self._rules.world.blame(f"{self.process.name}: {error!r}")
        if self.core is not None:
            await self.core.edges.stop()
            self.core.host.commits.stop()
        self.leave_database()
        self._on_ended(self)

    async def _serve(self) -> None:
        node, process = self._node, self.process
        store = self._store = SharedStore(self._database, process, node.name)
        store.join()
        taken = await until_taken(store, node.name, asyncio.Event(), node.find_core)
        assert taken is store
        core = CoreProcess(process, self._rules, store, store.clock, node.listener)
        core.edges.on_batch = ReadAhead(core.core, store).read
        store.started()
        self.core = core
        self._on_core(core)
        node.find_core(node.name)
        as_node = cast(CoreNode, core)
        process.run(CoreNode._keep_lease(as_node))
        await CoreNode._until_final(as_node)


class NodeEdge(EdgeProcess):
    """An edge that ends if there is no core for long."""

    def __init__(
        self,
        world: World,
        rules: Rules,
        network: Network,
        find_core: Callable[[], Listener],
        number: int,
        on_absent: Callable[["NodeEdge"], None],
    ) -> None:
        self._on_absent = on_absent
        super().__init__(world, rules, network, find_core, number, WALL_SKEW_MAX)

    def welcomed(self, welcome: Welcome) -> Callable[[], Instant]:
        absence, clock = _Absence(), WallClock(self.process.clock)
        clock.set(welcome.unix_ms)
        self.remote.on_wall_time = clock.set
        self.remote.on_welcome = absence.end
        self.remote.on_core_lost = absence.begin
        self.process.run(self._until_absent(absence))
        return clock.now

    async def _until_absent(self, absence: _Absence) -> None:
        try:
            await absence.until_long()
        except BackendError:
            self._on_absent(self)
