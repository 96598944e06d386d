"""A run: random operations under random faults, then healing, then the verdict."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from imtui.protocol.errors import ErrorCode
from imtui.protocol.usersig import sign
from imtui.server.node.data_dir import DataDir
from imtui.server.store.sqlite.backup import back_up
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.store import StoreError
from tests.checker.erasures import what_lasts
from tests.checker.lines import Line, Setup
from tests.checker.processes import Device, Died, Server, signal_to
from tests.checker.proxy import Break, Direction, Proxy
from tests.checker.record import Pin, Record, Said
from tests.checker.retention import Retention
from tests.checker.rotations import Rotations
from tests.checker.verdict import Dump, wrongs
from tests.checker.witnesses import Witnesses
from tests.server.children import CORE, EDGE

DEVICES: Final = {"alice": 2, "bob": 2, "carol": 1}
"""The number of devices, by account."""

_OPERATIONS_PER_FAULT: Final = 10
_UNDER_WAY_MAX: Final = 4
_FAULTS_AT_ONCE: Final = 4
_HEALED_WITHIN: Final = 60.0
_SOON: Final = 0.5
_STOPPED: Final = ((0.1, 0.9), (3.0, 7.0))
"""How long a child is stopped, in seconds: links end after 5.

Not for so long that a client gives up its connection just as the edge goes on: as with one process,
whoever ended their connection themselves is OFFLINE until they are back.
"""

_NOT_CARRIED_OUT: Final = frozenset(
    {
        ErrorCode.ERR_SDK_NET_DISCONNECT,
        ErrorCode.ERR_SDK_NET_WAIT_ACK_TIMEOUT,
        ErrorCode.ERR_SDK_NOT_LOGGED_IN,
        ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR,
    }
)
"""Errors after which the operation may or may not have been carried out."""


@dataclass
class Report:
    """The result of a run."""

    seed: int
    operations: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    fault_log: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    messages: int = 0
    erased: int = 0
    taken_over: int = 0
    looks: int = 0
    """How often a status was looked at that only faults of the backend may change."""
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        """Return a summary in one line."""
        word = f"{len(self.wrong)} WRONG" if self.wrong else "all right"
        return (
            f"seed {self.seed}: {word}; {self.operations.total()} operations "
            f"({self.acknowledged.total()} acknowledged), {self.messages} messages "
            f"({self.erased} erased), "
            f"{self.faults.total()} faults, {self.taken_over} logins taken over, "
            f"{self.looks} looks at a status, "
            f"{self.seconds:.0f} s"
        )

    def __str__(self) -> str:
        """Return the full report; errors come with the faults that led to them."""
        lines = [
            f"operations: {dict(sorted(self.operations.items()))}",
            f"acknowledged: {dict(sorted(self.acknowledged.items()))}",
            f"faults: {dict(sorted(self.faults.items()))}",
        ]
        if self.wrong:
            lines += ["fault log:", *self.fault_log, "wrong:", *self.wrong]
        return "\n".join([*lines, self.verdict])


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
        self._rng = random.Random(seed)
        self._progress = progress
        self._record = Record()
        self._report = Report(seed)
        self._server = Server(folder, edges)
        self._witnesses = Witnesses() if edges else None
        self._links = Proxy(self._server.connect_to_core, self._rng)
        """Between the edges and the core."""
        self._acting: asyncio.Task[None] | None = None
        self._rotations = Rotations(self._server.data)
        self._retention = Retention(self._server.data)
        self._devices: list[Device] = []
        self._proxies: list[Proxy] = []
        self._operations: set[asyncio.Task[None]] = set()
        self._faults: set[asyncio.Task[None]] = set()
        self._numbers = 0
        self._queued = 0
        self._began = time.monotonic()
        self._operation_kinds: dict[str, tuple[int, Callable[[Device], Awaitable[None]]]] = {
            "queue": (8, self._queue),
            "send": (8, self._send),
            "recall": (2, self._recall),
            "delete": (2, self._delete),
            "read": (3, self._read),
            "history": (3, self._history),
            "pin": (1, self._pin),
        }
        self._fault_kinds: dict[str, tuple[int, Callable[[], Coroutine[Any, Any, None]]]] = {
            "cut": (6, self._cut),
            "delay": (3, self._delay),
            "hold": (4, self._hold),
            "refuse": (1, self._refuse),
            "late login": (1, self._late_login),
            **self._backend_faults(),
            "kill client": (4, self._kill_client),
            "pause client": (1, self._pause_client),
            "rotate key": (2, self._rotate_key),
            "back up": (2, self._back_up),
            "import old messages": (2, self._import_old),
        }
        for kind in self._fault_kinds.keys() - (only or self._fault_kinds.keys()):
            del self._fault_kinds[kind]

    def _backend_faults(self) -> "dict[str, tuple[int, Callable[[], Coroutine[Any, Any, None]]]]":
        if self._witnesses is None:
            return {
                "kill backend": (3, self._kill_backend),
                "pause backend": (1, self._pause_backend),
            }
        return {
            "kill core": (2, partial(self._kill_child, CORE)),
            "kill edge": (2, partial(self._kill_child, EDGE)),
            "stop core": (1, partial(self._stop_child, CORE)),
            "stop edge": (1, partial(self._stop_child, EDGE)),
            "cut links": (1, self._cut_links),
            "hold links": (1, self._hold_links),
        }

    async def start(self) -> None:
        """Start all processes; the backend then knows all accounts and devices."""
        if self._witnesses is not None:
            await self._links.start_at(self._server.link)
        await self._server.start()
        for user_id, count in DEVICES.items():
            for number in range(1, count + 1):
                proxy = Proxy(self._server.connect, self._rng)
                await proxy.start()
                self._proxies.append(proxy)
                name = f"{user_id}{number}"
                self._devices.append(self._device(user_id, name, proxy.port, name))
        await asyncio.gather(*(device.start() for device in self._devices))
        async with asyncio.timeout(_HEALED_WITHIN):
            await asyncio.gather(*(device.until_online() for device in self._devices))
            await asyncio.gather(*(device.ask("settle", insists=True) for device in self._devices))
            if self._witnesses is not None:
                key = DataDir(self._server.data).app_key()
                await self._witnesses.start(f"ws://127.0.0.1:{self._server.port}", key)
                self._acting = asyncio.create_task(self._witnesses.act())

    async def stop(self) -> None:
        """Kill every process, whatever its state."""
        tasks = [*self._operations, *self._faults]
        if self._acting is not None:
            tasks.append(self._acting)
        for task in tasks:
            task.cancel()
        for worker in (*self._devices, self._server):
            await worker.kill()
        if tasks:
            await asyncio.wait(tasks)
        # A fault that was cancelled during a restart may have left the process running.
        for worker in (*self._devices, self._server):
            await worker.kill()
        for proxy in (*self._proxies, self._links):
            await proxy.stop()
        if self._witnesses is not None:
            await self._witnesses.stop()
        self._server.remove_links()

    async def trouble(self, faults: int) -> None:
        """Run operations and faults, a few at a time."""
        for number in range(1, faults + 1):
            for _ in range(_OPERATIONS_PER_FAULT):
                await self._operate()
            while len(self._faults) >= _FAULTS_AT_ONCE:
                await _first(self._faults)
            kind = self._choose(self._fault_kinds)
            self._start(self._faults, self._fault_kinds[kind][1]())
            if number % 50 == 0:
                self._progress(
                    f"{number} faults, {self._report.operations.total()} operations, "
                    f"{time.monotonic() - self._began:.0f} s, {len(self._record.wrong)} wrong"
                )

    async def heal(self) -> None:
        """End all faults, and wait until every operation, outbox and sync has finished."""
        async with asyncio.timeout(_HEALED_WITHIN):
            while self._faults:
                await _first(self._faults)
            if self._witnesses is not None and self._acting is not None:
                self._acting.cancel()
                await asyncio.wait({self._acting})
                await self._witnesses.look("all")
                await self._witnesses.settle()
            for proxy in (*self._proxies, self._links):
                proxy.heal()
            while self._operations:
                await _first(self._operations)
            # The first round sends everything; the second waits for the pushes that this causes.
            for _ in range(2):
                await asyncio.gather(
                    *(device.ask("settle", insists=True) for device in self._devices)
                )
                await asyncio.gather(*(proxy.until_connections(1) for proxy in self._proxies))

    async def judge(self) -> Report:
        """Compare the devices with each other, and with the backend after one more kill."""
        async with asyncio.timeout(_HEALED_WITHIN):
            dumps = [await self._dump(device) for device in self._devices]
            await self._server.kill()
            await self._server.start()
            await self._rotations.check()
            for user_id in DEVICES:
                fresh = self._device(user_id, f"{user_id}-fresh", self._server.port, "")
                self._devices.append(fresh)
                await fresh.start()
                await fresh.until_online()
                await fresh.ask("settle", insists=True)
                dump = await self._dump(fresh)
                # For a fresh device all messages are history, so it is notified of none.
                dumps.append(Dump(dump.device, dump.user_id, 0, dump.views, dump.total_unread))
            await self._retention.clear()
            erased = [*self._record.erased(), *self._retention.marks]
            self._record.wrong += await asyncio.to_thread(what_lasts, self._server.data, erased)
            self._report.erased = len(erased)
        return self._conclude(wrongs(self._record, dumps))

    def broken(self, error: Exception) -> Report:
        """Return the report of a run that failed with an error."""
        states = [
            f"{each.name}: {each.under_way} operations under way, {'up' if each.is_up else 'down'}"
            for each in self._devices
        ]
        words = f"it did not come to its end: {error!r}; {'; '.join(states)}"
        return self._conclude([words, *self._record.wrong])

    def _conclude(self, wrong: list[str]) -> Report:
        report = self._report
        tracebacks = [f"{log.name} has a traceback" for log in self._tracebacks()]
        report.wrong = wrong + self._rotations.wrong + self._retention.wrong + tracebacks
        if self._witnesses is not None:
            report.wrong += self._witnesses.wrong
            report.looks = self._witnesses.looks
        report.messages = len(self._record.seqs)
        report.taken_over = self._record.taken_over
        report.seconds = time.monotonic() - self._began
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
        self._record.take(device.name, device.life, line)

    async def _dump(self, device: Device) -> Dump:
        line = await device.ask("dump")
        if line.code:
            raise RuntimeError(f"{device.name} cannot say what it has: {line}")
        for view in line.views:
            self._record.page(f"{device.name} in the end", view.messages)
        return Dump(device.name, device.user_id, device.life, line.views, line.total_unread)

    def _tracebacks(self) -> list[Path]:
        logs = self._folder.glob("*.log")
        return [log for log in logs if "Traceback" in log.read_text(errors="replace")]

    # Operations

    async def _operate(self) -> None:
        while not (free := [each for each in self._devices if self._is_free(each)]):
            await _first(self._operations, self._faults)
        device = self._rng.choice(free)
        kind = self._choose(self._operation_kinds)
        self._report.operations[kind] += 1
        self._start(self._operations, self._carry_out(device, self._operation_kinds[kind][1]))

    async def _carry_out(self, device: Device, do: Callable[[Device], Awaitable[None]]) -> None:
        device.under_way += 1
        try:
            with suppress(Died):
                await do(device)
        finally:
            device.under_way -= 1

    def _is_free(self, device: Device) -> bool:
        return device.is_up and device.under_way < _UNDER_WAY_MAX

    async def _queue(self, device: Device) -> None:
        said, text = self._say(device, "")
        line = await device.ask("queue", peer=said.receiver, text=text)
        if self._is_acknowledged(device, "queue", line):
            self._queued += 1
            said.queued = self._queued
            said.msg_id = line.seen[0].msg_id
            said.is_acknowledged = True

    async def _send(self, device: Device) -> None:
        self._numbers += 1
        said, text = self._say(device, f"{device.name}-{self._numbers}")
        wish = {"peer": said.receiver, "text": text, "msg_id": said.msg_id, "insists": True}
        try:
            line = await device.ask("send", **wish)
        except Died:
            if self._rng.random() < 0.5:
                raise
            await device.until_up()
            line = await device.ask("send", **wish)
        if self._is_acknowledged(device, "send", line):
            self._record.see(f"{device.name}.{device.life} answer", line.seen[0])
            said.is_acknowledged = True

    async def _recall(self, device: Device) -> None:
        peer = self._peer(device)
        own = [s for s in self._record.between(device.user_id, peer) if s.receiver == peer]
        if not own:
            return
        seen = self._rng.choice(own[-20:])
        self._record.recalls_tried.add(seen.name)
        line = await device.ask(
            "recall", peer=peer, msg_id=seen.msg_id, seq=seen.seq, insists=self._insists()
        )
        again = ErrorCode.ERR_SVR_MSG_REVOKED_ALREADY
        late = ErrorCode.ERR_SVR_MSG_REVOKE_TIME_LIMIT
        if self._is_acknowledged(device, "recall", line, again, late) and line.code != late:
            self._record.recalls.add(seen.name)

    async def _delete(self, device: Device) -> None:
        peer = self._peer(device)
        there = self._record.between(device.user_id, peer)
        if not there:
            return
        seen = self._rng.choice(there)
        whose = device.user_id, seen.name
        self._record.deletions_tried[whose] += 1
        line = await device.ask("delete", peer=peer, seq=seen.seq, insists=self._insists())
        if line.code == ErrorCode.ERR_SVR_MSG_REVOKE_NOT_FOUND:
            # The message is not on this device: deleted before, or not fetched yet.
            self._record.deletions_tried -= Counter([whose])
        elif self._is_acknowledged(device, "delete", line):
            self._record.deletions.add(whose)

    async def _read(self, device: Device) -> None:
        peer = self._peer(device)
        top = self._record.top(device.user_id, peer)
        seq = self._rng.choice((0, self._rng.randint(0, top)))
        line = await device.ask("read", peer=peer, seq=seq, insists=self._insists())
        if self._is_acknowledged(device, "read", line):
            reads = self._record.reads
            reads[device.user_id, peer] = max(reads[device.user_id, peer], seq or top)

    async def _pin(self, device: Device) -> None:
        peer = self._peer(device)
        pin = Pin(self._rng.random() < 0.5, self._record.now())
        self._record.pins[device.user_id, peer].append(pin)
        line = await device.ask("pin", peer=peer, is_pinned=pin.is_pinned, insists=self._insists())
        if self._is_acknowledged(device, "pin", line):
            pin.ended = self._record.now()

    async def _history(self, device: Device) -> None:
        wish = {"count": self._rng.randint(1, 30), "pages": self._rng.randint(1, 6)}
        line = await device.ask("history", peer=self._peer(device), **wish)
        if self._is_acknowledged(device, "history", line):
            self._record.page(f"{device.name}.{device.life} history", line.seen)

    def _say(self, device: Device, msg_id: str) -> tuple[Said, str]:
        self._numbers += 1
        text = mark = f"<t{self._numbers}>"
        if self._rng.random() < 0.1:
            # Long enough to be cut in the middle of a frame.
            text += " " + "ä" * self._rng.randint(100, 5000)
        peer = self._peer(device)
        return self._record.say(device.name, device.user_id, peer, text, mark, msg_id), text

    def _insists(self) -> bool:
        return self._rng.random() < 0.7

    def _peer(self, device: Device) -> str:
        return self._rng.choice([user for user in DEVICES if user != device.user_id])

    def _is_acknowledged(self, device: Device, kind: str, line: Line, *also: ErrorCode) -> bool:
        if line.code == 0 or line.code in also:
            self._report.acknowledged[kind] += 1
            return True
        if line.code not in _NOT_CARRIED_OUT:
            self._record.wrong.append(f"{device.name}.{device.life}: {kind} gave {line}")
        return False

    # Faults

    def _log(self, kind: str, words: str) -> None:
        self._report.faults[kind] += 1
        self._report.fault_log.append(f"{time.monotonic() - self._began:8.2f} {kind}: {words}")

    def _line_of(self) -> tuple[str, Proxy, Direction]:
        index = self._rng.randrange(len(self._proxies))
        direction = self._rng.choice(list(Direction))
        return f"{self._devices[index].name} {direction.value}", self._proxies[index], direction

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

    async def _kill_backend(self) -> None:
        async with self._server.busy:
            await self._once(self._rng.choice(self._devices), self._send)
            self._log("kill backend", "and restart")
            await self._server.kill()
            await self._server.start()

    async def _kill_child(self, role: str) -> None:
        async with self._server.busy:
            await self._once(self._rng.choice(self._devices), self._send)
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
        if self._witnesses is not None:
            await self._witnesses.look(f"{after} at {time.monotonic() - self._began:.2f}")

    async def _rotate_key(self) -> None:
        rotated = await self._rotations.rotate()
        self._log("rotate key", "acknowledged" if rotated else "not acknowledged")

    async def _import_old(self) -> None:
        cleared = await self._retention.import_old()
        self._log("import old messages", "acknowledged" if cleared else "not acknowledged")

    async def _back_up(self) -> None:
        copy = self._folder / f"backup-{self._report.faults['back up']}.db"
        self._log("back up", copy.name)
        try:
            await asyncio.to_thread(back_up, DataDir(self._server.data).database, copy)
            findings = await asyncio.to_thread(check_database, copy)
        except StoreError as error:
            findings = [str(error)]
        self._record.wrong += [f"{copy.name}: {finding}" for finding in findings]

    async def _kill_client(self) -> None:
        device = self._rng.choice(self._devices)
        async with device.busy:
            await self._once(device, self._queue)
            self._log("kill client", f"{device.name}.{device.life} and restart")
            await device.kill()
            await device.start()

    async def _once(self, device: Device, do: Callable[[Device], Awaitable[None]]) -> None:
        """Start an operation right before a kill, and give it a moment to be acknowledged."""
        kind = do.__name__.removeprefix("_")
        self._report.operations[kind] += 1
        task = self._start(self._operations, self._carry_out(device, do))
        await asyncio.wait({task}, timeout=_SOON)

    async def _pause_backend(self) -> None:
        await self._pause("pause backend", self._server)

    async def _pause_client(self) -> None:
        await self._pause("pause client", self._rng.choice(self._devices))

    async def _pause(self, kind: str, worker: Server | Device) -> None:
        async with worker.busy:
            seconds = self._rng.uniform(0.1, 4.0)
            self._log(kind, f"{worker.name} for {seconds:.2f} s")
            worker.pause()
            try:
                await asyncio.sleep(seconds)
            finally:
                worker.resume()

    # Helpers

    def _choose(self, kinds: dict[str, tuple[int, Any]]) -> str:
        weights = [weight for weight, _ in kinds.values()]
        return self._rng.choices(list(kinds), weights)[0]

    def _start(
        self, tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        tasks.add(task)
        return task


async def _first(*sets: set[asyncio.Task[None]]) -> None:
    """Wait until one of the tasks is done, and raise its error if it failed."""
    everything = set().union(*sets)
    done, _ = await asyncio.wait(
        everything, timeout=_HEALED_WITHIN, return_when=asyncio.FIRST_COMPLETED
    )
    if not done:
        raise TimeoutError(f"nothing was done within {_HEALED_WITHIN:.0f} s")
    for tasks in sets:
        tasks -= done
    for task in done:
        task.result()
