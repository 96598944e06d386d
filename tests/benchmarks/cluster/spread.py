"""What a change costs whose watchers are on three nodes, beside one process.

CPU time is that of all processes of all nodes, those that stand by included, without PostgreSQL's.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from statistics import median
from typing import Final

from imtui.files import make_private_dir, write_private
from tests.benchmarks.edges import works
from tests.benchmarks.edges.suite import fsync
from tests.benchmarks.edges.turns import Turns, take_turns
from tests.benchmarks.edges.works import Prepare, Size
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.setting import folder_for
from tests.server.store.postgres.cluster import PostgresServer

SUITE_NAME: Final = "cluster"
_ONE: Final = "imtui in one process"
_KEY_FILE: Final = "app_key.json"
_NODES: Final = 3


@contextmanager
def three(dsn: str) -> Iterator[OurHost]:
    """Run three nodes with an edge each, of which the first has the core."""
    with ExitStack() as stack:
        hosts: list[OurHost] = []
        for number in range(_NODES):
            folder = stack.enter_context(folder_for(f"node{number}"))
            options = ("--database", dsn, "--link", "127.0.0.1:0", "--edges", 1)
            if hosts:
                # Otherwise, a key would be made that is not the app's.
                data = make_private_dir(folder / "data")
                write_private(data / _KEY_FILE, (hosts[0].folder / _KEY_FILE).read_text())
            hosts.append(stack.enter_context(imtui(folder, *options)))
        first, *others = hosts
        yield replace(first, others=tuple(others))


def _in_turn(server: PostgresServer, size: Size, prepare: Prepare[OurHost], repeats: int) -> Turns:
    with ExitStack() as stack:
        hosts = {
            SUITE_NAME: stack.enter_context(three(server.database(f"spread{time.time_ns()}"))),
            _ONE: stack.enter_context(imtui(stack.enter_context(folder_for("one")))),
        }
        return take_turns(SUITE_NAME, hosts, prepare, size, repeats, stack)


def measure_changes(server: PostgresServer, size: Size) -> Iterator[Figure]:
    """Measure the CPU time of a delivered change."""
    for name, prepare, deliveries, most in (
        (f"a change to {size.watchers} watchers", works.star(size.watchers), size.watchers, 1.15),
        (
            f"{size.publishers} changes at once to {size.few} watchers each",
            works.stars,
            size.publishers * size.few,
            1.35,
        ),
    ):
        turns = _in_turn(server, size, prepare, size.repeats)
        each = size.repeats * deliveries
        yield turns.cpu(
            f"{name}, 3 nodes", "us/delivery", lambda used: used.all, each, ratio_max=most
        )


def measure_latency(server: PostgresServer, size: Size) -> Iterator[Figure]:
    """Measure how much later a change is known on another node."""
    turns = _in_turn(server, size, works.lone, size.repeats)
    yield turns.value("a lone change, SDK to SDK, 3 nodes: p50", "ms")
    with folder_for(SUITE_NAME) as folder:
        fsyncs = [fsync(folder) for _ in range(size.runs)]
    name = "latency that 3 nodes add to a lone change"
    yield Figure(SUITE_NAME, name, "ms", turns.added, value_max=1.0 + 2 * median(fsyncs))
    yield Figure(SUITE_NAME, "an fsync of a page", "ms", fsyncs)
