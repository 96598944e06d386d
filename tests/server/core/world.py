"""A core in virtual time on an archive or a database, for tests that drive it directly."""

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Request, encode
from imtui.protocol.messages import Empty, LoginParams, Method
from imtui.protocol.proof import Proof, SigID
from imtui.protocol.status import Platform, UserStatus
from imtui.server.core.accounts.account import Account
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.archive import Archive
from imtui.server.core.caller import Admin
from imtui.server.core.change import Change
from imtui.server.core.context import Context
from imtui.server.core.core import Core
from imtui.server.core.delivery import Delivery, PushDelivery
from imtui.server.core.room import Disk
from imtui.server.core.state import State
from imtui.server.core.stored import StoredApp
from imtui.server.instant import Instant
from imtui.server.store.sql.archive import SEARCHED_MAX
from tests.server.memory_archive import MemoryArchive
from tests.server.store.engines import AnyStore, open_store

WALL_START = 1_700_000_000_000
"""The wall clock at the start, in Unix milliseconds."""

JSON = dict[str, Any]


def sig_id(number: int, expires_at: int = 2**40) -> SigID:
    """Return what identifies a UserSig, of which there is one for each number."""
    return SigID(number.to_bytes(16), expires_at)


class World:
    """A core, what it reads messages from, and what its calls changed and delivered."""

    archive: Archive
    core: Core

    def __init__(
        self,
        path: Path | None = None,
        *,
        befriend: Callable[[str, str], bool] | None = None,
        searched_max: int = SEARCHED_MAX,
        disk: Disk | None = None,
        keeps_devices: bool = False,
    ) -> None:
        """Start with nobody.

        Args:
            path: Where the database goes; without one, messages are kept in memory.
            befriend: Whether two accounts are friends from the start.
            searched_max: After how many messages a search stops.
            disk: Says how much room there is; by default one that never fills.
            keeps_devices: Whether those who were connected stay so over a restart.
        """
        self.seconds = 0.0
        self.changes: list[Change] = []
        """Those since they were last taken."""
        self.deliveries: list[Delivery] = []
        """Those since they were last taken."""
        self._numbers = itertools.count(1000)
        """Those of UserSigs: each login has a new one unless it says otherwise."""
        self._path = path
        self._searched_max = searched_max
        self._befriend = befriend
        self._disk = disk
        self.keeps_devices = keeps_devices
        self._store: AnyStore | None = None
        self._start()

    def _start(self) -> None:
        stored = StoredApp(start=1)
        if self._path is None:
            memory = MemoryArchive(self._searched_max)
            self.archive, self._write = memory, memory.write
        else:
            self._store = open_store(
                self._path, searched_max=self._searched_max, keeps_statuses=self.keeps_devices
            )
            self.archive, self._write = self._store.archive, self._store.write
            stored = self._store.load()
        self.core = Core(
            stored,
            self.now,
            archive=self.archive,
            befriend=self._befriend,
            disk=self._disk,
            keeps_devices=self.keeps_devices,
        )
        self.carry_on()

    def restart(self) -> None:
        """End, and start again from the database."""
        self.close()
        self._start()

    def close(self) -> None:
        """Keep what changed, and close the database."""
        self.carry_on()
        if self._store is not None:
            self._store.commit()
            self._store.close()

    @property
    def is_durable(self) -> bool:
        """Tell whether it can be restarted."""
        return self._store is not None

    @property
    def now(self) -> Instant:
        """Return the present."""
        return instant(self.seconds)

    @property
    def state(self) -> State:
        """Return the state of the core."""
        return self.core.admin(self.now).state

    def account(self, user_id: str) -> Account:
        """Return an account."""
        return self.state[Accounts][user_id]

    def login(
        self,
        session_id: int,
        user_id: str,
        instance_id: str = "",
        platform: Platform = Platform.LINUX,
        **more: Any,
    ) -> UserStatus:
        """Log a session in; without an instance ID its device is named after the account."""
        sig = {name: more.pop(name) for name in ("made", "number") if name in more}
        # A second ahead, as a kick in this one revokes what was made in it.
        made = sig.get("made", self.now.unix_ms // 1000 + 1)
        proof = Proof(user_id, made, sig_id(sig.get("number") or next(self._numbers)))
        instance_id = instance_id or f"{user_id}-device"
        params = LoginParams(1, user_id, "?", platform, instance_id, **more)
        try:
            return self.core.login(session_id, proof, request(Method.LOGIN, params), self.now)
        finally:
            self.carry_on()

    def call(
        self, session_id: int, method: Method, params: Struct | None = None, **options: bool
    ) -> Any:
        """Carry out a request of a session, and return its result."""
        try:
            asked = request(method, params or Empty())
            return self.core.call(session_id, asked, self.now, **options)
        finally:
            self.carry_on()

    def code(
        self, session_id: int, method: Method, params: Struct | None = None, **options: bool
    ) -> int:
        """Return the code with which a request is refused; 0 if it is not."""
        try:
            self.call(session_id, method, params, **options)
        except IMError as error:
            return error.code
        return 0

    def lose(self, session_id: int, reason: CloseReason = CloseReason.LOST) -> None:
        """Lose a connection."""
        self.core.lost(session_id, reason, self.now)
        self.carry_on()

    def sweep(self) -> None:
        """Carry out what has fallen due."""
        self.core.sweep(self.now)
        self.carry_on()

    def of(self, session_id: int) -> Context:
        """Return the context of a session."""
        return self.core.context(self.state[Accounts].session(session_id), self.now)

    def admin(self, user_id: str = "") -> Context:
        """Return the context of an admin."""
        return self.core.context(Admin(user_id), self.now)

    def carry_on(self) -> None:
        """Keep what changed, and note what is delivered."""
        taken = self.core.take_changes()
        self._write(taken)
        self.changes += taken
        self.deliveries += self.core.deliveries(taken)

    def take_changes(self) -> list[Change]:
        """Return what changed since the last time."""
        self.carry_on()
        taken, self.changes = self.changes, []
        return taken

    def take_deliveries(self) -> list[Delivery]:
        """Return what was delivered since the last time."""
        self.carry_on()
        taken, self.deliveries = self.deliveries, []
        return taken


def instant(seconds: float) -> Instant:
    """Return the instant so many seconds after the start."""
    return Instant(1000 + seconds, WALL_START + round(seconds * 1000))


def request(method: str, params: Any) -> Request:
    """Return a request."""
    return Request("2.0", method, msgspec.Raw(encode(params)), 1)


def pushes_to(session_id: int, deliveries: Iterable[Delivery]) -> list[tuple[str, JSON]]:
    """Return the pushes to a session: methods and parameters."""
    pushed = [
        msgspec.json.decode(one.data)
        for one in deliveries
        if isinstance(one, PushDelivery) and session_id in one.session_ids
    ]
    return [(push["method"], push["params"]) for push in pushed]
