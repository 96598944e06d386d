"""Star: one user changes the custom status, and the server notifies many watchers.

The next change waits until all know of the last one, so that the server merges none. Besides the
peers, the star is compared with a bare loop of ``send``, which shows the cost of the kernel alone.
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
    """A publisher, which changes its status, and many watchers, connected to a server."""

    def __init__(self, host: Host, watching: Crowd, publisher: Crowd, watchers: int) -> None:
        """Create a star from connected crowds.

        Args:
            host: The server.
            watching: The crowd that contains the watchers.
            publisher: The crowd whose first connection is the publisher.
            watchers: The number of watchers.
        """
        self._host = host
        self._watching = watching
        self._publisher = publisher
        self._line = publisher.lines[0]
        self._watchers = watchers

    @classmethod
    def gather(cls, host: Host, stack: ExitStack, watchers: int, quiet: float) -> "Star":
        """Connect a publisher and its watchers; the stack closes the connections."""
        address, *others = host.addresses
        publisher = stack.enter_context(Crowd(address, host.trust))
        watching = stack.enter_context(Crowd(address, host.trust, others))
        arrival = host.wire.arrival
        publisher.arrive([arrival(PUBLISHER)])
        watching.arrive([arrival(f"w{number}", [PUBLISHER]) for number in range(watchers)])
        for crowd in (watching, publisher):
            crowd.settle(quiet)
        return cls(host, watching, publisher, watchers)

    def change(self) -> str:
        """Change the status, wait until all watchers know of it, and return its tag."""
        tag = new_tag()
        self._line.say(self._host.wire.change(tag))
        self._watching.gather(tag, self._watchers)
        return tag

    def run(self, changes: int) -> Cost:
        """Make ``changes`` changes, and return their cost per delivery."""
        self.change()
        meter = Meter(self._host.pid)
        for _ in range(changes):
            self.change()
        cost = meter.stop()
        self._publisher.glance()
        return cost.per(changes * self._watchers)


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure a change with many watchers."""
    size = setting.size
    watchers = [f"w{number}" for number in range(size.watchers)]
    rosters = {PUBLISHER: watchers} | {watcher: [PUBLISHER] for watcher in watchers}
    with ExitStack() as stack:
        # In our server, the watchers subscribe instead of being friends.
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
