"""What edges cost beside one process, and what the core is relieved of.

Both backends run at the same time and take turns, each on the same core of the machine, so only
CPU time is compared, except for latencies and rates; for messages both have all cores. All CPU
time is that of all their processes, unless the figure says otherwise.
"""

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Final

from tests.benchmarks.edges import works
from tests.benchmarks.edges.played import CHANGES, EDGES, LOGINS, MESSAGES, play
from tests.benchmarks.edges.roles import Used
from tests.benchmarks.edges.turns import Turns, take_turns
from tests.benchmarks.edges.works import Prepare, Size
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cores import ALL, LOAD, SERVER, on_cores
from tests.benchmarks.server.crowd import raise_limit
from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.suites import Scale, Suite

SUITE_NAME: Final = "edges"
_ONE: Final = "imtui in one process"
QUICK: Final = Size(1, 1, 1, 5, 4, 2, 3, 2, 5, 20, 1.0)
"""Only to check that everything works."""


def _in_turn(
    size: Size,
    edges: int,
    prepare: Prepare[OurHost],
    repeats: int,
    cores: Collection[int] = (SERVER,),
) -> Turns:
    edges = min(edges, size.edges)
    with ExitStack() as stack:
        folders = (stack.enter_context(folder_for(SUITE_NAME)) for _ in range(2))
        hosts = {
            name: stack.enter_context(imtui(next(folders), *options, cores=cores))
            for name, options in ((SUITE_NAME, ("--edges", edges)), (_ONE, ()))
        }
        return take_turns(SUITE_NAME, hosts, prepare, size, repeats, stack)


def _measure_star(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.star(size.watchers), size.repeats)
    each = size.repeats * size.watchers
    name = f"a change to {size.watchers} watchers, core and 3 edges"
    yield turns.cpu(name, "us/delivery", lambda used: used.all, each, ratio_max=1.10)


def _measure_friends(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.mesh, size.repeats)
    each = size.repeats * size.few * (size.few - 1)
    name = f"{size.few} friends of each other change at once"
    yield turns.cpu(f"{name}, core and 3 edges", "us/delivery", lambda used: used.all, each)
    yield turns.cpu(f"{name}, the core alone", "us/delivery", lambda used: used.core, each)


def _measure_stars(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.stars, size.repeats)
    each = size.repeats * size.publishers * size.few
    name = f"{size.publishers} changes at once to {size.few} watchers each"
    yield turns.cpu(
        f"{name}, core and 3 edges", "us/delivery", lambda used: used.all, each, ratio_max=1.25
    )
    yield turns.cpu(
        f"{name}, the core alone", "us/delivery", lambda used: used.core, each, ratio_max=0.10
    )


def _measure_lone(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.star(size.few, works.LONE_EVERY), size.repeats)
    name = f"a lone change to {size.few} watchers, core and 3 edges"
    yield turns.cpu(name, "us", lambda used: used.all, size.repeats, ratio_max=1.6)
    name = f"a lone change to {size.few} watchers, the core alone"
    yield turns.cpu(name, "us", lambda used: used.core, size.repeats)


def _measure_login(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.logins, 1)
    yield turns.cpu("a login, the core alone", "us", _core, size.arriving, ratio_max=0.20)
    yield turns.cpu("a login, core and 3 edges", "us", lambda used: used.all, size.arriving)


def _measure_beats(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.beats, size.repeats)
    each = size.repeats * size.beating
    yield turns.cpu("a heartbeat, the core alone", "us", _core, each)
    yield turns.cpu("a heartbeat, core and 3 edges", "us", lambda used: used.all, each)


def _measure_latency(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 2, works.lone, size.repeats)
    yield turns.value("a lone change, SDK to SDK, 2 edges: p50", "ms")
    with folder_for(SUITE_NAME) as folder:
        fsyncs = [fsync(folder) for _ in range(size.runs)]
    name = "latency that 2 edges add to a lone change"
    yield Figure(SUITE_NAME, name, "ms", turns.added, value_max=1.0 + median(fsyncs))
    yield Figure(SUITE_NAME, "an fsync of a page", "ms", fsyncs)


def _measure_spread(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 2, works.star(size.watchers), size.repeats)
    each = size.repeats * size.watchers
    ours, beside = ([each / used.busiest for used in runs] for runs in turns.used)
    name = f"deliveries to {size.watchers} watchers for each CPU second of the busiest process"
    yield turns.beside(name, "1/s", ours, beside, ratio_min=1.6)


def _measure_messages(size: Size) -> Iterator[Figure]:
    """Measure what is sent in a second: with all cores for both backends, as an operator has."""
    with on_cores(*ALL):
        turns = _in_turn(size, 2, works.messages, 1, ALL)
    name = f"durable messages, 2 edges, on all {len(ALL)} cores, the load as well"
    yield turns.value(name, "1/s", ratio_min=0.9)
    turns = _in_turn(size, 2, works.messages, 1)
    yield turns.value("durable messages, 2 edges, all on 1 core", "1/s")


def _measure_played(size: Size) -> Iterator[Figure]:
    with folder_for(SUITE_NAME) as folder:
        played = play(folder, size.played, size.played_seconds)
    name = f"{size.played} played connections over {EDGES} edges, the core alone"
    yield Figure(SUITE_NAME, f"{name}: a login", "us", [played.login * 1e6])
    name += f"; {CHANGES} changes, {LOGINS} logins, {MESSAGES} messages an hour each"
    yield Figure(SUITE_NAME, f"{name}: CPU", "ms/s", [played.load * 1e3])
    yield Figure(SUITE_NAME, f"{name}: requests", "1/s", [played.rate])


def _core(used: Used) -> float:
    return used.core


def fsync(folder: Path) -> float:
    """Return how long an fsync of a page takes, in milliseconds."""
    with (folder / "page").open("wb") as file:
        file.write(bytes(4096))
        file.flush()
        began = time.perf_counter()
        os.fsync(file.fileno())
        return (time.perf_counter() - began) * 1000


_CASES: Final[Mapping[str, Callable[[Size], Iterator[Figure]]]] = {
    "edges-star": _measure_star,
    "edges-loaded": _measure_stars,
    "edges-friends": _measure_friends,
    "edges-lone": _measure_lone,
    "edges-login": _measure_login,
    "edges-heartbeat": _measure_beats,
    "edges-latency": _measure_latency,
    "edges-spread": _measure_spread,
    "edges-messages": _measure_messages,
    "edges-played": _measure_played,
}


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure the wanted cases, one after the other."""
    raise_limit()
    size = QUICK if scale.quick else Size()
    with on_cores(LOAD):
        for name, case in _CASES.items():
            if scale.wants(name):
                yield from case(size)


SUITE: Final = Suite(
    measure,
    (
        "several machines, and links over a network",
        "more than one core for the server: its processes share one, and CPU time is compared",
    ),
    tuple(_CASES),
)
