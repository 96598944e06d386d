"""What a change costs whose watchers are on three nodes, beside one process.

CPU time is that of all processes of all nodes, those that stand by included, without PostgreSQL's.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Final

from imtui.files import make_private_dir, write_private
from tests.benchmarks.edges import works
from tests.benchmarks.edges.roles import used_by
from tests.benchmarks.edges.suite import fsync
from tests.benchmarks.edges.works import Prepare, Size, Work
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.setting import folder_for
from tests.server.store.postgres.cluster import PostgresServer

SUITE_NAME: Final = "cluster"
_ONE: Final = "one process"
_KEY_FILE: Final = "app_key.json"
_NODES: Final = 3
_LINGER: Final = 0.05


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


def _cpu(host: OurHost) -> float:
    return sum(used_by(node.pid).all for node in (host, *host.others))


def _in_turn(
    server: PostgresServer, size: Size, prepare: Prepare, repeats: int
) -> dict[str, list[tuple[float, float]]]:
    """Return CPU time and the work's own value for each run, of both."""
    found: dict[str, list[tuple[float, float]]] = {SUITE_NAME: [], _ONE: []}
    with ExitStack() as stack:
        hosts = {
            SUITE_NAME: stack.enter_context(three(server.database(f"spread{time.time_ns()}"))),
            _ONE: stack.enter_context(imtui(stack.enter_context(folder_for(_ONE)))),
        }
        works_of: dict[str, Work] = {
            name: prepare(size, host, stack) for name, host in hosts.items()
        }
        for number in range(size.runs):
            order = list(hosts)
            for name in order if number % 2 else order[::-1]:
                before = _cpu(hosts[name])
                values = [works_of[name]() for _ in range(repeats)]
                time.sleep(_LINGER)
                found[name].append((_cpu(hosts[name]) - before, median(values)))
    return found


def _beside(
    name: str,
    unit: str,
    found: dict[str, list[tuple[float, float]]],
    value: Callable[[tuple[float, float]], float],
    ratio_max: float | None = None,
) -> Figure:
    ours, beside = ([value(run) for run in found[of]] for of in (SUITE_NAME, _ONE))
    ratios = [one / two for one, two in zip(ours, beside, strict=True) if two]
    partner = "imtui in one process"
    return Figure(SUITE_NAME, name, unit, ours, beside, partner, ratios=ratios, ratio_max=ratio_max)


def measure_changes(server: PostgresServer, size: Size) -> Iterator[Figure]:
    """Measure the CPU time of a delivered change."""

    def each(run: tuple[float, float], deliveries: int) -> float:
        return run[0] / deliveries * 1e6

    for name, prepare, deliveries, most in (
        (f"a change to {size.watchers} watchers", works.star(size.watchers), size.watchers, 1.15),
        (
            f"{size.publishers} changes at once to {size.few} watchers each",
            works.stars,
            size.publishers * size.few,
            1.35,
        ),
    ):
        found = _in_turn(server, size, prepare, size.repeats)
        value = partial(each, deliveries=size.repeats * deliveries)
        yield _beside(f"{name}, 3 nodes", "us/delivery", found, value, most)


def measure_latency(server: PostgresServer, size: Size) -> Iterator[Figure]:
    """Measure how much later a change is known on another node."""
    found = _in_turn(server, size, works.lone, size.repeats)
    yield _beside("a lone change, SDK to SDK, 3 nodes: p50", "ms", found, lambda run: run[1])
    with folder_for(SUITE_NAME) as folder:
        fsyncs = [fsync(folder) for _ in range(size.runs)]
    pairs = zip(found[SUITE_NAME], found[_ONE], strict=True)
    added = [max(ours[1] - beside[1], 0.0) for ours, beside in pairs]
    name = "latency that 3 nodes add to a lone change"
    yield Figure(SUITE_NAME, name, "ms", added, value_max=1.0 + 2 * median(fsyncs))
    yield Figure(SUITE_NAME, "an fsync of a page", "ms", fsyncs)
