"""A run: random operations under random faults, then healing, then the verdict."""

import asyncio
import random
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from imtui.protocol.usersig import sign
from imtui.server.node.data_dir import DataDir
from tests.checker.faults.app_faults import AppFaults
from tests.checker.faults.backend_faults import BackendFaults, EdgedFaults
from tests.checker.faults.client_faults import ClientFaults
from tests.checker.faults.node_faults import NodeFaults
from tests.checker.operations import Operations
from tests.checker.processes.backend import Backend, web_socket_url
from tests.checker.processes.lines import Line, Setup
from tests.checker.processes.nodes import Nodes
from tests.checker.processes.proxy import Proxy
from tests.checker.processes.running import Device, Died, Server
from tests.checker.report import Report
from tests.checker.state import DEVICES, HEALED_WITHIN, Faults, State, first, start
from tests.checker.verdict import Dump, wrongs
from tests.checker.witnesses import Witnesses

_OPERATIONS_PER_FAULT: Final = 10
_FAULTS_AT_ONCE: Final = 4


async def check(
    folder: Path,
    seed: int,
    faults: int,
    progress: Callable[[str], None] = lambda _: None,
    only: Collection[str] = (),
    edges: int = 0,
    nodes: int = 0,
) -> Report:
    """Run with some faults, heal everything, and return the report; leave no process behind."""
    run = Run(folder, seed, progress, only, edges, nodes)
    try:
        await run.start()
        await run.trouble(faults)
        await run.heal()
        return await run.judge()
    except (TimeoutError, Died) as error:
        return run.broken(error)
    finally:
        await run.stop()


