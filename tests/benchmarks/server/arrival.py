"""The cost of a connection: the CPU time of a login, and the memory of an idle connection.

Each run begins with a new server that has the accounts already. Some clients connect before the
measurement, so that one-time work at the first logins does not count.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import Cost, Meter, in_turn
from tests.benchmarks.server.crowd import Crowd
from tests.benchmarks.server.hosts import EJABBERD, PEERS, Host, imtui
from tests.benchmarks.server.processes import memory_of
from tests.benchmarks.server.setting import OURS, Setting, beside_peers, figure, folder_for

BEFORE: Final = [f"before{number}" for number in range(100)]
"""The accounts whose clients connect before the measurement."""
_SETTLES: Final = 3


@dataclass(frozen=True)
class Came:
    """What clients have cost."""

    cost: Cost
    """The cost of one login."""
    kib: float
    """The memory of one connection, in KiB."""


@dataclass(frozen=True)
class Arrivals:
    """The number of clients, and how many of its successors in a ring each client watches."""

    count: int
    watched: int
    quiet: float

    @property
    def users(self) -> list[str]:
        return [f"u{number}" for number in range(self.count)]

    def run(self, start: Callable[[Path], AbstractContextManager[Host]], seeded: Path) -> Came:
        """Start a server with a copy of a folder's accounts, and connect all clients."""
        users = self.users
        ring = users * 2
        with ExitStack() as stack:
            folder = stack.enter_context(folder_for("run")) / "copy"
            shutil.copytree(seeded, folder)
            host = stack.enter_context(start(folder))
            crowd = stack.enter_context(Crowd(host.address, host.trust))
            arrival = host.wire.arrival
            crowd.arrive([arrival(user) for user in BEFORE])
            arrivals = [
                arrival(user, ring[number + 1 : number + 1 + self.watched])
                for number, user in enumerate(users)
            ]
            crowd.settle(self.quiet)
            before = memory_of(host.pid)
            meter = Meter(host.pid)
            crowd.arrive(arrivals)
            cost = meter.stop()
            crowd.settle(self.quiet * _SETTLES)
            kib = memory_of(host.pid) - before
            return Came(cost.per(len(users)), kib / len(users))


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure logins and idle connections, with and without subscriptions."""
    size = setting.size
    plain = Arrivals(size.idle, 0, size.quiet)
    ring = Arrivals(size.subscribed, size.subscriptions, size.quiet)
    accounts = [*BEFORE, *plain.users]
    rosters: dict[str, list[str]] = {account: [] for account in accounts}
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for(OURS))
        with imtui(folder) as host:
            host.make_friends(rosters)
        works = {OURS: partial(plain.run, imtui, folder)}
        for peer in setting.peers:
            if peer in PEERS:
                seeded = stack.enter_context(folder_for(peer.name))
                peer.seed(seeded, rosters)
                works[peer.name] = partial(plain.run, peer.run, seeded)
        results = in_turn(size.runs, works)
        rings = in_turn(size.runs, {OURS: partial(ring.run, imtui, folder)})
    yield from beside_peers(
        "login: server's CPU",
        "ms",
        results,
        lambda came: came.cost.cpu * 1000,
        {EJABBERD: 0.6},
    )
    yield from beside_peers(
        "login: benchmark's own CPU", "ms/s", results, lambda came: came.cost.load()
    )
    yield from beside_peers(
        "memory of an idle connection", "KiB", results, lambda came: came.kib, value_max=12
    )
    name = f"memory with {size.subscriptions} subscriptions both ways"
    yield figure(name, "KiB", rings, lambda came: came.kib, value_max=20)
