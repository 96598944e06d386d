"""A run: random operations under random faults, then healing, then the verdict."""

import asyncio
import random
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from imtui.protocol.usersig import sign
from imtui.server.node.data_dir import DataDir
from tests.checker.app_faults import AppFaults
from tests.checker.backend_faults import BackendFaults, EdgedFaults
from tests.checker.client_faults import ClientFaults
from tests.checker.erasures import what_lasts
from tests.checker.lines import Line, Setup
from tests.checker.operations import Operations
from tests.checker.processes import Device, Died, Server
from tests.checker.proxy import Proxy
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
) -> Report:
    """Run with some faults, heal everything, and return the report; leave no process behind."""
    run = Run(folder, seed, progress, only, edges)
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
    ) -> None:
        """Prepare a run.

        Args:
            folder: The folder for data, storage and logs.
            seed: The seed of operations and faults; their timing depends on the machine.
            progress: Called with lines about the progress.
            only: The kinds of faults; all if it is empty.
            edges: How many edges the backend has; 0 for one process.
        """
        self._folder = folder
        self._progress = progress
        self._state = State(folder, random.Random(seed), Report(seed))
        self._server = Server(folder, edges)
        self._witnesses = Witnesses() if edges else None
        self._links = Proxy(self._server.connect_to_core, self._state.rng)
        """Between the edges and the core."""
        self._acting: asyncio.Task[None] | None = None
        self._operations = Operations(self._state)
        self._app = AppFaults(self._state, self._server.data)
        self._fault_kinds: Faults = {
            **ClientFaults(self._state, self._operations).kinds,
            **self._backend_faults(),
            **self._app.kinds,
        }
        for kind in self._fault_kinds.keys() - (only or self._fault_kinds.keys()):
            del self._fault_kinds[kind]

    def _backend_faults(self) -> Faults:
        if self._witnesses is None:
            return BackendFaults(self._state, self._operations, self._server).kinds
        return EdgedFaults(
            self._state, self._operations, self._server, self._links, self._witnesses
        ).kinds

    async def start(self) -> None:
        """Start all processes; the backend then knows all accounts and devices."""
        if self._witnesses is not None:
            await self._links.start_at(self._server.link)
        await self._server.start()
        for user_id, count in DEVICES.items():
            for number in range(1, count + 1):
                proxy = Proxy(self._server.connect, self._state.rng)
                await proxy.start()
                self._state.proxies.append(proxy)
                name = f"{user_id}{number}"
                self._state.devices.append(self._device(user_id, name, proxy.port, name))
        await asyncio.gather(*(device.start() for device in self._state.devices))
        async with asyncio.timeout(HEALED_WITHIN):
            await asyncio.gather(*(device.until_online() for device in self._state.devices))
            await asyncio.gather(
                *(device.ask("settle", insists=True) for device in self._state.devices)
            )
            if self._witnesses is not None:
                key = DataDir(self._server.data).app_key()
                await self._witnesses.start(f"ws://127.0.0.1:{self._server.port}", key)
                self._acting = asyncio.create_task(self._witnesses.act())

    async def stop(self) -> None:
        """Kill every process, whatever its state."""
        tasks = [*self._state.operations, *self._state.faults]
        if self._acting is not None:
            tasks.append(self._acting)
        for task in tasks:
            task.cancel()
        for worker in (*self._state.devices, self._server):
            await worker.kill()
        if tasks:
            await asyncio.wait(tasks)
        # A fault that was cancelled during a restart may have left the process running.
        for worker in (*self._state.devices, self._server):
            await worker.kill()
        for proxy in (*self._state.proxies, self._links):
            await proxy.stop()
        if self._witnesses is not None:
            await self._witnesses.stop()
        self._server.remove_links()

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
            for proxy in (*self._state.proxies, self._links):
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
            await self._server.kill()
            await self._server.start()
            await self._app.rotations.check()
            for user_id in DEVICES:
                fresh = self._device(user_id, f"{user_id}-fresh", self._server.port, "")
                self._state.devices.append(fresh)
                await fresh.start()
                await fresh.until_online()
                await fresh.ask("settle", insists=True)
                dump = await self._dump(fresh)
                # For a fresh device all messages are history, so it is notified of none.
                dumps.append(Dump(dump.device, dump.user_id, 0, dump.views, dump.total_unread))
            await self._app.retention.clear()
            erased = [*self._state.record.erased(), *self._app.retention.marks]
            self._state.record.wrong += await asyncio.to_thread(
                what_lasts, self._server.data, erased
            )
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
        report.wrong = wrong + self._app.rotations.wrong + self._app.retention.wrong + tracebacks
        if self._witnesses is not None:
            report.wrong += self._witnesses.wrong
            report.looks = self._witnesses.looks
        report.messages = len(self._state.record.seqs)
        report.taken_over = self._state.record.taken_over
        report.seconds = self._state.report.time
        return report

    def _device(self, user_id: str, name: str, port: int, storage: str) -> Device:
        key = DataDir(self._server.data).app_key()
        setup = Setup(
            f"ws://127.0.0.1:{port}",
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
        line = await device.ask("dump")
        if line.code:
            raise RuntimeError(f"{device.name} cannot say what it has: {line}")
        for view in line.views:
            self._state.record.page(f"{device.name} in the end", view.messages)
        return Dump(device.name, device.user_id, device.life, line.views, line.total_unread)

    def _tracebacks(self) -> list[Path]:
        logs = self._folder.glob("*.log")
        return [log for log in logs if "Traceback" in log.read_text(errors="replace")]