class Run:
    """A run: its processes, their operations and the faults."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        progress: Callable[[str], None],
        only: Collection[str] = (),
        edges: int = 0,
        nodes: int = 0,
    ) -> None:
        """Prepare a run.

        Args:
            folder: The folder for data, storage and logs.
            seed: The seed of operations and faults; their timing depends on the machine.
            progress: Called with lines about the progress.
            only: The kinds of faults; all if it is empty.
            edges: How many edges the backend has; 0 for one process.
            nodes: How many nodes it has, with an edge each; 0 for one without PostgreSQL.
        """
        self._folder = folder
        self._progress = progress
        self._state = State(folder, random.Random(seed), Report(seed))
        self._backend: Backend
        self._witnesses = Witnesses() if edges or nodes else None
        self._acting: asyncio.Task[None] | None = None
        self._operations = Operations(self._state)
        kinds = self._prepare(edges, nodes)
        self._has_kicks = nodes > 0
        self._app = AppFaults(self._state, self._backend.data)
        self._fault_kinds: Faults = {
            **ClientFaults(self._state, self._operations).kinds,
            **kinds,
            **(self._app.kinds if not nodes else self._app.shared_kinds),
        }
        for kind in self._fault_kinds.keys() - (only or self._fault_kinds.keys()):
            del self._fault_kinds[kind]

    def _prepare(self, edges: int, nodes: int) -> Faults:
        """Prepare the backend, and return its faults."""
        state, operations = self._state, self._operations
        if nodes:
            assert self._witnesses is not None
            shared = self._backend = Nodes(self._folder, nodes, state.rng)
            return NodeFaults(state, operations, shared, self._witnesses).kinds
        server = self._backend = Server(self._folder, state.rng, edges)
        if self._witnesses is None:
            return BackendFaults(state, operations, server).kinds
        return EdgedFaults(state, operations, server, self._witnesses).kinds

    async def start(self) -> None:
        """Start all processes; the backend then knows all accounts and devices."""
        await self._backend.start()
        for user_id, count in DEVICES.items():
            for number in range(1, count + 1):
                proxy = Proxy(self._state.rng)
                self._state.proxies.append(proxy)
                ports = [await proxy.start(connect) for connect in self._backend.connects]
                name = f"{user_id}{number}"
                url = web_socket_url(ports)
                self._state.devices.append(self._device(user_id, name, url, name))
        devices = self._state.devices
        await asyncio.gather(*(device.start() for device in devices))
        async with asyncio.timeout(HEALED_WITHIN):
            await asyncio.gather(*(device.until_online() for device in devices))
            await asyncio.gather(*(device.ask("settle", insists=True) for device in devices))
            if self._witnesses is not None:
                key = DataDir(self._backend.data).app_key()
                await self._witnesses.start(self._backend.url, key)
                if self._has_kicks:
                    await self._app.kicks.start(self._backend.url, key)
                self._acting = asyncio.create_task(self._witnesses.act())

    async def stop(self) -> None:
        """Kill every process, whatever its state."""
        tasks = [*self._state.operations, *self._state.faults]
        if self._acting is not None:
            tasks.append(self._acting)
        for task in tasks:
            task.cancel()
        for device in self._state.devices:
            await device.kill()
        await self._backend.kill()
        if tasks:
            await asyncio.wait(tasks)
        # A fault that was cancelled during a restart may have left the process running.
        for device in self._state.devices:
            await device.kill()
        await self._backend.remove()
        for proxy in self._state.proxies:
            await proxy.stop()
        if self._witnesses is not None:
            await self._witnesses.stop()
        await self._app.kicks.stop()

    async def trouble(self, faults: int) -> None:
        """Run operations and faults, a few at a time."""
        for number in range(1, faults + 1):
            for _ in range(_OPERATIONS_PER_FAULT):
                await self._operations.operate()
            while len(self._state.faults) >= _FAULTS_AT_ONCE:
                await first(self._state.faults)
            kind = self._state.choose(self._fault_kinds)
            start(self._state.faults, self._fault_kinds[kind][1]())
            if number % 50 == 0:
                self._progress(
                    f"{number} faults, {self._state.report.operations.total()} operations, "
                    f"{self._state.report.time:.0f} s, {len(self._state.record.wrong)} wrong"
                )

    async def heal(self) -> None:
        """End all faults, and wait until every operation, outbox and sync has finished."""
        async with asyncio.timeout(HEALED_WITHIN):
            while self._state.faults:
                await first(self._state.faults)
            if self._witnesses is not None and self._acting is not None:
                self._acting.cancel()
                await asyncio.wait({self._acting})
                await self._witnesses.look("all")
                await self._witnesses.settle()
            await self._app.kicks.check()
            for proxy in (*self._state.proxies, *self._backend.links):
                proxy.heal()
            while self._state.operations:
                await first(self._state.operations)
            # The first round sends everything; the second waits for the pushes that this causes.
            for _ in range(2):
                await asyncio.gather(
                    *(device.ask("settle", insists=True) for device in self._state.devices)
                )
                await asyncio.gather(*(proxy.until_connections(1) for proxy in self._state.proxies))

    async def judge(self) -> Report:
        """Compare the devices with each other, and with the backend after one more kill."""
        async with asyncio.timeout(HEALED_WITHIN):
            dumps = [await self._dump(device) for device in self._state.devices]
            await self._backend.kill()
            await self._backend.start()
            await self._app.rotations.check()
            for user_id in DEVICES:
                fresh = self._device(user_id, f"{user_id}-fresh", self._backend.url, "")
                self._state.devices.append(fresh)
                await fresh.start()
                await fresh.until_online()
                await fresh.ask("settle", insists=True)
                dump = await self._dump(fresh)
                # For a fresh device all messages are history, so it is notified of none.
                dumps.append(Dump(dump.device, dump.user_id, 0, dump.views, dump.total_unread))
            await self._app.retention.clear()
            erased = [*self._state.record.erased(), *self._app.retention.marks]
            self._state.record.wrong += await self._backend.what_lasts(erased)
            self._state.report.erased = len(erased)
        return self._conclude(wrongs(self._state.record, dumps))

    def broken(self, error: Exception) -> Report:
        """Return the report of a run that failed with an error."""
        states = [
            f"{each.name}: {each.under_way} operations under way, {'up' if each.is_up else 'down'}"
            for each in self._state.devices
        ]
        words = f"it did not come to its end: {error!r}; {'; '.join(states)}"
        return self._conclude([words, *self._state.record.wrong])

    def _conclude(self, wrong: list[str]) -> Report:
        report = self._state.report
        tracebacks = [f"{log.name} has a traceback" for log in self._tracebacks()]
        report.wrong = wrong + self._app.wrong + tracebacks
        if self._witnesses is not None:
            report.wrong += self._witnesses.wrong
            report.looks = self._witnesses.looks
        report.messages = len(self._state.record.seqs)
        report.taken_over = self._state.record.taken_over
        report.seconds = self._state.report.time
        return report

    def _device(self, user_id: str, name: str, url: str, storage: str) -> Device:
        key = DataDir(self._backend.data).app_key()
        setup = Setup(
            url,
            key.sdk_app_id,
            user_id,
            sign(user_id, key.sdk_app_id, key.secret_key),
            name,
            str(self._folder / storage) if storage else "",
        )
        peers = [peer for peer in DEVICES if peer != user_id]
        return Device(setup, peers, self._folder / f"{name}.log", self._on_line)

    def _on_line(self, device: Device, line: Line) -> None:
        self._state.record.take(device.name, device.life, line)

    async def _dump(self, device: Device) -> Dump:
        line = await device.ask("dump", insists=True)
        if line.code:
            raise RuntimeError(f"{device.name} cannot say what it has: {line}")
        for view in line.views:
            self._state.record.page(f"{device.name} in the end", view.messages)
        return Dump(device.name, device.user_id, device.life, line.views, line.total_unread)

    def _tracebacks(self) -> list[Path]:
        logs = self._folder.glob("*.log")
        return [log for log in logs if "Traceback" in log.read_text(errors="replace")]
