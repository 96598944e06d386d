"""What edges cost beside one process, and what the core is relieved of.

Both backends run at the same time and take turns, each on the same core of the machine, so only
CPU time is compared, except for latencies and rates. All CPU time is that of all their processes,
unless the figure says otherwise.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.benchmarks.edges import works
from tests.benchmarks.edges.played import CHANGES, EDGES, LOGINS, MESSAGES, play
from tests.benchmarks.edges.roles import Used, used_by
from tests.benchmarks.edges.works import Prepare, Size, Work
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cores import LOAD, on_core
from tests.benchmarks.server.crowd import raise_limit
from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.suites import Scale, Suite

SUITE_NAME: Final = "edges"
_ONE: Final = "one process"
_LINGER: Final = 0.05

QUICK: Final = Size(1, 1, 1, 5, 4, 2, 3, 2, 5, 20, 1.0)
"""Only to check that everything works."""


@dataclass(frozen=True)
class _Turns:
    """The same work, done in turn by both backends."""

    used: dict[str, list[Used]]
    values: dict[str, list[float]]

    def figure(
        self,
        name: str,
        unit: str,
        of_edges: Callable[[Used], float],
        each: float,
        *,
        ratio_max: float | None = None,
        ratio_min: float | None = None,
    ) -> Figure:
        """Return CPU time of the edged backend beside that of one process."""
        ours = [of_edges(used) / each * 1e6 for used in self.used[SUITE_NAME]]
        beside = [used.all / each * 1e6 for used in self.used[_ONE]]
        return _beside(name, unit, ours, beside, ratio_max=ratio_max, ratio_min=ratio_min)


def _beside(
    name: str,
    unit: str,
    ours: list[float],
    beside: list[float],
    *,
    ratio_max: float | None = None,
    ratio_min: float | None = None,
) -> Figure:
    ratios = [one / two for one, two in zip(ours, beside, strict=True) if two]
    return Figure(
        SUITE_NAME,
        name,
        unit,
        ours,
        beside,
        "imtui in one process",
        ratios=ratios,
        ratio_max=ratio_max,
        ratio_min=ratio_min,
    )


def _in_turn(size: Size, edges: int, prepare: Prepare, repeats: int) -> _Turns:
    turns = _Turns({SUITE_NAME: [], _ONE: []}, {SUITE_NAME: [], _ONE: []})
    edges = min(edges, size.edges)
    with ExitStack() as stack:
        hosts: dict[str, tuple[OurHost, Work]] = {}
        for name, options in ((SUITE_NAME, ("--edges", edges)), (_ONE, ())):
            host = stack.enter_context(imtui(stack.enter_context(folder_for(name)), *options))
            hosts[name] = host, prepare(size, host, stack)
        for number in range(size.runs):
            order = list(hosts.items())
            for name, (host, work) in order if number % 2 else order[::-1]:
                before = used_by(host.pid)
                values = [work() for _ in range(repeats)]
                time.sleep(_LINGER)
                turns.used[name].append(used_by(host.pid).since(before))
                turns.values[name].append(median(values))
    return turns


def _measure_star(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.star(size.watchers), size.repeats)
    each = size.repeats * size.watchers
    name = f"a change to {size.watchers} watchers, core and 3 edges"
    yield turns.figure(name, "us/delivery", lambda used: used.all, each, ratio_max=1.10)


def _measure_friends(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.mesh, size.repeats)
    each = size.repeats * size.few * (size.few - 1)
    name = f"{size.few} friends of each other change at once"
    yield turns.figure(f"{name}, core and 3 edges", "us/delivery", lambda used: used.all, each)
    yield turns.figure(f"{name}, the core alone", "us/delivery", lambda used: used.core, each)


def _measure_stars(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.stars, size.repeats)
    each = size.repeats * size.publishers * size.few
    name = f"{size.publishers} changes at once to {size.few} watchers each"
    yield turns.figure(
        f"{name}, core and 3 edges", "us/delivery", lambda used: used.all, each, ratio_max=1.25
    )
    yield turns.figure(
        f"{name}, the core alone", "us/delivery", lambda used: used.core, each, ratio_max=0.10
    )


def _measure_lone(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.star(size.few, works.LONE_EVERY), size.repeats)
    name = f"a lone change to {size.few} watchers, core and 3 edges"
    yield turns.figure(name, "us", lambda used: used.all, size.repeats, ratio_max=1.6)
    name = f"a lone change to {size.few} watchers, the core alone"
    yield turns.figure(name, "us", lambda used: used.core, size.repeats)


def _measure_login(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.logins, 1)
    yield turns.figure("a login, the core alone", "us", _core, size.arriving, ratio_max=0.20)
    yield turns.figure("a login, core and 3 edges", "us", lambda used: used.all, size.arriving)


def _measure_beats(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 3, works.beats, size.repeats)
    each = size.repeats * size.beating
    yield turns.figure("a heartbeat, the core alone", "us", _core, each)
    yield turns.figure("a heartbeat, core and 3 edges", "us", lambda used: used.all, each)


def _measure_latency(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 2, works.lone, size.repeats)
    both = turns.values[SUITE_NAME], turns.values[_ONE]
    yield _beside("a lone change, SDK to SDK, 2 edges: p50", "ms", *both)
    with folder_for(SUITE_NAME) as folder:
        fsyncs = [fsync(folder) for _ in range(size.runs)]
    added = [max(one - two, 0.0) for one, two in zip(*both, strict=True)]
    name = "latency that 2 edges add to a lone change"
    yield Figure(SUITE_NAME, name, "ms", added, value_max=1.0 + median(fsyncs))
    yield Figure(SUITE_NAME, "an fsync of a page", "ms", fsyncs)


def _measure_spread(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 2, works.star(size.watchers), size.repeats)
    each = size.repeats * size.watchers
    rates = {
        name: [each / used.busiest for used in turns.used[name]] for name in (SUITE_NAME, _ONE)
    }
    name = f"deliveries to {size.watchers} watchers for each CPU second of the busiest process"
    yield _beside(name, "1/s", rates[SUITE_NAME], rates[_ONE], ratio_min=1.6)


def _measure_messages(size: Size) -> Iterator[Figure]:
    turns = _in_turn(size, 2, works.messages, 1)
    both = turns.values[SUITE_NAME], turns.values[_ONE]
    yield _beside("durable messages, 2 edges", "1/s", *both, ratio_min=0.9)


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
    with on_core(LOAD):
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
