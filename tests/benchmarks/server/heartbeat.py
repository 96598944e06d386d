"""The cost of answering heartbeats of many connections."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import Cost, Meter, in_turn
from tests.benchmarks.server.crowd import Crowd, new_tag
from tests.benchmarks.server.hosts import EJABBERD, PEERS, Host
from tests.benchmarks.server.setting import Setting, beside_peers


class Beating:
    """Connections to a server that send heartbeats."""

    def __init__(self, host: Host, stack: ExitStack, users: list[str], quiet: float) -> None:
        """Connect all users; the stack closes the connections."""
        self._host = host
        self._crowd = stack.enter_context(Crowd(host.address))
        self._lines = self._crowd.arrive([host.wire.arrival(user) for user in users])
        self._crowd.settle(quiet)

    def run(self, beats: int) -> Cost:
        """Return the cost of one heartbeat, measured over ``beats`` of each connection."""
        self.beat()
        meter = Meter(self._host.pid)
        for _ in range(beats):
            self.beat()
        return meter.stop().per(beats * len(self._lines))

    def beat(self) -> None:
        """Send one heartbeat on each connection, and wait for all answers."""
        tag = new_tag()
        heartbeat = self._host.wire.heartbeat(tag)
        for line in self._lines:
            line.say(heartbeat)
        self._crowd.gather(tag, len(self._lines))


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure our heartbeats, and the pings of the other servers."""
    size = setting.size
    users = [f"u{number}" for number in range(size.watchers)]
    rosters: dict[str, list[str]] = {user: [] for user in users}
    with ExitStack() as stack:
        hosts = stack.enter_context(setting.hosts({}, rosters, PEERS))
        crowds = {name: Beating(host, stack, users, size.quiet) for name, host in hosts.items()}
        results = in_turn(
            size.runs, {name: partial(crowd.run, size.beats) for name, crowd in crowds.items()}
        )
    name = f"heartbeat, {size.watchers} connections"
    yield from beside_peers(
        f"{name}: server's CPU", "us/heartbeat", results, Cost.us, {EJABBERD: 0.4}
    )
    yield from beside_peers(f"{name}: benchmark's own CPU", "ms/s", results, Cost.load)
