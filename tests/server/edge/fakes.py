"""An edge in virtual time, between a core and connections that write down what happens."""

import asyncio

from imtui.protocol.app_key import AppKey
from imtui.protocol.jsonrpc import Request
from imtui.protocol.proof import Proof
from imtui.protocol.status import Platform
from imtui.server.edge.edge import TICK_MIN, Edge
from imtui.server.edge.outbox import Outbox
from imtui.server.instant import Instant
from imtui.server.link.ports import HTTPAnswer, HTTPRequest
from imtui.server.metrics import Metrics
from tests.server.trusting import trust_in
from tests.server.virtual_loop import VirtualLoop

TIMEOUT = 10.0


class FakeCore:
    """Writes down what an edge asks, and answers nothing by itself."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.dropped: list[Request] = []
        self.lost_ones: list[tuple[int, bool]] = []
        self.has_lost = asyncio.Event()
        self.uncommitted = 0
        self.spent: list[float] = []
        self.unpaid = 0.0

    def login(
        self, session_id: int, proof: Proof, request: Request, address: str, spent: float
    ) -> float:
        self.asked.append(request)
        self.spent.append(spent)
        return self.unpaid

    def request(
        self, session_id: int, request: Request, spent: float, *, is_dropped: bool = False
    ) -> float:
        self.asked.append(request)
        self.spent.append(spent)
        if is_dropped:
            self.dropped.append(request)
        return self.unpaid

    def uncommitted_size(self, session_id: int) -> int:
        return self.uncommitted

    def lost(self, session_id: int, *, is_silent: bool = False) -> None:
        self.lost_ones.append((session_id, is_silent))
        self.has_lost.set()

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        raise AssertionError


class FakeConnection:
    """Writes down what happens to it."""

    def __init__(self, bench: "Bench", session_id: int) -> None:
        self.bench = bench
        self.session_id = session_id
        self.outbox = Outbox(self, bench.metrics)
        self.happened: list[bytes | str | int] = []
        self.writes = 0
        self.takes = True
        self.charged = 0.0
        self.delay = 0.0
        self.take_all(True)

    def take_all(self, takes: bool) -> None:
        self.takes = takes
        self.outbox.writer = self.put if takes else None
        if takes:
            self.write()

    def put(self, data: bytes) -> None:
        self.bench.loop._now += self.delay
        self.happened.append(data)

    def send_now(self, data: bytes) -> bool:
        if self.takes:
            self.put(data)
        return self.takes

    def held_size(self) -> int:
        return 0

    def write(self) -> None:
        self.writes += 1
        while self.takes and (data := self.outbox.take()):
            self.put(data)

    def add_answer(self, frame: bytes) -> None:
        self.outbox.add_answer(frame)

    def login_changed(self, user_id: str, platform: Platform | None) -> None:
        self.happened.append(f"{user_id or 'nobody'} on {platform}")

    def charge(self, cost: float) -> None:
        self.charged += cost

    def close(self, code: int, reason: str) -> None:
        self.happened.append(code)
        self.bench.edge.leave(self.session_id)

    def taken(self) -> list[bytes | str | int]:
        """Return what happened since the last time."""
        happened, self.happened = self.happened, []
        return happened


class Bench:
    """An edge in virtual time."""

    def __init__(self, loop: VirtualLoop, tick_min: float = TICK_MIN) -> None:
        self.loop = loop
        self.metrics = Metrics()
        self.core = FakeCore()
        self.edge = Edge(
            lambda: Instant(loop.time(), 0),
            TIMEOUT,
            self.metrics,
            trust_in(AppKey(1400000000, "secret")),
            tick_min,
        )
        self.edge.core = self.core

    def connect(self, session_id: int, user_id: str = "") -> FakeConnection:
        connection = FakeConnection(self, session_id)
        self.edge.join(session_id, connection)
        if user_id:
            self.edge.login_changed(session_id, user_id, Platform.LINUX)
            connection.taken()
        connection.writes = 0
        return connection

    def status(self, user_id: str, text: str, *session_ids: int) -> None:
        self.edge.status(user_id, f'"{text}"'.encode(), list(session_ids))
        self.edge.flush()

    def is_empty(self) -> bool:
        edge = self.edge
        left = (edge._connections, edge._outboxes, edge._touched, edge.liveness._last)
        return not any(left) and edge.liveness.next_due() is None
