"""The cost of a piece of work, and runs that take turns."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tests.benchmarks.cpu import cpu_of

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """The cost of a piece of work."""

    cpu: float
    """The CPU time of the server, in seconds."""
    seconds: float
    """The duration of the work."""
    load_cpu: float
    """The CPU time of the process that generates the load, in seconds."""

    def per(self, count: int) -> "Cost":
        """Return the cost divided by ``count``."""
        return Cost(self.cpu / count, self.seconds / count, self.load_cpu / count)

    def us(self) -> float:
        """Return the server's CPU time in microseconds."""
        return self.cpu * 1e6

    def load(self) -> float:
        """Return the CPU time of the load generator, in milliseconds per second."""
        return self.load_cpu / self.seconds * 1000


class Meter:
    """A measurement of a cost, which starts when it is created."""

    def __init__(self, pid: int) -> None:
        """Measure the server with process ID ``pid``, and this process, which is the load."""
        self._pid = pid
        self._load_cpu = time.process_time()
        self._cpu = cpu_of(pid)
        self._began = time.perf_counter()

    def stop(self, linger: float = 0.05) -> Cost:
        """Return the cost, including the server's work in the next ``linger`` seconds."""
        seconds = time.perf_counter() - self._began
        load_cpu = time.process_time() - self._load_cpu
        time.sleep(linger)
        return Cost(cpu_of(self._pid) - self._cpu, seconds, load_cpu)


def in_turn(runs: int, works: Mapping[str, Callable[[], T]]) -> dict[str, Sequence[T]]:
    """Do all works in turn, ``runs`` times, and return the results of each by name."""
    results: dict[str, list[T]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            results[name].append(work())
    return dict(results)
