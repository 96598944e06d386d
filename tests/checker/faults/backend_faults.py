"""Faults of a backend that is one process, or edges and a core on one machine."""

import asyncio
import signal
from functools import partial
from typing import Final

from tests.checker.faults.client_faults import pause
from tests.checker.operations import Operations
from tests.checker.processes.proxy import Break, Direction
from tests.checker.processes.running import Server, signal_to
from tests.checker.state import Faults, State
from tests.checker.witnesses import Witnesses
from tests.server.children import CORE, EDGE

_STOPPED: Final = ((0.1, 0.9), (3.0, 7.0))
"""How long a child is stopped, in seconds: links end after 5.

Not for so long that a client gives up its connection just as the edge goes on: as with one process,
whoever ended their connection themselves is OFFLINE until they are back.
"""


class BackendFaults:
    """Faults of a backend in one process."""

    def __init__(self, state: State, operations: Operations, server: Server) -> None:
        """Prepare the faults of a run."""
        self._state = state
        self._operations = operations
        self._server = server
        self._rng = state.rng
        self._log = state.report.log
        self.kinds: Faults = {
            "kill backend": (3, self._kill_backend),
            "pause backend": (1, self._pause_backend),
        }

    async def _kill_backend(self) -> None:
        async with self._server.busy:
            await self._operations.once(
                self._rng.choice(self._state.devices), self._operations.send
            )
            self._log("kill backend", "and restart")
            await self._server.kill()
            await self._server.start()

    async def _pause_backend(self) -> None:
        await pause(self._state, "pause backend", self._server)


class EdgedFaults:
    """Faults of a backend with edges: one at a time, after each of which nobody may notice it."""

    def __init__(
        self,
        state: State,
        operations: Operations,
        server: Server,
        witnesses: Witnesses,
    ) -> None:
        """Prepare the faults of a run."""
        self._state = state
        self._operations = operations
        self._server = server
        self._links = server.links[0]
        self._witnesses = witnesses
        self._rng = state.rng
        self._log = state.report.log
        self.kinds: Faults = {
            "kill core": (2, partial(self._kill_child, CORE)),
            "kill edge": (2, partial(self._kill_child, EDGE)),
            "stop core": (1, partial(self._stop_child, CORE)),
            "stop edge": (1, partial(self._stop_child, EDGE)),
            "cut links": (1, self._cut_links),
            "hold links": (1, self._hold_links),
        }

    async def _kill_child(self, role: str) -> None:
        async with self._server.busy:
            await self._operations.once(
                self._rng.choice(self._state.devices), self._operations.send
            )
            pid = self._rng.choice(self._server.children(role))
            self._log(f"kill {role}", str(pid))
            signal_to(pid, signal.SIGKILL)
            await self._server.until_replaced(role, pid)
            await self._look(f"kill {role}")

    async def _stop_child(self, role: str) -> None:
        async with self._server.busy:
            seconds = self._rng.uniform(*self._rng.choice(_STOPPED))
            pid = self._rng.choice(self._server.children(role))
            self._log(f"stop {role}", f"{pid} for {seconds:.2f} s")
            signal_to(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                signal_to(pid, signal.SIGCONT)
            await self._look(f"stop {role}")

    async def _cut_links(self) -> None:
        async with self._server.busy:
            direction, how = self._rng.choice(list(Direction)), self._rng.choice(list(Break))
            after = self._rng.choice((self._rng.randrange(20), self._rng.randrange(3000)))
            self._log("cut links", f"{direction.value}, {how.value} after {after} bytes")
            await self._links.cut(direction, after, how, self._rng.uniform(0.5, 2.0))
            await self._look("cut links")

    async def _hold_links(self) -> None:
        async with self._server.busy:
            direction = self._rng.choice(list(Direction))
            seconds = self._rng.uniform(*self._rng.choice(_STOPPED))
            new, lose = self._rng.random() < 0.5, self._rng.random() < 0.5
            what = f"{direction.value} for {seconds:.2f} s, {'then reset' if lose else 'then on'}"
            self._log("hold links", what)
            await self._links.hold(direction, seconds, new=new, lose=lose)
            await self._look("hold links")

    async def _look(self, after: str) -> None:
        await self._witnesses.look(f"{after} at {self._state.report.time:.2f}")
