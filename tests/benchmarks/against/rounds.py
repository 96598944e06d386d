"""Two backends side by side, with the same load in short slices: one, the other, and so on.

A machine that others work on, too, is faster now and slower then, by far more than what is looked
for. So a slice takes some milliseconds, and only what was measured in the same moment is compared:
some slices in a row are a block with a ratio of its own, that of their sums, so that what is done
in few slices only is not left out, and the median of the blocks counts.

No two processes are equally fast, so that there are some pairs of them. The one that comes first
fares otherwise than the second, by a hundredth or more, so that a run is two pairs, one in either
order, and its ratio is the geometric mean of theirs.
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
"""What was measured, by name."""

Work = Callable[[], Values]
"""Does a slice of work; ``CPU`` is measured beside what it returns."""

Prepare = Callable[[OurHost, ExitStack], Work]
"""Lets clients come, who go when the stack is unwound."""

CPU: Final = "cpu"
"""The seconds of the backend's process, system time included, with all of its threads."""

# What is done late, such as after the last answer, belongs to its own slice.
_LINGERS: Final = 0.005


@dataclass(frozen=True)
class Pairing:
    """What was measured in the slices of two processes."""

    ours: Sequence[Values]
    theirs: Sequence[Values]

    def blocks(self, name: str, size: int) -> list[tuple[float, float]]:
        """Return what a slice of both was on average, in each block of so many."""
        both = [(one[name], other[name]) for one, other in zip(self.ours, self.theirs, strict=True)]
        parts = [both[start : start + size] for start in range(0, len(both), size)]
        return [
            (fmean(one for one, _ in part), fmean(other for _, other in part)) for part in parts
        ]


@dataclass(frozen=True)
class Run:
    """A pairing in either order."""

    pairings: Sequence[Pairing]

    def typical(self, name: str, block: int) -> tuple[float, float]:
        """Return what a slice of ours was, and one of theirs."""
        blocks = [pairing.blocks(name, block) for pairing in self.pairings]
        ours = fmean(median(one for one, _ in part) for part in blocks)
        theirs = fmean(median(other for _, other in part) for part in blocks)
        return ours, theirs

    def ratio(self, name: str, block: int) -> float | None:
        """Return how many times theirs ours was; None if either was nothing."""
        ratios = [
            [one / other for one, other in pairing.blocks(name, block) if one and other]
            for pairing in self.pairings
        ]
        return geometric_mean(map(median, ratios)) if all(ratios) else None


class _Side:
    """One of the two."""

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
    """Measure backends of two trees, each with a copy of its folder."""
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
            # Never one twice in a row: it would find its data still in the processor's caches.
            for side in sides.values():
                side.work()
    ours, theirs = (sides[tree].slices for tree in trees)
    return Pairing(ours, theirs)
