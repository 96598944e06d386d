"""Two backends side by side, with the same load in short slices: one, the other, and so on.

A machine that others work on, too, is faster now and slower then, by far more than what is looked
for. So a slice takes some milliseconds, and only what was measured in the same moment is compared:
some slices in a row are a block with a ratio of its own, that of their sums, so that what is done
in few slices only is not left out. The median of a pair's blocks is one run. Each run begins with
new processes, as no two are equally fast, and they take turns in who comes first.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Final

from tests.benchmarks.against.trees import Tree
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.server.hosts import OurHost
from tests.benchmarks.server.setting import folder_for

Values = Mapping[str, float]
"""What was measured, by name."""

Work = Callable[[], Values]
"""Does a slice of work; ``CPU`` is measured beside what it returns."""

CPU: Final = "cpu"
"""The seconds of the backend's process, system time included, with all of its threads."""

# What is done late, such as after the last answer, belongs to its own slice.
_LINGERS: Final = 0.005

_BLOCK: Final = 10
"""So many slices of each are a block."""


@dataclass(frozen=True)
class Run:
    """One pair of processes: the slices of both."""

    ours: Sequence[Values]
    theirs: Sequence[Values]

    def typical(self, name: str) -> tuple[float, float]:
        """Return what a slice of both came to."""
        blocks = self._blocks(name)
        return median(ours for ours, _ in blocks), median(theirs for _, theirs in blocks)

    def ratio(self, name: str) -> float | None:
        """Return how many times theirs ours was; None if theirs was nothing."""
        ratios = [ours / theirs for ours, theirs in self._blocks(name) if theirs]
        return median(ratios) if ratios else None

    def _blocks(self, name: str) -> list[tuple[float, float]]:
        starts = range(0, len(self.ours), _BLOCK)
        return [
            (fmean(one[name] for one in ours), fmean(one[name] for one in theirs))
            for ours, theirs in (
                (self.ours[start : start + _BLOCK], self.theirs[start : start + _BLOCK])
                for start in starts
            )
        ]


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


def run(
    trees: Mapping[Tree, Path],
    prepare: Callable[[OurHost, ExitStack], Work],
    slices: int,
    number: int,
) -> Run:
    """Start the backends of two trees, each with a copy of its folder, and measure slices."""
    with ExitStack() as stack:
        turns = list(trees)
        if number % 2:
            turns.reverse()
        works = {}
        for tree in turns:
            folder = stack.enter_context(folder_for("run")) / "copy"
            shutil.copytree(trees[tree], folder)
            host = stack.enter_context(tree.run(folder, number))
            works[tree] = host, prepare(host, stack)
        time.sleep(_LINGERS)
        sides = {tree: _Side(*both) for tree, both in works.items()}
        for _ in range(slices):
            # Never one twice in a row: it would find its data still in the processor's caches.
            for side in sides.values():
                side.work()
    ours, theirs = (sides[tree].slices for tree in trees)
    return Run(ours, theirs)
