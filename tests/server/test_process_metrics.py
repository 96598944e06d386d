"""Metrics of several processes: the sums are right, and no counter falls, whatever ends when."""

from collections import defaultdict
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.core.logins.reads import Figures
from imtui.server.metrics import Metrics
from imtui.server.process_metrics import ProcessMetrics, Reporter
from tests.server.test_metrics import COUNTS, Read, parse

LIMIT = IMError(ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT)
NOTHING = Figures(sessions=0, devices=0, accounts={}, subscriptions=0, friendships=0)
EDGES = 3

WORK: dict[str, Callable[[Metrics], None]] = {
    "heartbeat": lambda metrics: metrics.ws.answered("heartbeat", 0.001),
    "refusal": lambda metrics: metrics.ws.answered("made up", 0.3, LIMIT),
    "tick": lambda metrics: metrics.ticks.observe(0.01),
    "delivery": lambda metrics: setattr(metrics, "deliveries", metrics.deliveries + 7),
    "commit": lambda metrics: metrics.commits.observe(5.0),
}
"""What a process may count."""


class Processes:
    """A core and edges, whose reports arrive or do not."""

    def __init__(self) -> None:
        self.core = Metrics()
        self.all = ProcessMetrics(self.core, lambda: 1.0)
        self.edges = [Metrics() for _ in range(EDGES)]
        self.is_linked = [True] * EDGES
        self.reporters = [self.reporter(place) for place in range(EDGES)]
        self.worked: dict[str, int] = defaultdict(int)
        """What was done in all processes since the core started."""

    def reporter(self, place: int) -> Reporter:
        def send(report: bytes) -> bool:
            if self.is_linked[place]:
                self.all.take(place, report)
            return self.is_linked[place]

        return Reporter(f"edge-{place}", self.edges[place], send, lambda: 0.0)

    def work(self, process: int, what: str) -> None:
        WORK[what](([self.core, *self.edges])[process])
        self.worked[what] += 1

    def cut(self, place: int) -> None:
        self.is_linked[place] = False
        self.all.take(place, b"")

    def link(self, place: int) -> None:
        self.is_linked[place] = True
        self.reporters[place].report_anew()

    def restart_edge(self, place: int) -> None:
        self.reporters[place].report()
        self.cut(place)
        self.edges[place] = Metrics()
        self.is_linked[place] = True
        self.reporters[place] = self.reporter(place)

    def report(self) -> None:
        for place in range(EDGES):
            self.is_linked[place] = True
            self.reporters[place].report()

    def counters(self) -> dict[str, float]:
        lines = self.all.render(NOTHING).splitlines()
        series = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
        return {name: float(value) for name, value in series if "connections" not in name}

    def read(self) -> dict[str, Read]:
        return parse(self.all.render(NOTHING))


def summed(one: Read) -> dict[object, float]:
    """Return what Prometheus' ``sum without (process)`` returns."""
    found: dict[object, float] = defaultdict(float)
    for (suffix, labels), value in one.samples.items():
        found[suffix, frozenset(item for item in labels if item[0] != "process")] += value
    return found


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.integers(0, EDGES), st.sampled_from(sorted(WORK))),
        st.tuples(st.sampled_from(["cut", "link", "restart_edge"]), st.integers(0, EDGES - 1)),
        st.tuples(st.just("report")),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(STEPS)
def test_sums_are_right_and_no_counter_falls(steps: list[tuple[str, *tuple[object, ...]]]) -> None:
    processes = Processes()
    before: dict[str, float] = {}
    lost = False
    for name, *arguments in steps:
        lost = lost or (name == "restart_edge" and not processes.is_linked[int(str(arguments[0]))])
        getattr(processes, name)(*arguments)
        now = processes.counters()
        assert all(now[series] >= value for series, value in before.items())
        before = now
    processes.report()
    for metrics in processes.edges:
        metrics.connections += 2
    for reporter in processes.reporters:
        reporter.report()
    read = processes.read()
    assert read["imtui_connections"].value() == 2 * EDGES
    for name, one in read.items():
        of_processes = read.get(name.replace("imtui_", "imtui_process_", 1))
        if of_processes is None:
            continue
        sums = summed(of_processes)
        for key, value in one.samples.items():
            assert sums.get(key, 0) == pytest.approx(value), (name, key)
    if not lost:
        worked, total = processes.worked, processes.all.total
        assert total.deliveries == 7 * worked["delivery"]
        assert total.ws.by_method["heartbeat"] == worked["heartbeat"]
        assert total.ws.errors.get("7008", 0) == worked["refusal"]
        assert total.ticks.count == worked["tick"]
        assert total.commits.count == worked["commit"]


def test_one_process_has_no_others() -> None:
    metrics = Metrics(connections=3)
    alone = ProcessMetrics(metrics)
    assert alone.total is metrics
    assert not any(name.startswith("imtui_process") for name in parse(alone.render(COUNTS)))


def test_nothing_is_reported_while_nothing_changes() -> None:
    sent: list[bytes] = []
    cpu = [0.0]

    def send(report: bytes) -> bool:
        sent.append(report)
        return True

    metrics = Metrics()
    reporter = Reporter("edge-1", metrics, send, lambda: cpu[0])
    for _ in range(5):
        reporter.report()
    assert len(sent) == 1
    metrics.connections += 1
    reporter.report()
    reporter.report()
    assert len(sent) == 2
    cpu[0] = 0.5
    reporter.report()
    reporter.report()
    assert len(sent) == 3
    reporter.report_anew()
    assert len(sent) == 4
    every = [msgspec.json.decode(one) for one in sent]
    assert [one["connections"] for one in every] == [0, 1, 1, 1]
    assert sum(one["cpu_seconds"] for one in every) == 0.5
    assert max(map(len, sent)) < 4096


def test_a_new_core_counts_from_its_own_start() -> None:
    """Prometheus takes a counter that falls as one that began at 0."""
    processes = Processes()
    processes.work(1, "heartbeat")
    processes.report()
    assert processes.all.total.ws.by_method["heartbeat"] == 1
    processes.all = ProcessMetrics(Metrics())
    processes.edges[0].connections = 4
    processes.work(1, "heartbeat")
    for place in range(EDGES):
        processes.link(place)
    assert processes.all.total.ws.by_method["heartbeat"] == 1
    assert processes.all.total.connections == 4


@pytest.mark.parametrize("report", [b"x", b"{}", b"\xff", b'{"process": 1}', b"[]"])
def test_an_unreadable_report_changes_nothing(report: bytes) -> None:
    processes = Processes()
    processes.work(1, "heartbeat")
    processes.report()
    before = processes.all.render(NOTHING)
    with pytest.raises(ValueError, match="unreadable metrics"):
        processes.all.take(0, report)
    assert processes.all.render(NOTHING) == before


def test_a_report_with_other_buckets_changes_nothing() -> None:
    processes = Processes()
    processes.report()
    before = processes.all.render(NOTHING)
    metrics = Metrics()
    metrics.ticks.buckets.append(1)
    report = {"process": "edge-0", "cpu_seconds": 0.0, "connections": 1, "counted": metrics}
    with pytest.raises(ValueError, match="argument"):
        processes.all.take(0, msgspec.json.encode(report))
    assert processes.all.render(NOTHING) == before
