"""What a stretch of work has cost, and runs that take turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.benchmarks.cpu import cpu_of

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """What some work was like."""

    cpu: float
    """The server's, in seconds."""
    seconds: float
    """How long it took."""
    load_cpu: float
    """That of the process that makes the load, in seconds."""

    def per(self, count: int) -> "Cost":
        """Return what one of so many things has cost."""
        return Cost(self.cpu / count, self.seconds / count, self.load_cpu / count)

    def us(self) -> float:
        """Return the server's CPU in microseconds."""
        return self.cpu * 1e6

    def load(self) -> float:
        """Return how busy the process was that makes the load, in milliseconds a second."""
        return self.load_cpu / self.seconds * 1000


class Meter:
    """Begins to measure at once."""

    def __init__(self, pid: int) -> None:
        """Measure what a process does, and what this one does meanwhile."""
        self._pid = pid
        self._load_cpu = time.process_time()
        self._cpu = cpu_of(pid)
        self._began = time.perf_counter()

    def stop(self, linger: float = 0.05) -> Cost:
        """Return the cost, with what the server does in so many seconds afterwards."""
        seconds = time.perf_counter() - self._began
        load_cpu = time.process_time() - self._load_cpu
        time.sleep(linger)
        return Cost(cpu_of(self._pid) - self._cpu, seconds, load_cpu)


def in_turn(runs: int, works: Mapping[str, Callable[[], T]]) -> dict[str, Sequence[T]]:
    """Do all works in turn, so many times, and return what each came to."""
    results: dict[str, list[T]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            results[name].append(work())
    return dict(results)
