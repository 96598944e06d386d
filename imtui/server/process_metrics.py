"""The metrics of a backend in several processes: of each, and of all together."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from imtui.server.metrics import Counts, Metrics
from imtui.server.prometheus import Family, Sample

CORE: Final = "core"
"""The name of the process that has the core."""
_LABEL: Final = "process"
_REPORT_EVERY: Final = 1.0
"""In seconds."""
_CPU_REPORTED: Final = 0.1
"""So many seconds of CPU time are reported even if nothing else has changed."""


class Report(Struct, frozen=True):
    """What an edge's process has counted since its last report."""

    process: str
    """Its name, such as ``edge-1``; an edge that is started again has the same."""
    cpu_seconds: float
    """Its CPU time."""
    connections: int
    """How many there are now."""
    counted: Metrics


class ProcessMetrics:
    """The core's own metrics, and those that edges in other processes report."""

    def __init__(self, core: Metrics, cpu_clock: Callable[[], float] = time.process_time) -> None:
        """Start without edges.

        Args:
            core: Counts what this process does.
            cpu_clock: Returns the CPU time of this process, in seconds.
        """
        self.core = core
        self._cpu_clock = cpu_clock
        self._edges: dict[str, Metrics] = {}
        """What the edges have counted, by the names of their processes."""
        self._cpu_seconds: dict[str, float] = {}
        self._connections: dict[int, tuple[str, int]] = {}
        """How many each edge has, by its number, beside the name of its process."""

    def take(self, edge: int, report: bytes) -> None:
        """Take a report, in JSON; an empty one ends the edge, and what it counted stays.

        Raises:
            ValueError: It is not readable.
        """
        if not report:
            self._connections.pop(edge, None)
            return
        try:
            told = msgspec.json.decode(report, type=Report)
        except msgspec.MsgspecError as error:
            raise ValueError(f"unreadable metrics: {error}") from error
        name = told.process
        self._edges[name] = _plus(self._edges.get(name, Metrics()), told.counted)
        self._cpu_seconds[name] = self._cpu_seconds.get(name, 0.0) + told.cpu_seconds
        self._connections[edge] = name, told.connections

    @property
    def has_edges(self) -> bool:
        """Tell whether edges in other processes have reported."""
        return bool(self._edges)

    @property
    def total(self) -> Metrics:
        """Return the sums over all processes."""
        total = self.core
        for counted in self._edges.values():
            total = _plus(total, counted)
        if self._edges:
            total.connections = sum(self._connections_of().values())
        return total

    def render(self, counts: Counts) -> str:
        """Return the sums, and the metrics of each process, in Prometheus' text format."""
        families = self.total.families(counts)
        if self._edges:
            families += self._of_processes()
        return "".join(family.text() for family in families)

    def _of_processes(self) -> Iterator[Family]:
        """Yield families of their own, as the sum over all series of a family has to be right."""
        cpu_seconds = {CORE: self._cpu_clock(), **self._cpu_seconds}
        yield Family(
            "gauge",
            "imtui_process_connections",
            "Open connections of clients, by process.",
            [Sample(count, {_LABEL: name}) for name, count in self._connections_of().items()],
        )
        yield Family(
            "counter",
            "imtui_process_cpu_seconds_total",
            "CPU time, by process.",
            [Sample(seconds, {_LABEL: name}) for name, seconds in cpu_seconds.items()],
        )
        processes = {CORE: self.core, **self._edges}
        for families in zip(*(one.counted() for one in processes.values()), strict=True):
            kind, name, meaning, _ = families[0]
            samples = [
                Sample(value, {_LABEL: process, **labels}, suffix)
                for process, family in zip(processes, families, strict=True)
                for value, labels, suffix in _seen(family)
            ]
            name = name.replace("imtui_", "imtui_process_", 1)
            yield Family(kind, name, f"{meaning.removesuffix('.')}, by process.", samples)

    def _connections_of(self) -> dict[str, int]:
        """Return how many connections each process has, by its name."""
        found = dict.fromkeys(self._edges, 0)
        for name, count in self._connections.values():
            found[name] += count
        return found


class Reporter:
    """Reports what an edge's process counts."""

    def __init__(
        self,
        process: str,
        metrics: Metrics,
        send: Callable[[bytes], bool],
        cpu_clock: Callable[[], float] = time.process_time,
    ) -> None:
        """Prepare; ``run`` reports.

        Args:
            process: The name of the process.
            metrics: Its metrics.
            send: Sends a report, in JSON; returns whether it could.
            cpu_clock: Returns the CPU time of this process, in seconds.
        """
        self._process = process
        self._metrics = metrics
        self._send = send
        self._cpu_clock = cpu_clock
        self._reported = msgspec.to_builtins(Metrics())
        self._cpu_reported = 0.0
        self._is_new = True

    def report_anew(self) -> None:
        """Report even if nothing has changed, as the core may not know the connections."""
        self._is_new = True
        self.report()

    async def run(self) -> None:
        """Report each second, unless nothing has changed, until cancelled."""
        while True:
            await asyncio.sleep(_REPORT_EVERY)
            self.report()

    def report(self) -> None:
        """Report what has changed since the last report that could be sent."""
        counted, cpu = msgspec.to_builtins(self._metrics), self._cpu_clock()
        used = cpu - self._cpu_reported
        if counted == self._reported and used < _CPU_REPORTED and not self._is_new:
            return
        since = _convert(_combined(counted, self._reported, -1))
        since.connections = 0
        report = Report(self._process, used, self._metrics.connections, since)
        if self._send(msgspec.json.encode(report)):
            self._reported, self._cpu_reported, self._is_new = counted, cpu, False


def _plus(one: Metrics, other: Metrics) -> Metrics:
    return _convert(_combined(msgspec.to_builtins(one), msgspec.to_builtins(other), 1))


def _convert(values: Any) -> Metrics:
    return msgspec.convert(values, Metrics)


def _combined(one: Any, other: Any, sign: int) -> Any:
    """Return the sum or difference of nested values, number by number; what is missing is 0."""
    if isinstance(one, Mapping):
        shared = one.keys() & other.keys()
        return {**one, **other, **{key: _combined(one[key], other[key], sign) for key in shared}}
    if isinstance(one, list):
        return [_combined(a, b, sign) for a, b in zip(one, other, strict=True)]
    return one + sign * other


def _seen(family: Family) -> Iterator[Sample]:
    """Yield the samples of a family, without what a process has never done."""
    samples = list(family.samples)
    if family.kind != "histogram":
        yield from (sample for sample in samples if sample.value or not sample.labels)
        return
    counts = [sample for sample in samples if sample.suffix == "_count"]
    seen = [sample.labels.items() for sample in counts if sample.value]
    yield from (one for one in samples if any(items <= one.labels.items() for items in seen))
