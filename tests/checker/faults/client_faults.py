"""Faults of devices, and of their connections."""

import asyncio

from tests.checker.operations import Operations
from tests.checker.processes.proxy import Break, Direction, Proxy
from tests.checker.processes.running import Worker
from tests.checker.state import Faults, State


class ClientFaults:
    """Faults that only one device has."""

    def __init__(self, state: State, operations: Operations) -> None:
        """Prepare the faults of a run."""
        self._state = state
        self._operations = operations
        self._rng = state.rng
        self._log = state.report.log
        self.kinds: Faults = {
            "cut": (6, self._cut),
            "delay": (3, self._delay),
            "hold": (4, self._hold),
            "refuse": (1, self._refuse),
            "late login": (1, self._late_login),
            "kill client": (4, self._kill_client),
            "pause client": (1, self._pause_client),
        }

    def _line_of(self) -> tuple[str, Proxy, Direction]:
        index = self._rng.randrange(len(self._state.proxies))
        direction = self._rng.choice(list(Direction))
        return (
            f"{self._state.devices[index].name} {direction.value}",
            self._state.proxies[index],
            direction,
        )

    async def _cut(self) -> None:
        name, proxy, direction = self._line_of()
        after = self._rng.choice((self._rng.randrange(20), self._rng.randrange(3000)))
        how = self._rng.choice(list(Break))
        self._log(f"cut, {how.value}", f"{name} after {after} bytes")
        await proxy.cut(direction, after, how, self._rng.uniform(0.5, 2.0))

    async def _delay(self) -> None:
        name, proxy, direction = self._line_of()
        each, seconds = self._rng.uniform(0.001, 0.3), self._rng.uniform(0.2, 3.0)
        self._log("delay", f"{name} {each:.3f} s each for {seconds:.2f} s")
        await proxy.delay(direction, each, seconds)

    async def _hold(self) -> None:
        name, proxy, direction = self._line_of()
        seconds = self._rng.uniform(0.1, 4.0)
        new, lose = self._rng.random() < 0.5, self._rng.random() < 0.5
        kind = f"hold, {'then reset' if lose else 'then all comes late'}"
        self._log(kind, f"{name} {seconds:.2f} s{', new ones too' if new else ''}")
        await proxy.hold(direction, seconds, new=new, lose=lose)

    async def _refuse(self) -> None:
        name, proxy, _ = self._line_of()
        seconds = self._rng.uniform(0.1, 2.0)
        self._log("refuse", f"{name.split()[0]} for {seconds:.2f} s")
        await proxy.refuse(seconds)

    async def _late_login(self) -> None:
        name, proxy, _ = self._line_of()
        seconds = self._rng.uniform(1.0, 6.0)
        self._log("late login", f"{name.split()[0]} {seconds:.2f} s")
        await proxy.hold_next(seconds)

    async def _kill_client(self) -> None:
        device = self._rng.choice(self._state.devices)
        async with device.busy:
            await self._operations.once(device, self._operations.queue)
            self._log("kill client", f"{device.name}.{device.life} and restart")
            await device.kill()
            await device.start()

    async def _pause_client(self) -> None:
        await pause(self._state, "pause client", self._rng.choice(self._state.devices))


async def pause(state: State, kind: str, worker: Worker) -> None:
    """Suspend a process for some time."""
    async with worker.busy:
        seconds = state.rng.uniform(0.1, 4.0)
        state.report.log(kind, f"{worker.name} for {seconds:.2f} s")
        worker.pause()
        try:
            await asyncio.sleep(seconds)
        finally:
            worker.resume()
