"""Faults of nodes that share a PostgreSQL server, and of that server; some overlap."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from tests.checker.operations import Operations
from tests.checker.processes.nodes import Node, Nodes
from tests.checker.processes.proxy import Break, Direction
from tests.checker.processes.running import signal_to
from tests.checker.state import Faults, State
from tests.checker.witnesses import Witnesses
from tests.server.children import CORE, EDGE

_AT_ONCE: Final = 2
"""How many of these faults overlap at most."""
_STOPPED: Final = ((0.1, 0.9), (2.0, 7.0))
"""For how long something is stopped, in seconds: the lease ends after 1, links after 1.5."""
_AWAY: Final = ((0.0, 0.2), (0.5, 3.0))
"""For how long a node is away, in seconds."""
_HINDERING: Final = frozenset({"stop edge", "hold links"})
"""Faults that keep clients which are connected, or connect anew, from the core.

Beside another one they may last for longer than clients have to come back.
"""


class NodeFaults:
    """Faults after which nobody may notice that there were any."""

    def __init__(
        self, state: State, operations: Operations, nodes: Nodes, witnesses: Witnesses
    ) -> None:
        """Prepare the faults of a run."""
        self._state = state
        self._operations = operations
        self._nodes = nodes
        self._witnesses = witnesses
        self._rng = state.rng
        self._log = state.report.log
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._under_way: list[str] = []
        self.kinds: Faults = {
            "kill leading node": (1, partial(self._kill_node, leads=True)),
            "kill other node": (1, partial(self._kill_node, leads=False)),
            "end node": (1, self._end_node),
            "kill core": (1, partial(self._kill_child, CORE)),
            "kill edge": (1, partial(self._kill_child, EDGE)),
            "stop core": (1, partial(self._stop_child, CORE)),
            "stop edge": (1, partial(self._stop_child, EDGE)),
            "cut links": (1, self._cut_links),
            "hold links": (1, self._hold_links),
            "restart database": (1, self._restart_database),
            "stop database": (1, self._stop_database),
        }

    async def _kill_node(self, *, leads: bool) -> None:
        kind = "kill leading node" if leads else "kill other node"
        async with self._fault(kind), self._node(leads=leads) as node:
            await self._send()
            away = self._seconds(_AWAY)
            self._log(kind, f"{node.name} for {away:.2f} s")
            await node.kill()
            await asyncio.sleep(away)
            await node.start()

    async def _end_node(self) -> None:
        async with self._fault("end node"), self._node(leads=self._rng.random() < 0.5) as node:
            await self._send()
            away = self._seconds(_AWAY)
            self._log("end node", f"{node.name} for {away:.2f} s")
            if status := await node.end():
                self._state.record.wrong.append(f"{node.name} has ended with status {status}")
            await asyncio.sleep(away)
            await node.start()

    async def _kill_child(self, role: str) -> None:
        async with self._child(f"kill {role}", role) as (node, pid):
            await self._send()
            self._log(f"kill {role}", f"of {node.name}: {pid}")
            signal_to(pid, signal.SIGKILL)
            await node.until_replaced(role, pid)

    async def _stop_child(self, role: str) -> None:
        async with self._child(f"stop {role}", role) as (node, pid):
            seconds = self._seconds(_STOPPED)
            self._log(f"stop {role}", f"of {node.name}: {pid} for {seconds:.2f} s")
            signal_to(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                signal_to(pid, signal.SIGCONT)

    async def _cut_links(self) -> None:
        async with self._fault("cut links"):
            direction, how = self._rng.choice(list(Direction)), self._rng.choice(list(Break))
            after = self._rng.choice((self._rng.randrange(20), self._rng.randrange(3000)))
            self._log("cut links", f"{direction.value}, {how.value} after {after} bytes")
            seconds = self._rng.uniform(0.5, 2.0)
            await asyncio.gather(
                *(links.cut(direction, after, how, seconds) for links in self._nodes.links)
            )

    async def _hold_links(self) -> None:
        async with self._fault("hold links"):
            direction, seconds = self._rng.choice(list(Direction)), self._seconds(_STOPPED)
            new, lose = self._rng.random() < 0.5, self._rng.random() < 0.5
            what = f"{direction.value} for {seconds:.2f} s, {'then reset' if lose else 'then on'}"
            self._log("hold links", f"{what}{', new ones too' if new else ''}")
            await asyncio.gather(
                *(links.hold(direction, seconds, new=new, lose=lose) for links in self._nodes.links)
            )

    async def _restart_database(self) -> None:
        database = self._nodes.database
        async with self._fault("restart database"), database.busy:
            await self._send()
            away = self._seconds(_STOPPED)
            self._log("restart database", f"after {away:.2f} s")
            await database.kill()
            await asyncio.sleep(away)
            await database.start()

    async def _stop_database(self) -> None:
        """Let the server take no more sessions for a while; those that there are go on."""
        database = self._nodes.database
        async with self._fault("stop database"), database.busy:
            seconds = self._seconds(_STOPPED)
            self._log("stop database", f"for {seconds:.2f} s")
            signal_to(database.pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                signal_to(database.pid, signal.SIGCONT)

    @asynccontextmanager
    async def _fault(self, kind: str) -> AsyncIterator[None]:
        """Let a fault happen, beside another at most, and look what was noticed of it."""
        async with self._places:
            self._under_way.append(kind)
            if self._is_hindered:
                self._witnesses.excuse()
            try:
                yield
            finally:
                self._under_way.remove(kind)
            after = f"{kind} at {self._state.report.time:.2f}"
            await self._witnesses.look(after)
            if not self._is_hindered:
                await self._witnesses.come_back()

    @property
    def _is_hindered(self) -> bool:
        return len(self._under_way) > 1 and not _HINDERING.isdisjoint(self._under_way)

    @asynccontextmanager
    async def _child(self, kind: str, role: str) -> AsyncIterator[tuple[Node, int]]:
        leads = self._rng.random() < 0.7
        async with self._fault(kind), self._node(leads=leads) as node:
            yield node, await node.until_child(role)

    @asynccontextmanager
    async def _node(self, *, leads: bool) -> AsyncIterator[Node]:
        """Take a node that has the core, or has not, if that is possible."""
        leader = await self._nodes.leader()
        found = [node for node in self._nodes.nodes if (node is leader) is leads]
        node = self._rng.choice(found or self._nodes.nodes)
        async with node.busy:
            yield node

    async def _send(self) -> None:
        await self._operations.once(self._rng.choice(self._state.devices), self._operations.send)

    def _seconds(self, ranges: tuple[tuple[float, float], ...]) -> float:
        return self._rng.uniform(*self._rng.choice(ranges))
