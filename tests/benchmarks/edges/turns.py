"""Backends that do the same work in turn, each on the same core of the machine."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Final

from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.edges.roles import Used, used_by
from tests.benchmarks.edges.works import AnyHost, Prepare, Size
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.hosts import Host

_LINGER: Final = 0.05


@dataclass(frozen=True)
class Turns:
    """What a backend and the one beside it have used, and the values of the work, by runs."""

    suite: str
    partner: str
    """What the other backend is called."""
    used: tuple[list[Used], list[Used]]
    values: tuple[list[float], list[float]]

    def cpu(
        self,
        name: str,
        unit: str,
        of_ours: Callable[[Used], float],
        each: float,
        *,
        ratio_max: float | None = None,
        ratio_min: float | None = None,
    ) -> Figure:
        """Return CPU time, in microseconds, beside all that of the other backend."""
        ours = [of_ours(used) / each * 1e6 for used in self.used[0]]
        beside = [used.all / each * 1e6 for used in self.used[1]]
        return self.beside(name, unit, ours, beside, ratio_max=ratio_max, ratio_min=ratio_min)

    def value(self, name: str, unit: str, *, ratio_min: float | None = None) -> Figure:
        """Return the values of the work beside those of the other backend."""
        return self.beside(name, unit, *self.values, ratio_min=ratio_min)

    def beside(
        self,
        name: str,
        unit: str,
        ours: list[float],
        beside: list[float],
        *,
        ratio_max: float | None = None,
        ratio_min: float | None = None,
    ) -> Figure:
        """Return values of both, with their ratio in each run."""
        return Figure(
            self.suite,
            name,
            unit,
            ours,
            beside,
            self.partner,
            ratios=[one / two for one, two in zip(ours, beside, strict=True) if two],
            ratio_max=ratio_max,
            ratio_min=ratio_min,
        )

    @property
    def added(self) -> list[float]:
        """Return by how much the values are higher than those of the other backend."""
        return [max(one - two, 0.0) for one, two in zip(*self.values, strict=True)]


def take_turns(
    suite: str,
    hosts: Mapping[str, AnyHost],
    prepare: Prepare[AnyHost],
    size: Size,
    repeats: int,
    stack: ExitStack,
) -> Turns:
    """Let two backends do some work by turns.

    Args:
        suite: The name of the suite, for its figures.
        hosts: The backend, and the one beside it, by what they are called.
        prepare: Prepares the work.
        size: How much there is to do.
        repeats: How often the work is done in each run.
        stack: Ends what is begun.
    """
    works = [(host, prepare(size, host, stack)) for host in hosts.values()]
    used: tuple[list[Used], list[Used]] = [], []
    values: tuple[list[float], list[float]] = [], []
    for number in range(size.runs):
        order = list(zip(works, used, values, strict=True))
        for (host, work), its_used, its_values in order if number % 2 else order[::-1]:
            before = _used(host)
            its_values.append(median(work() for _ in range(repeats)))
            time.sleep(_LINGER)
            its_used.append(_used(host).since(before))
    return Turns(suite, list(hosts)[1], used, values)


def _used(host: Host) -> Used:
    """Return what all nodes of a backend have used."""
    nodes = [used_by(node.pid) for node in (host, *host.others)]
    core = sum(one.core for one in nodes) + sum(map(cpu_of, host.database()))
    return Used(core, tuple(edge for one in nodes for edge in one.edges))
