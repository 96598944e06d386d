"""What a shared PostgreSQL costs beside a data folder, and how long a takeover takes."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from imtui.protocol.errors import IMError
from imtui.sdk import IMClient
from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.friends.changes import FriendsAdded
from imtui.server.node.shared.store import STANDS_BY
from imtui.server.store.postgres.connection import Connection
from imtui.server.store.postgres.lease import Lease
from imtui.server.store.postgres.store import PostgresStore
from tests.benchmarks.app_key import app_key_in
from tests.benchmarks.cluster.ejabberd import measure_beside_ejabberd
from tests.benchmarks.cluster.spread import SUITE_NAME, measure_changes, measure_latency
from tests.benchmarks.cluster.standby import measure_standby
from tests.benchmarks.edges.suite import QUICK
from tests.benchmarks.edges.turns import take_turns
from tests.benchmarks.edges.works import SENDERS, Size, messages
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cores import LOAD, on_cores
from tests.benchmarks.server.crowd import Crowd, raise_limit
from tests.benchmarks.server.hosts import imtui
from tests.benchmarks.server.processes import LOOPBACK
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.server.wires import ImtuiWire
from tests.benchmarks.suites import Scale, Suite
from tests.server.children import CORE
from tests.server.node.shared.nodes import Node, Nodes, nodes
from tests.server.store.postgres.cluster import PostgresServer

_FOLDER: Final = "a data folder"
_AT_ONCE: Final = 200
_ASK_EVERY: Final = 0.02
_WITHIN: Final = 60.0


@dataclass(frozen=True)
class _Scale:
    runs: int = 10
    messages: int = 500
    accounts: int = 20_000
    friends: int = 50
    connected: int = 5_000
    takeovers: int = 10
    lone: int = 400
    spread: Size = field(default_factory=Size)
    peers: bool = False


_LONG: Final = _Scale(takeovers=100)
_QUICK: Final = _Scale(1, 5, 20, 2, 2, 1, 5, QUICK)


@contextmanager
def _postgres() -> Iterator[PostgresServer]:
    server = PostgresServer(fsync="on")
    try:
        yield server
    finally:
        server.remove()


def _measure_messages(scale: _Scale) -> Iterator[Figure]:
    """Let both backends take turns; PostgreSQL runs beside the load, on the other core."""
    size = Size(runs=scale.runs, messages=scale.messages)
    with on_cores(LOAD), ExitStack() as stack:
        server = stack.enter_context(_postgres())
        hosts = {
            name: stack.enter_context(imtui(stack.enter_context(folder_for("cluster")), *options))
            for name, options in (
                (SUITE_NAME, ("--database", server.database("messages"), "--edges", 1)),
                (_FOLDER, ("--edges", 1)),
            )
        }
        turns = take_turns(SUITE_NAME, hosts, messages, size, 1, stack)
    yield turns.value(f"durable messages of {SENDERS} senders, 1 edge", "1/s", ratio_min=0.5)


def _measure_changes(scale: _Scale) -> Iterator[Figure]:
    yield from _measure_spread(scale, measure_changes)


def _measure_latency(scale: _Scale) -> Iterator[Figure]:
    yield from _measure_spread(scale, measure_latency)


def _measure_beside_ejabberd(scale: _Scale) -> Iterator[Figure]:
    if scale.peers:
        yield from _measure_spread(scale, measure_beside_ejabberd)


def _measure_spread(
    scale: _Scale, spread: Callable[[PostgresServer, Size], Iterator[Figure]]
) -> Iterator[Figure]:
    """Let three nodes and one process share a core; PostgreSQL runs beside the load."""
    raise_limit()
    with on_cores(LOAD), _postgres() as server:
        yield from spread(server, scale.spread)


def _measure_standby(scale: _Scale) -> Iterator[Figure]:
    with on_cores(LOAD), _postgres() as server:
        yield from measure_standby(server, scale.lone)


def _fill(dsn: str, scale: _Scale) -> None:
    connection = Connection(dsn)
    store = PostgresStore(connection, Lease(connection, "benchmark"))
    while not store.take_over():
        time.sleep(_ASK_EVERY)
    store.load()
    count = scale.accounts
    for start in range(0, count, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, count))
        store.write([AccountRegistered(number + 1, f"u{number}", 0) for number in numbers])
        store.commit()
    for start in range(0, count, _AT_ONCE):
        for number in range(start, min(start + _AT_ONCE, count)):
            friends = {f"u{(number + step) % count}" for step in range(1, scale.friends + 1)}
            store.write([FriendsAdded(f"u{number}", tuple(friends - {f"u{number}"}))])
        store.commit()
    store.close()


async def _take_over(dsn: str, scale: _Scale, *, is_killed: bool) -> list[float]:
    """Return how long a client waited for an answer after the core was gone, in seconds."""
    waited = []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cluster-")))
        running = await stack.enter_async_context(nodes(folder, dsn, 2, "--link", "127.0.0.1:0"))
        leader, other = running.all
        await other.until_ready()
        for number in range(scale.takeovers):
            async with AsyncExitStack() as mine:
                # Those on the node that is gone notice by themselves, whatever takes over.
                client = await _client(mine, running, other)
                await asyncio.to_thread(_connect_crowd, mine, running, scale.connected)
                began = time.monotonic()
                if is_killed:
                    await leader.kill()
                    await _until_answered(client, number)
                    waited.append(time.monotonic() - began)
                    await leader.start()
                    await leader.until_ready()
                else:
                    before = leader.log.count(STANDS_BY)
                    with leader.stopped(CORE):
                        await _until_answered(client, number)
                        waited.append(time.monotonic() - began)
                    await leader.until_logged(STANDS_BY, before + 1)
            leader, other = other, leader
    return waited


def _connect_crowd(stack: AsyncExitStack, running: Nodes, count: int) -> None:
    """Connect silent clients to all nodes by turns; they do not come back."""
    key = app_key_in(running.all[0].data)
    address, *others = ((LOOPBACK, node.port) for node in running.all)
    wire = ImtuiWire(f"{LOOPBACK}:{address[1]}", key)
    crowd = stack.enter_context(Crowd(address, others=others))
    crowd.arrive(wire.arrival(f"u{number}") for number in range(1, count))


async def _client(stack: AsyncExitStack, running: Nodes, node: Node) -> IMClient:
    """Log in at a node, which may just be finding the core."""
    async with asyncio.timeout(_WITHIN):
        while True:
            try:
                client, _ = await stack.enter_async_context(running.client("u0", node))
            except IMError:
                await asyncio.sleep(_ASK_EVERY)
            else:
                return client


async def _until_answered(client: IMClient, number: int) -> None:
    async with asyncio.timeout(_WITHIN):
        while True:
            try:
                await client.set_self_status(f"takeover {number}")
                return
            except IMError:
                await asyncio.sleep(_ASK_EVERY)


def _measure_kills(scale: _Scale) -> Iterator[Figure]:
    yield from _measure_takeovers("kill -9", scale, is_killed=True, longest=3.0)


def _measure_stops(scale: _Scale) -> Iterator[Figure]:
    yield from _measure_takeovers("SIGSTOP of the core", scale, is_killed=False, longest=8.0)


def _measure_takeovers(
    how: str, scale: _Scale, *, is_killed: bool, longest: float
) -> Iterator[Figure]:
    raise_limit()
    with _postgres() as server:
        dsn = server.database("takeovers")
        _fill(dsn, scale)
        waited = asyncio.run(_take_over(dsn, scale, is_killed=is_killed))
    size = f"{scale.accounts} accounts of {scale.friends} friends, {scale.connected} connected"
    name = f"takeover after {how}, {size}"
    yield Figure(SUITE_NAME, f"{name}: until a client is answered", "s", waited)
    worst = sorted(waited)[int(len(waited) * 0.99)]
    yield Figure(SUITE_NAME, f"{name}: p99", "s", [worst], value_max=longest)


_CASES: Final[Mapping[str, Callable[[_Scale], Iterator[Figure]]]] = {
    "cluster-changes": _measure_changes,
    "cluster-ejabberd": _measure_beside_ejabberd,
    "cluster-latency": _measure_latency,
    "cluster-messages": _measure_messages,
    "cluster-standby": _measure_standby,
    "cluster-takeover-kill": _measure_kills,
    "cluster-takeover-stop": _measure_stops,
}


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure the wanted cases, one after the other."""
    for name, case in _CASES.items():
        if scale.wants(name):
            size = _QUICK if scale.quick else _LONG if scale.long else _Scale()
            yield from case(replace(size, peers=scale.peers))


SUITE: Final = Suite(
    measure,
    (
        "several machines: all nodes and PostgreSQL are on this one",
        "clients that come back, all at once, after a takeover",
        "a network between PostgreSQL and the nodes",
    ),
    tuple(_CASES),
)
