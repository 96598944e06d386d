"""Metrics: what is counted, and that Prometheus can read it."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.core.logins.reads import Figures
from imtui.server.metrics import Metrics
from imtui.server.node.backend import Backend
from imtui.server.process_metrics import ProcessMetrics
from imtui.server.prometheus import BOUNDS, Family, Histogram, Sample
from tests.server.wire import wire

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{({_LABEL}(?:,{_LABEL})*)\}})? (\S+)")
_HELP = re.compile(rf"# HELP ({_NAME}) ((?:[^\\\n]|\\\\|\\n)+)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (counter|gauge|histogram)")
_SUFFIXES = {"counter": {""}, "gauge": {""}, "histogram": {"_bucket", "_sum", "_count"}}

Key = tuple[str, frozenset[tuple[str, str]]]


@dataclass
class Read:
    """A family, as it was read."""

    kind: str
    samples: dict[Key, float] = field(default_factory=dict)
    """By suffix and labels."""

    def value(self, suffix: str = "", **labels: str) -> float:
        return self.samples[suffix, frozenset(labels.items())]


def parse(text: str) -> dict[str, Read]:
    """Read the format as strictly as can be: whatever is not as it should be fails."""
    assert text.endswith("\n")
    families: dict[str, Read] = {}
    name = ""
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if line.startswith("#"):
            help_, type_ = _HELP.fullmatch(line), _TYPE.fullmatch(next(lines))
            assert help_ and type_ and help_[1] == type_[1]
            name = type_[1]
            assert name not in families, "a family is in one place"
            families[name] = Read(type_[2])
            continue
        sample = _SAMPLE.fullmatch(line)
        assert sample, line
        kind = families[name].kind
        suffix = sample[1].removeprefix(name)
        assert sample[1].startswith(name) and suffix in _SUFFIXES[kind], line
        labels = [unescaped(label) for label in re.findall(_LABEL, sample[2] or "")]
        assert len({label for label, _ in labels}) == len(labels), line
        key = (suffix, frozenset(labels))
        assert key not in families[name].samples, line
        families[name].samples[key] = float(sample[3])
    for name, one in families.items():
        check_family(name, one)
    return families


def unescaped(label: str) -> tuple[str, str]:
    name, quoted = label.split("=", 1)
    return name, re.sub(r"\\(.)", lambda it: "\n" if it[1] == "n" else it[1], quoted[1:-1])


def check_family(name: str, one: Read) -> None:
    assert name.endswith("_total") == (one.kind == "counter")
    assert name.endswith("_seconds") == (one.kind == "histogram")
    buckets: dict[frozenset[tuple[str, str]], dict[float, float]] = defaultdict(dict)
    for (suffix, labels), value in one.samples.items():
        assert value >= 0
        if suffix == "_bucket":
            bound = float(dict(labels)["le"])
            rest = frozenset(pair for pair in labels if pair[0] != "le")
            buckets[rest][bound] = value
    for labels, counts in buckets.items():
        assert list(counts) == sorted(counts)
        assert list(counts.values()) == sorted(counts.values())
        assert counts[float("inf")] == one.samples["_count", labels]
        assert ("_sum", labels) in one.samples


COUNTS = Figures(
    sessions=2,
    devices=3,
    accounts={"online": 3, "offline": 4, "unlogined": 5},
    subscriptions=6,
    friendships=8,
)


def rendered(metrics: Metrics) -> str:
    return ProcessMetrics(metrics).render(COUNTS)


def test_all_that_is_rendered_can_be_read() -> None:
    metrics = Metrics(connections=7, changes=11, coalesced=12)
    metrics.rest.expect(["openim/sendmsg"])
    metrics.rest.answered("openim/sendmsg", 0.2)
    limit = IMError(ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT)
    metrics.ws.answered("login", 0.02, limit)
    metrics.commits.observe(0.003)
    read = parse(rendered(metrics))
    assert all(name.startswith("imtui_") for name in read)
    assert read["imtui_connections"].value() == 7
    assert read["imtui_sessions"].value() == 2
    assert read["imtui_devices"].value() == 3
    assert read["imtui_accounts"].value(status="offline") == 4
    assert read["imtui_subscriptions"].value() == 6
    assert read["imtui_friendships"].value() == 8
    assert read["imtui_changes_total"].value() == 11
    assert read["imtui_coalesced_total"].value() == 12
    assert read["imtui_requests_total"].value(port="ws", method="login") == 1
    assert read["imtui_requests_total"].value(port="ws", method="logout") == 0
    assert read["imtui_requests_total"].value(port="rest", method="openim/sendmsg") == 1
    assert read["imtui_errors_total"].value(port="ws", code="7008") == 1
    assert read["imtui_request_seconds"].value("_count", port="rest") == 1
    assert read["imtui_commit_seconds"].value("_sum") == 0.003


def test_labels_and_meanings_are_escaped() -> None:
    nasty = 'a\\n "quoted",\n{x="1"} 5'
    samples = [Sample(5, {"first": nasty, "other": "Café"})]
    text = Family("gauge", "imtui_nasty", nasty, samples).text()
    assert text.count("\n") == 3
    assert parse(text)["imtui_nasty"].value(first=nasty, other="Café") == 5


def test_a_bound_belongs_to_its_bucket_and_what_is_above_all_to_the_last() -> None:
    histogram = Histogram()
    for seconds in (0.0, BOUNDS[0], BOUNDS[1], BOUNDS[-1], BOUNDS[-1] + 1):
        histogram.observe(seconds)
    text = Family("histogram", "imtui_some_seconds", "Some.", histogram.samples()).text()
    some = parse(text)["imtui_some_seconds"]
    assert some.value("_bucket", le=str(BOUNDS[0])) == 2
    assert some.value("_bucket", le=str(BOUNDS[1])) == 3
    assert some.value("_bucket", le=str(BOUNDS[-1])) == 4
    assert some.value("_bucket", le="+Inf") == histogram.count == 5


def test_what_others_make_up_is_counted_together() -> None:
    metrics = Metrics()
    series = len(rendered(metrics).splitlines())
    for number in range(1000):
        metrics.ws.answered(f"method{number}", 0.0, IMError(120_001 + number))
    text = rendered(metrics)
    assert parse(text)["imtui_requests_total"].value(port="ws", method="other") == 1000
    assert parse(text)["imtui_errors_total"].value(port="ws", code="other") == 1000
    assert len(text.splitlines()) == series + 1


def test_totals_are_those_of_both_ports() -> None:
    metrics = Metrics()
    for port in (metrics.ws, metrics.rest):
        port.answered("anything", 0.0, IMError(ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR))
    metrics.rest.refused(IMError(ErrorCode.ERR_SVR_COMM_INVALID_RES))
    assert metrics.requests == 2
    assert metrics.errors == {"70500": 2, "60009": 1}


async def test_what_clients_do_is_counted(backend: Backend) -> None:
    metrics = backend.metrics
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("subscribeUserStatus", userIDList=["bob"])
        assert metrics.connections == 2
        alice.pushes.clear()
        before = metrics.changes, metrics.deliveries
        await bob.call("setSelfStatus", customStatus="Lunch")
        told = await alice.push("onUserStatusChanged")
        assert told["userStatusList"][0]["userID"] == "bob"
        assert (metrics.changes, metrics.deliveries) == (before[0] + 1, before[1] + 1)
        assert metrics.ticks.count == 1
        await alice.call("sendMessage", userID="bob", msgID="1", text="Hi")
        await alice.call("sendMessage", userID="bob", msgID="2", text="Hi", onlineUserOnly=True)
        assert await alice.code("sendMessage", userID="alice", msgID="3", text="x") == 6032
        assert await alice.code("noSuchMethod") == -32601
        await alice.socket.send("no JSON")
        await alice.receive()
        assert metrics.messages == 1
        assert metrics.ws.by_method["login"] == 2
        assert metrics.ws.by_method["other"] == 2
        assert metrics.ws.errors == {"6032": 1, "-32601": 1, "-32700": 1}
        assert metrics.commits.count >= 3
