"""Counters and durations since the backend started."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import Method
from imtui.server.prometheus import Family, Histogram, Sample

OTHER: Final = "other"
"""Stands for all unknown methods and codes, so that made-up ones do not fill the memory."""


class Counts(Protocol):
    """Current counts of the core."""

    @property
    def sessions(self) -> int:
        """Return how many connections are logged in."""

    @property
    def devices(self) -> int:
        """Return how many connections are logged in as devices, that is, not passively."""

    @property
    def accounts(self) -> Mapping[str, int]:
        """Return how many accounts have each status, by its name."""

    @property
    def subscriptions(self) -> int:
        """Return how many subscriptions all accounts have together."""

    @property
    def friendships(self) -> int:
        """Return how many friends are on all lists together."""


@dataclass(slots=True)
class Requests:
    """The requests to one port."""

    seconds: Histogram = field(default_factory=Histogram)
    errors: dict[str, int] = field(default_factory=dict)
    """By code."""
    by_method: dict[str, int] = field(default_factory=lambda: {OTHER: 0})

    def expect(self, methods: Iterable[str]) -> None:
        """Count these methods by name; unexpected methods are counted together."""
        for method in methods:
            self.by_method.setdefault(str(method), 0)

    def answered(self, method: str, seconds: float, answer: object = None) -> None:
        """Count a request and how long it took; an ``IMError`` as answer counts as refused."""
        try:
            self.by_method[method] += 1
        except KeyError:
            self.by_method[OTHER] += 1
        self.seconds.observe(seconds)
        if isinstance(answer, IMError):
            self.refused(answer)

    def refused(self, error: IMError) -> None:
        """Count an error; its request is counted already."""
        code = str(int(error.code)) if isinstance(error.code, ErrorCode) else OTHER
        self.errors[code] = self.errors.get(code, 0) + 1


def _of_clients() -> Requests:
    requests = Requests()
    requests.expect(Method)
    return requests


@dataclass(slots=True)
class Metrics:
    """The counters of one process, or of all of them together."""

    connections: int = 0
    """Open connections, with or without a login."""
    changes: int = 0
    """Changes of statuses."""
    deliveries: int = 0
    """Statuses of watched users that were handed to a connection; one for each connection."""
    coalesced: int = 0
    """Statuses that a later one of the same user replaced before they were handed over."""
    messages: int = 0
    """Stored messages."""
    pushes_dropped: int = 0
    heartbeats_lost: int = 0
    """Connections that were closed because nothing was received from them."""
    commit_failures: int = 0
    callbacks_sent: int = 0
    """Callbacks that the app's own server accepted."""
    callbacks_dropped: int = 0
    ws: Requests = field(default_factory=_of_clients)
    """JSON-RPC requests of clients."""
    rest: Requests = field(default_factory=Requests)
    """REST requests of admins."""
    commits: Histogram = field(default_factory=Histogram)
    """The durations of successful commits."""
    ticks: Histogram = field(default_factory=Histogram)
    """The times from the first change of a tick until all its changes are delivered."""

    @property
    def requests(self) -> int:
        """Return how many requests were answered on both ports."""
        return self.ws.seconds.count + self.rest.seconds.count

    @property
    def errors(self) -> dict[str, int]:
        """Return how many errors were answered on both ports, by code."""
        return dict(Counter(self.ws.errors) + Counter(self.rest.errors))

    def families(self, counts: Counts) -> list[Family]:
        """Return all metrics."""
        return [*self._gauges(counts), *self.counted()]

    def counted(self) -> list[Family]:
        """Return the metrics that only grow."""
        return [*self._counters(), *self._histograms()]

    def _gauges(self, counts: Counts) -> list[Family]:
        accounts = [Sample(count, {"status": name}) for name, count in counts.accounts.items()]
        return [
            _gauge("connections", "Open connections of clients.", self.connections),
            _gauge("sessions", "Connections that are logged in.", counts.sessions),
            _gauge("devices", "Connected devices.", counts.devices),
            Family("gauge", "imtui_accounts", "Accounts by status.", accounts),
            _gauge("subscriptions", "Subscriptions to users' statuses.", counts.subscriptions),
            _gauge("friendships", "Friends on users' lists.", counts.friendships),
        ]

    def _counters(self) -> list[Family]:
        requests, errors = [], []
        for port, counted in self._ports():
            for method, count in counted.by_method.items():
                requests.append(Sample(count, {"port": port, "method": method}))
            for code, count in counted.errors.items():
                errors.append(Sample(count, {"port": port, "code": code}))
        return [
            Family("counter", "imtui_requests_total", "Requests by method.", requests),
            Family("counter", "imtui_errors_total", "Requests refused, by code.", errors),
            _counter("changes", "Status changes.", self.changes),
            _counter("deliveries", "Statuses handed to watchers' connections.", self.deliveries),
            _counter("coalesced", "Statuses replaced by later ones.", self.coalesced),
            _counter("messages", "Messages stored.", self.messages),
            _counter("pushes_dropped", "Pushes dropped, not read in time.", self.pushes_dropped),
            _counter("heartbeats_lost", "Connections that fell silent.", self.heartbeats_lost),
            _counter("callbacks_sent", "Callbacks accepted.", self.callbacks_sent),
            _counter("callbacks_dropped", "Callbacks dropped.", self.callbacks_dropped),
            _counter("commit_failures", "Commits that failed.", self.commit_failures),
        ]

    def _histograms(self) -> list[Family]:
        requests: list[Sample] = []
        for port, counted in self._ports():
            requests += counted.seconds.samples({"port": port})
        commits, ticks = self.commits.samples(), self.ticks.samples()
        return [
            _histogram("request", "Time to carry out a request.", requests),
            _histogram("commit", "Time to commit changes.", commits),
            _histogram("delivery", "Time from a change to the end of its tick.", ticks),
        ]

    def _ports(self) -> tuple[tuple[str, Requests], tuple[str, Requests]]:
        return ("ws", self.ws), ("rest", self.rest)


def _gauge(name: str, meaning: str, value: int) -> Family:
    return Family("gauge", f"imtui_{name}", meaning, [Sample(value)])


def _counter(name: str, meaning: str, value: int) -> Family:
    return Family("counter", f"imtui_{name}_total", meaning, [Sample(value)])


def _histogram(name: str, meaning: str, samples: Iterable[Sample]) -> Family:
    return Family("histogram", f"imtui_{name}_seconds", meaning, samples)
