"""The whole: processes, clients, and what is done to them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Final, Self

from tests.simulation.client import Client, Link
from tests.simulation.core_process import CoreProcess, DataFolder
from tests.simulation.edge_process import EdgeProcess
from tests.simulation.network import Listener, Network
from tests.simulation.rules import Rules
from tests.simulation.virtual_time import Process, World, exact, new_process

USERS: Final = ("alice", "bob", "carol", "dave")
DEVICES: Final = 2
EDGES: Final = 3
_CLIENT_KERNEL: Final = 16 * 1024
_DRAINED_AFTER: Final = 7.0


class Simulation:
    """One core, its edges, and clients: ``with Simulation(seed) as simulation``."""

    def __init__(self, seed: int) -> None:
        self.world = World(Random(seed))
        self.rules = Rules(self.world)
        self.network = Network(self.world)
        self.disturbed_until = self.world.now
        """Until when something is broken, as far as it is known."""
        # In memory, if there is such a folder: nothing here depends on a disk.
        memory = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(
            prefix="imtui-simulation-", dir=memory if memory.is_dir() else None
        )
        self.director = Process(self.world, "director")
        self._outside = Process(self.world, "clients")
        self._edge_numbers = 0
        self.core: CoreProcess | None = None
        self.edges: list[EdgeProcess | None] = [None] * EDGES
        self.clients = [
            Client(self.world, self._outside, self.rules, self._dial, user_id, device)
            for user_id in USERS
            for device in range(DEVICES)
        ]
        self._prepare(Path(self._folder.name))
        self.start_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in list(self.world.processes):
            self.network.killed(process)
            process.end()
        self._close()
        self._folder.cleanup()

    def later(self, seconds: float, function: Callable[[], None]) -> None:
        """Do something later, which is part of what is broken."""
        at = self.world.now + exact(seconds)
        self.disturbed_until = max(self.disturbed_until, at)
        self.director.arrive(at, function)

    def live_edges(self) -> list[EdgeProcess]:
        """Return the edges whose processes there are."""
        return [edge for edge in self.edges if edge is not None]

    def start_all(self) -> None:
        """Start the processes that there are not."""
        self.start_core()
        for place in range(EDGES):
            self.start_edge(place)

    def heal(self) -> None:
        """Let everything work from now on."""
        self.start_all()
        for process in self.world.processes:
            process.is_stopped = False
        self.rules.core_resumed()
        for edge in self.live_edges():
            edge.unblock_links(at_once=True)

    # The core

    @property
    def database(self) -> Path:
        """Return the path of the database."""
        return self._data.database

    def _prepare(self, folder: Path) -> None:
        """Make what cores and edges need."""
        self._listener = Listener()
        self._data = DataFolder(folder, self.rules)

    def _close(self) -> None:
        """Close what is open, after the end of all processes."""
        if self._data.holder is not None:
            self._data.holder.close()

    def start_core(self) -> None:
        """Start a core, unless there is one."""
        if self.core is None:
            process = new_process(self.world, "core")
            self.core = process.call(
                CoreProcess, process, self.rules, self._data.take(), process.clock, self._listener
            )

    def kill_core(self, seconds: float) -> None:
        """Kill the core; the next one comes so many seconds later."""
        core, self.core = self.core, None
        if core is not None:
            self.network.killed(core.process)
            core.process.end()
            self._data.crash()
            self.rules.core_ended(core)
            self.later(seconds, self.start_core)

    def stop_core(self, seconds: float) -> None:
        """Stop the core for so many seconds."""
        if self.core is not None:
            self._stop(self.core.process, seconds, self.rules.core_resumed)

    # Edges

    def start_edge(self, place: int) -> None:
        """Start an edge, unless there is one."""
        if self.edges[place] is None:
            self._edge_numbers += 1
            self.edges[place] = self._new_edge(place, self._edge_numbers)

    def _new_edge(self, place: int, number: int) -> EdgeProcess:
        return EdgeProcess(self.world, self.rules, self.network, lambda: self._listener, number)

    def kill_edge(self, place: int, seconds: float) -> None:
        """Kill an edge; another one comes in its place so many seconds later."""
        edge, self.edges[place] = self.edges[place], None
        if edge is not None:
            self.network.killed(edge.process)
            edge.process.end()
            self.later(seconds, lambda: self.start_edge(place))

    def stop_edge(self, place: int, seconds: float) -> None:
        """Stop an edge for so many seconds."""
        edge = self.edges[place]
        if edge is not None:
            self._stop(edge.process, seconds)

    def drain_edge(self, place: int) -> None:
        """End an edge as after SIGTERM; another one comes in its place."""
        edge = self.edges[place]
        if edge is None or edge.edge is None or edge.is_draining:
            return
        edge.drain()

        def end() -> None:
            if self.edges[place] is edge:
                self.kill_edge(place, 0.1)

        self.later(_DRAINED_AFTER, end)

    def block_links(self, place: int, seconds: float) -> None:
        """Let nothing pass between an edge and the core for so many seconds."""
        edge = self.edges[place]
        if edge is not None:
            edge.block_links(seconds)
            self.later(seconds, edge.unblock_links)

    # Clients

    def block_client(self, client: Client, seconds: float) -> None:
        """Let nothing pass on a client's connection for so many seconds."""
        if client.link is not None:
            client.link.end.block()
            self.later(seconds, client.link.end.unblock)

    def freeze_client(self, client: Client, seconds: float) -> None:
        """Stop a client for so many seconds."""
        if not client.is_frozen:
            client.freeze()
            self.later(seconds, client.thaw)

    def _dial(self, link: Link) -> bool:
        edges = [edge for edge in self.live_edges() if edge.takes_clients()]
        if not edges:
            return False
        edge = self.world.random.choice(edges)
        end = self.network.pair(self._outside, edge.process, _CLIENT_KERNEL)
        link.edge, link.end = edge, end
        link.session_id = edge.accept(end.other)
        self.rules.links[link.session_id] = link
        end.connected(link)
        return True

    def _stop(
        self, process: Process, seconds: float, resumed: Callable[[], None] = lambda: None
    ) -> None:
        if process.is_stopped:
            return
        process.is_stopped = True

        def resume() -> None:
            process.is_stopped = False
            resumed()

        self.later(seconds, resume)
