"""Star: one user changes the custom status, and many watchers are told.

The next change comes when all know of the last one, so that nothing is merged. Beside the peers
there is a loop of ``send`` in another process: what the kernel alone costs.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import Cost, Meter, in_turn
from tests.benchmarks.server.crowd import Crowd, new_tag
from tests.benchmarks.server.hosts import BARE, EJABBERD, PEERS, PROSODY, Host, bare
from tests.benchmarks.server.setting import Setting, beside_peers, figure, folder_for
from tests.benchmarks.server.wires import PUBLISHER

_BARE_NAME: Final = "send"


class Star:
    """One who changes the status and many who watch, connected to a server."""

    def __init__(self, host: Host, watching: Crowd, publisher: Crowd, watchers: int) -> None:
        """Make it of crowds that are there; so many of the one watch the first of the other."""
        self._host = host
        self._watching = watching
        self._publisher = publisher
        self._line = publisher.lines[0]
        self._watchers = watchers

    @classmethod
    def gather(cls, host: Host, stack: ExitStack, watchers: int, quiet: float) -> "Star":
        """Let all come; they go when the stack is unwound."""
        publisher = stack.enter_context(Crowd(host.address))
        watching = stack.enter_context(Crowd(host.address))
        arrival = host.wire.arrival
        publisher.arrive([arrival(PUBLISHER)])
        watching.arrive([arrival(f"w{number}", [PUBLISHER]) for number in range(watchers)])
        for crowd in (watching, publisher):
            crowd.settle(quiet)
        return cls(host, watching, publisher, watchers)

    def change(self) -> str:
        """Change the status, and return its tag once all know of it."""
        tag = new_tag()
        self._line.say(self._host.wire.change(tag))
        self._watching.gather(tag, self._watchers)
        return tag

    def run(self, changes: int) -> Cost:
        """Return what so many changes cost, divided by how many were told."""
        self.change()
        meter = Meter(self._host.pid)
        for _ in range(changes):
            self.change()
        cost = meter.stop()
        self._publisher.glance()
        return cost.per(changes * self._watchers)


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure a change that 1,000 are told of."""
    size = setting.size
    watchers = [f"w{number}" for number in range(size.watchers)]
    rosters = {PUBLISHER: watchers} | {watcher: [PUBLISHER] for watcher in watchers}
    with ExitStack() as stack:
        # Ours subscribe.
        hosts = stack.enter_context(setting.hosts({}, rosters, PEERS))
        folder = stack.enter_context(folder_for(_BARE_NAME))
        hosts[_BARE_NAME] = stack.enter_context(bare(folder, size.watchers + 1))
        stars = {
            name: Star.gather(host, stack, size.watchers, size.quiet)
            for name, host in hosts.items()
        }
        results = in_turn(
            size.runs, {name: partial(star.run, size.changes) for name, star in stars.items()}
        )
    name = f"star, {size.watchers} watchers: server's CPU"
    ratios = {EJABBERD: 0.30, PROSODY: 0.12}
    yield from beside_peers(name, "us/delivery", results, Cost.us, ratios)
    yield figure(
        f"{name}, beside the kernel alone",
        "us/delivery",
        results,
        Cost.us,
        _BARE_NAME,
        partner=BARE,
        ratio_max=1.4,
    )
    name = f"star, {size.watchers} watchers: benchmark's own CPU"
    yield from beside_peers(name, "ms/s", results, Cost.load)
