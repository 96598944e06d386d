"""Storm: users who are all friends of each other change at once, and all learn of all changes.

Each change that a user learns of counts as a delivery, however few frames carry them.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import Cost, Meter, in_turn
from tests.benchmarks.server.crowd import Crowd, new_tag
from tests.benchmarks.server.hosts import EJABBERD, Host
from tests.benchmarks.server.setting import Setting, beside_peers


class Mesh:
    """Users connected to a server who are all friends of each other."""

    def __init__(self, host: Host, stack: ExitStack, users: list[str], quiet: float) -> None:
        """Connect all users; the stack closes the connections."""
        self._host = host
        self._crowd = stack.enter_context(Crowd(host.address))
        self._lines = self._crowd.arrive([host.wire.arrival(user) for user in users])
        self._crowd.settle(quiet)
        self._deliveries = len(users) * (len(users) - 1)
        # Servers also notify users of their own changes, some of them more than once.
        self._told = self._crowd.count(self._change(), quiet)
        if self._told < self._deliveries:
            raise RuntimeError(f"{self._told} of {self._deliveries} changes were told")

    def run(self, storms: int) -> Cost:
        """Make ``storms`` storms, and return their cost per delivery."""
        meter = Meter(self._host.pid)
        for _ in range(storms):
            self.storm()
        cost = meter.stop()
        return cost.per(storms * self._deliveries)

    def storm(self) -> None:
        """Change all statuses at once, and wait until all know of all changes."""
        self._crowd.gather(self._change(), self._told)

    def _change(self) -> str:
        tag = new_tag()
        change = self._host.wire.change(tag)
        for line in self._lines:
            line.say(change)
        return tag


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure storms."""
    size = setting.size
    users = [f"m{number}" for number in range(size.mesh)]
    rosters = {user: [friend for friend in users if friend != user] for user in users}
    with ExitStack() as stack:
        # Prosody is left out: a storm takes it too long.
        hosts = stack.enter_context(setting.hosts(rosters, rosters, [EJABBERD]))
        meshes = {name: Mesh(host, stack, users, size.quiet) for name, host in hosts.items()}
        results = in_turn(
            size.runs, {name: partial(mesh.run, size.storms) for name, mesh in meshes.items()}
        )
    deliveries = size.mesh * (size.mesh - 1)
    name = f"storm, {size.mesh} friends"
    yield from beside_peers(
        f"{name}: server's CPU", "us/delivery", results, Cost.us, {EJABBERD: 0.02}
    )
    yield from beside_peers(
        f"{name}: until all know",
        "s",
        results,
        lambda cost: cost.seconds * deliveries,
        {EJABBERD: 0.15},
    )
    yield from beside_peers(f"{name}: benchmark's own CPU", "ms/s", results, Cost.load)
