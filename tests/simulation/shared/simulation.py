"""Several nodes with one database: cores that stand by, edges that find the core, and clients."""

from pathlib import Path
from typing import Final

from tests.simulation.core_process import CoreProcess
from tests.simulation.edge_process import EdgeProcess
from tests.simulation.network import Listener
from tests.simulation.shared.database import Database
from tests.simulation.shared.node import Node, NodeCore, NodeEdge
from tests.simulation.simulation import EDGES, Simulation

_AGAIN_AFTER: Final = 0.1
_WEEK: Final = 7 * 86_400.0
_WOKEN_WITHIN: Final = 3.0


class SharedSimulation(Simulation):
    """Nodes with an edge and a core each, of which one has the lease."""

    def _prepare(self, folder: Path) -> None:
        self.store = Database(self.world, folder / "imtui.db")
        self.rules.may_refuse = True
        self.store.on_commit = self.rules.committed_by
        self.nodes = [Node(f"node{place}") for place in range(EDGES)]

    def _close(self) -> None:
        self.store.close()

    @property
    def database(self) -> Path:
        """Return the path of the database."""
        self.store.look()
        return self.store.path

    def heal(self) -> None:
        self.store.heal()
        super().heal()

    @property
    def serving(self) -> list[NodeCore]:
        """Return the cores that serve, as far as they know."""
        cores = (node.core for node in self.nodes)
        return [core for core in cores if core is not None and core.core is not None]

    # Cores

    def start_core(self) -> None:
        """Start the core of each node, unless there is one."""
        for place in range(EDGES):
            self.start_core_of(place)

    def start_core_of(self, place: int) -> None:
        """Start the core of a node, unless there is one."""
        node = self.nodes[place]
        if node.core is None:

            def ended(core: NodeCore) -> None:
                # In a turn of another process.
                self.later(0.0, lambda: self._end_core(node, core, _AGAIN_AFTER))

            node.core = NodeCore(self.world, self.rules, self.store, node, self._took_over, ended)

    def kill_core(self, seconds: float) -> None:
        """Kill the core that serves; that of its node begins anew so many seconds later."""
        self.kill_core_of(self.leader, seconds)

    def kill_core_of(self, place: int, seconds: float) -> None:
        """Kill the core of a node."""
        node = self.nodes[place]
        if node.core is not None:
            self._end_core(node, node.core, seconds)

    def stop_core(self, seconds: float) -> None:
        """Stop the core that serves for so many seconds."""
        self.stop_core_of(self.leader, seconds)

    def stop_core_of(self, place: int, seconds: float) -> None:
        """Stop the core of a node for so many seconds."""
        core = self.nodes[place].core
        if core is not None:
            self._stop(core.process, seconds, self.rules.core_resumed)

    def stop_core_in_commit(self, seconds: float) -> None:
        """Stop the core that commits next in the middle of its transaction."""
        self.store.stopped_commits.append(
            lambda process: self._stop(process, seconds, self.rules.core_resumed)
        )

    @property
    def leader(self) -> int:
        """Return the place of the node whose core serves; of any, if there is none."""
        serving = [node.core is not None and node.core.core is self.core for node in self.nodes]
        return serving.index(True) if self.core is not None and True in serving else 0

    def _took_over(self, core: CoreProcess) -> None:
        self.core = core

    def _end_core(self, node: Node, core: NodeCore, seconds: float) -> None:
        if node.core is not core:
            return
        node.core = None
        if core.core is not None and core.core is self.core:
            self.core = None
        self.network.killed(core.process)
        core.process.end()
        core.leave_database()
        if core.core is not None:
            self.rules.core_ended(core.core)
        self.later(seconds, lambda: self.start_core_of(self.nodes.index(node)))

    # Edges

    def _new_edge(self, place: int, number: int) -> EdgeProcess:
        node = self.nodes[place]

        def find_core() -> Listener:
            for one in self.nodes:
                if one.name == node.link:
                    return one.listener
            raise ConnectionError("no node has the core")

        def absent(edge: NodeEdge) -> None:
            self.rules.happened["edge found no core"] += 1
            self.later(0.0, lambda: self._leave(place, edge))

        edge = NodeEdge(self.world, self.rules, self.network, find_core, number, absent)
        node.edge = edge
        return edge

    def _leave(self, place: int, edge: NodeEdge) -> None:
        if self.edges[place] is edge:
            self.drain_edge(place)

    # All

    def sleep_for_a_week(self) -> None:
        """Let a week pass in which nobody does anything; all go on a little later."""
        self.world.now += _WEEK
        for client in self.clients:
            self.freeze_client(client, self.world.delay(_WOKEN_WITHIN))
        for process in self.world.processes:
            if process is not self.director:
                self._stop(process, self.world.delay(_WOKEN_WITHIN), self.rules.core_resumed)
