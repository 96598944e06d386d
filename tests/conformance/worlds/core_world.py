"""The pure core in virtual time, without socket, event loop or clock."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw

from imtui.protocol import messages as m
from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Request, decode_params, encode
from imtui.protocol.limits import heartbeat_interval
from imtui.protocol.verification import verify_user_sig
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.core import Core
from imtui.server.core.delivery import (
    CloseDelivery,
    Delivery,
    LoginDelivery,
    PushDelivery,
    StatusDelivery,
)
from imtui.server.core.logins.administration import set_console
from imtui.server.core.logins.registration import kick
from imtui.server.edge.liveness import Liveness
from imtui.server.instant import Instant
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.trusting import ring_of

from .raw_client import JSON, Push, Refused
from .virtual_time import WALL_START

HEARTBEAT_TIMEOUT = 400.0


class DrivenCore:
    """A minimal, synchronous driver of the core."""

    sdk_app_id = 1_400_000_000
    secret_key = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"

    def __init__(self, path: Path) -> None:
        """Start without accounts; ``path`` is the database file."""
        self.now = 1000.0
        self.wall_shift = 0.0
        self.told: defaultdict[int, list[Push]] = defaultdict(list)
        self.closed: dict[int, int] = {}
        self._path = path
        self._start()

    def _start(self) -> None:
        self._store = SQLiteStore(self._path)
        self.core = Core(self._store.load(), self.instant(), archive=self._store.archive)
        self._liveness = Liveness(HEARTBEAT_TIMEOUT)
        self._carry_out()

    def restart(self) -> None:
        """Stop, and start again from the database."""
        self.end()
        self.told.clear()
        self._start()

    def end(self) -> None:
        """Close the database."""
        self._store.commit()
        self._store.close()

    def instant(self) -> Instant:
        """Return the current time."""
        return Instant(self.now, WALL_START + round((self.now + self.wall_shift) * 1000))

    def call(self, session_id: int, method: str, params: JSON) -> JSON:
        """Carry out a connection's request.

        Raises:
            Refused: The answer is an error.
        """
        self._liveness.received(session_id, self.now)
        request = Request("2.0", method, Raw(json.dumps(params).encode()), 1)
        try:
            if method == m.Method.LOGIN:
                result: Any = self._login(session_id, request)
            else:
                result = self.core.call(session_id, request, self.instant())
        except IMError as error:
            raise Refused(int(error.code), error.message, error.data) from error
        finally:
            self._carry_out()
        return _document(result)

    def lose(self, session_id: int) -> None:
        """Drop a connection."""
        self.core.lost(session_id, CloseReason.LOST, self.instant())
        self._carry_out()

    def set_console(self, settings: dict[str, str]) -> None:
        """Change settings of the console."""
        set_console(self.core.admin(self.instant()), settings)
        self._carry_out()

    def kick(self, user_id: str) -> None:
        """Kick an account."""
        kick(self.core.admin(self.instant()), user_id)
        self._carry_out()

    def advance(self, seconds: float) -> None:
        """Let time pass, and run each timer at exactly its due time."""
        until = self.now + seconds
        while (due := self._next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            self.core.sweep(self.instant())
            for session_id in self._liveness.pop_silent(self.now):
                self.closed[session_id] = m.CloseCode.HEARTBEAT_MISSED
                self.core.lost(session_id, CloseReason.SILENT, self.instant())
            self._carry_out()
        self.now = until

    def _login(self, session_id: int, request: Request) -> m.LoginResult:
        claimed = decode_params(request.params, m.Credentials)
        ring, now = ring_of(AppKey(self.sdk_app_id, self.secret_key)), self.instant()
        proof = verify_user_sig(
            ring, claimed.sdk_app_id, claimed.user_id, claimed.user_sig, now.unix_ms
        )
        own_status = self.core.login(session_id, proof, request, now)
        interval = heartbeat_interval(HEARTBEAT_TIMEOUT)
        return m.LoginResult(interval, now.unix_ms, own_status)

    def _next_due(self) -> float | None:
        due = (self.core.next_due(self.instant()), self._liveness.next_due())
        return min((one for one in due if one is not None), default=None)

    def _carry_out(self) -> None:
        taken = self.core.take_changes()
        self._store.write(taken)
        self._deliver(self.core.deliveries(taken))

    def _deliver(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            match delivery:
                case PushDelivery(session_ids=session_ids, data=data):
                    for session_id in session_ids:
                        push = msgspec.json.decode(data)
                        self.told[session_id].append(Push(push["method"], push["params"]))
                case StatusDelivery(status=status, session_ids=watching):
                    for session_id in watching:
                        shown = {"userStatusList": [msgspec.json.decode(status)]}
                        self.told[session_id].append(Push("onUserStatusChanged", shown))
                case LoginDelivery(session_id=session_id, user_id=user_id):
                    self._liveness.end(session_id)
                    if user_id:
                        self._liveness.begin(session_id, self.now)
                case CloseDelivery(session_id=session_id, code=code):
                    self.closed[session_id] = code


def _document(value: Any) -> JSON:
    document: JSON = msgspec.json.decode(encode(value))
    return document


class CoreClient:
    """A connection to the core, identified by its session ID."""

    def __init__(self, core: DrivenCore, session_id: int) -> None:
        """Create a client for a session."""
        self._core = core
        self._session_id = session_id

    async def call(self, method: str, **params: Any) -> JSON:
        """Call a method."""
        return self._core.call(self._session_id, method, params)

    async def told(self) -> list[Push]:
        """Return the pushes since the last call."""
        return self._core.told.pop(self._session_id, [])

    async def drop(self) -> None:
        """Drop the connection."""
        self._core.lose(self._session_id)

    async def closed(self) -> int:
        """Return the close code of the connection."""
        return self._core.closed[self._session_id]


class CoreWorld:
    """The core, with the interface of clause tests."""

    def __init__(self, path: Path) -> None:
        """Start without accounts."""
        self.core = DrivenCore(path)
        self.sdk_app_id = self.core.sdk_app_id
        self.secret_key = self.core.secret_key
        self._ids = itertools.count(1)

    async def connect(self) -> CoreClient:
        """Return a new connection."""
        return CoreClient(self.core, next(self._ids))

    async def console(self, **settings: str) -> None:
        """Change settings of the console."""
        self.core.set_console(settings)

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.core.advance(seconds)

    async def kick(self, user_id: str) -> None:
        """Kick an account."""
        self.core.kick(user_id)

    def set_wall_clock(self, seconds: float) -> None:
        """Set the wall clock forward, or back."""
        self.core.wall_shift += seconds

    def unix_ms(self) -> int:
        """Return the wall clock time in Unix milliseconds."""
        return self.core.instant().unix_ms

    async def restart(self) -> None:
        """Restart from the database."""
        self.core.restart()
