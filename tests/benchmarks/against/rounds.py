"""Compare two backends by giving them the same load in short, alternating slices.

The speed of a shared machine varies far more than the differences to find. A slice therefore takes
some milliseconds, and only slices of the same moment are compared. Several slices in a row form a
block, and the ratio of a block is that of the sums, so that work in only a few slices counts, too.
The result is the median of the blocks.

No two processes are equally fast, so several pairs are measured. The order of the two matters by
one percent or more. A run therefore consists of two pairs, one in each order, and its ratio is the
geometric mean of theirs.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, geometric_mean, median
from typing import Final

from tests.benchmarks.against.trees import Tree
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.server.hosts import OurHost
from tests.benchmarks.server.setting import folder_for

Values = Mapping[str, float]
"""The measured values by name."""

Work = Callable[[], Values]
"""Does a slice of work and returns measured values; ``CPU`` is added to them."""

Prepare = Callable[[OurHost, ExitStack], Work]
"""Connects clients, and returns their work; the stack closes the connections."""

CPU: Final = "cpu"
"""The name of the CPU time of all threads of the backend, including system time, in seconds."""

# Late work, such as that after the last answer, belongs to its own slice.
_LINGERS: Final = 0.005


@dataclass(frozen=True)
class Pairing:
    """The measured values of the slices of two processes."""

    ours: Sequence[Values]
    theirs: Sequence[Values]

    def blocks(self, name: str, size: int) -> list[tuple[float, float]]:
        """Return the mean values of both processes for each block of ``size`` slices."""
        both = [(one[name], other[name]) for one, other in zip(self.ours, self.theirs, strict=True)]
        parts = [both[start : start + size] for start in range(0, len(both), size)]
        return [
            (fmean(one for one, _ in part), fmean(other for _, other in part)) for part in parts
        ]


@dataclass(frozen=True)
class Run:
    """Two pairings, one in each order."""

    pairings: Sequence[Pairing]

    def typical(self, name: str, block: int) -> tuple[float, float]:
        """Return the typical values of a slice, ours and theirs."""
        blocks = [pairing.blocks(name, block) for pairing in self.pairings]
        ours = fmean(median(one for one, _ in part) for part in blocks)
        theirs = fmean(median(other for _, other in part) for part in blocks)
        return ours, theirs

    def ratio(self, name: str, block: int) -> float | None:
        """Return the ratio of our value to theirs; None if it cannot be computed."""
        ratios = [
            [one / other for one, other in pairing.blocks(name, block) if one and other]
            for pairing in self.pairings
        ]
        return geometric_mean(map(median, ratios)) if all(ratios) else None


class _Side:
    """One of the two compared backends."""

    def __init__(self, host: OurHost, work: Work) -> None:
        self._pid = host.pid
        self._work = work
        self._cpu = cpu_of(self._pid)
        self.slices: list[Values] = []

    def work(self) -> None:
        values = self._work()
        time.sleep(_LINGERS)
        cpu, self._cpu = self._cpu, cpu_of(self._pid)
        self.slices.append({**values, CPU: self._cpu - cpu})


def measure(trees: Mapping[Tree, Path], prepare: Prepare, slices: int, pairs: int) -> list[Run]:
    """Measure the backends of two trees, each with a copy of its data folder."""
    measured = [_pair(trees, prepare, slices, number) for number in range(pairs)]
    return [Run(measured[start : start + 2]) for start in range(0, pairs, 2)]


def _pair(trees: Mapping[Tree, Path], prepare: Prepare, slices: int, number: int) -> Pairing:
    run, is_reversed = divmod(number, 2)
    with ExitStack() as stack:
        works = {}
        for tree in reversed(list(trees)) if is_reversed else trees:
            folder = stack.enter_context(folder_for("run")) / "copy"
            shutil.copytree(trees[tree], folder)
            host = stack.enter_context(tree.run(folder, seed=run))
            works[tree] = host, prepare(host, stack)
        time.sleep(_LINGERS)
        sides = {tree: _Side(*both) for tree, both in works.items()}
        for _ in range(slices):
            # The order is the same in each slice: a side that works twice in a row would find
            # its data in the processor's caches.
            for side in sides.values():
                side.work()
    ours, theirs = (sides[tree].slices for tree in trees)
    return Pairing(ours, theirs)
