"""The process with the core: the real core on played sockets and a played disk."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

from imtui.protocol.app_key import AppKey
from imtui.protocol.messages import CloseCode
from imtui.protocol.status import Platform
from imtui.server.alarm import Alarm
from imtui.server.commands.change_log import ChangeLog
from imtui.server.commands.rest import Rest
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.core import Core
from imtui.server.core.state import State
from imtui.server.instant import Instant
from imtui.server.link.frames import About
from imtui.server.link.nodes import OneNode
from imtui.server.link.remote_edges import RemoteEdges
from imtui.server.metrics import Metrics
from imtui.server.node.core_host import CoreHost
from imtui.server.node.edges.core_process import told_first
from imtui.server.process_metrics import ProcessMetrics
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import Store
from tests.simulation.network import Listener
from tests.simulation.rules import Rules
from tests.simulation.virtual_time import Process

KEY: Final = AppKey(1400000001, "5" * 64)
LINK_KEY: Final = b"k" * 32


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

    def why_not_told(self, data: bytes) -> str:
        """Return why the core must not tell this now; empty if it may."""
        return "before its commit" if self.uncommitted else ""


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


class WatchedStore(Store, Protocol):
    """A store that knows what may be told."""

    def why_not_told(self, data: bytes) -> str:
        """Return why the core must not tell this now; empty if it may."""


class CoreProcess:
    """A process with the core."""

    def __init__(
        self,
        process: Process,
        rules: Rules,
        store: WatchedStore,
        clock: Callable[[], Instant],
        listener: Listener,
    ) -> None:
        """Load the store and serve edges, in a turn of the process."""
        self.process = process
        self.clock = clock
        self.store = store
        self._rules = rules
        self.metrics = Metrics()
        store.app_key(KEY)
        stored = store.load()
        self.epoch = stored.start
        # Loading may take long.
        self.started_at = process.world.now
        self.core = Core(stored, clock(), archive=store.archive, keeps_devices=True)
        self._start(listener)

    @property
    def state(self) -> State:
        """Return the core's state."""
        return self.core._state

    @property
    def accounts(self) -> Accounts:
        """Return the core's accounts."""
        return self.state[Accounts]

    def _start(self, listener: Listener) -> None:
        process, clock = self.process, self.clock
        log = ChangeLog(lambda: clock().unix_ms)
        self.edges = WatchedEdges(self, self._rules)
        self.edges.unix_ms = lambda: clock().unix_ms
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


class WatchedEdges(RemoteEdges):
    """The real port to all edges: nothing that is not durable may be told."""

    def __init__(self, core: CoreProcess, rules: Rules) -> None:
        super().__init__(
            core.epoch,
            LINK_KEY,
            lambda: told_first(core.core, core.clock()),
            core.process.cpu_clock,
        )
        self._core_process = core
        self._rules = rules

    def answer(self, session_id: int, data: bytes) -> None:
        self._check_told("an answer", data)
        super().answer(session_id, data)

    def push(
        self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool, state: str = ""
    ) -> None:
        self._check_told("a push", data)
        super().push(session_ids, data, is_chat=is_chat, state=state)

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        self._check_told("a status", status)
        super().status(user_id, status, session_ids)

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        self._check_told("a login")
        super().login_changed(session_id, user_id, platform)

    def close(self, session_id: int, code: CloseCode, reason: str) -> None:
        self._check_told("a close")
        super().close(session_id, code, reason)

    def _check_told(self, what: str, data: bytes = b"") -> None:
        problem = self._core_process.store.why_not_told(data)
        if problem:
            self._rules.world.blame(f"{what} leaves the core {problem}")
