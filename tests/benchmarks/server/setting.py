"""The sizes of the cases, the servers to compare with, and helpers for figures."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

from tests.benchmarks.figures import Figure
from tests.benchmarks.server.hosts import PEERS, Host, Peer, Rosters, imtui

SUITE: Final = "server"
OURS: Final = "imtui"

T = TypeVar("T")


@dataclass(frozen=True)
class Size:
    """The sizes of all cases."""

    runs: int = 5
    watchers: int = 1000
    changes: int = 40
    """The number of changes in each run."""
    mesh: int = 200
    """The number of users that are all friends of each other."""
    storms: int = 3
    beats: int = 20
    """The number of heartbeats of each connection."""
    idle: int = 2000
    """The number of idle connections."""
    secured: int = 300
    """The number of connections with TLS."""
    subscribed: int = 1000
    """The number of clients that subscribe to others."""
    subscriptions: int = 200
    """The number of subscriptions of each of them."""
    lone: int = 200
    """The number of lone changes in each run."""
    lone_every: float = 0.03
    """The pause before each lone change, in seconds."""
    silent: int = 1000
    """The number of connections that fall silent."""
    heartbeat_timeout: float = 5.0
    idle_seconds: float = 5.0
    """The duration of the measurement of idle connections."""
    grown: tuple[int, ...] = (100, 1_000, 4_000, 10_000)
    """The numbers of watchers in the growing star."""
    deliveries: int = 20_000
    """The minimum number of deliveries in each run of the growing star."""
    unread_lists: int = 60
    """The number of friend lists that the slow client requests and does not read."""
    listed: int = 500
    """The number of friends in each of these lists."""
    returning: int = 10_000
    """The number of clients that reconnect at once."""
    flood_seconds: float = 3.0
    erased: int = 20_000
    """The number of messages that are erased."""
    erasing_calm: float = 5.0
    """How long heartbeats are measured before that, in seconds."""
    erasing_watched: float = 60.0
    """How long they are measured meanwhile at most, in seconds."""
    quiet: float = 1.0
    """The time without data after which all deliveries are complete, in seconds."""


FULL: Final = Size()
LONG: Final = Size(silent=10_000, heartbeat_timeout=400.0, erased=1_000_000)
QUICK: Final = Size(
    runs=1,
    watchers=5,
    changes=2,
    mesh=4,
    storms=1,
    beats=2,
    idle=5,
    secured=5,
    subscribed=5,
    subscriptions=2,
    lone=3,
    silent=15,
    heartbeat_timeout=0.5,
    idle_seconds=0.1,
    grown=(2, 4),
    deliveries=4,
    unread_lists=2,
    listed=2,
    returning=5,
    flood_seconds=0.1,
    erased=500,
    erasing_calm=0.1,
    quiet=0.03,
)


@dataclass(frozen=True)
class Setting:
    """The input of a case."""

    size: Size
    peers: Sequence[Peer] = ()

    @contextmanager
    def hosts(
        self, ours: Rosters, theirs: Rosters, peers: Collection[Peer]
    ) -> Iterator[dict[str, Host]]:
        """Run our server and the wanted ones of ``peers``.

        Args:
            ours: The accounts and friends of our server.
            theirs: The accounts and friends of the peers.
            peers: The peers that the case supports.

        Yields:
            The running servers by name.
        """
        with ExitStack() as stack:
            folder = stack.enter_context(folder_for(OURS))
            host = stack.enter_context(imtui(folder))
            host.make_friends(ours)
            hosts: dict[str, Host] = {OURS: host}
            for peer in self.peers:
                if peer in peers:
                    folder = stack.enter_context(folder_for(peer.name))
                    peer.seed(folder, theirs)
                    hosts[peer.name] = stack.enter_context(peer.run(folder))
            yield hosts


@contextmanager
def folder_for(name: str) -> Iterator[Path]:
    """Create an empty folder, and remove it at the end of the context."""
    with TemporaryDirectory(prefix=f"{name.lower()}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def figure(
    name: str,
    unit: str,
    results: Mapping[str, Sequence[T]],
    pick: Callable[[T], float],
    beside: str = "",
    *,
    partner: str = "",
    ratio_max: float | None = None,
    value_max: float | None = None,
) -> Figure:
    """Return a figure of our results, compared with those named ``beside`` if there are any."""
    others = [pick(one) for one in results.get(beside, ())]
    return Figure(
        SUITE,
        name,
        unit,
        [pick(one) for one in results[OURS]],
        others,
        partner if others else "",
        ratio_max if others else None,
        value_max,
    )


def beside_peers(
    name: str,
    unit: str,
    results: Mapping[str, Sequence[T]],
    pick: Callable[[T], float],
    ratios: Mapping[Peer, float] | None = None,
    *,
    value_max: float | None = None,
) -> Iterator[Figure]:
    """Yield a figure of our results for each measured peer, or one without a partner."""
    measured = [peer for peer in PEERS if peer.name in results]
    for peer in measured:
        yield figure(
            f"{name}, beside {peer.name}",
            unit,
            results,
            pick,
            peer.name,
            partner=peer.description,
            ratio_max=(ratios or {}).get(peer),
            value_max=value_max,
        )
    if not measured:
        yield figure(name, unit, results, pick, value_max=value_max)


def percentile_of(percent: float) -> Callable[[Sequence[float]], float]:
    """Return a function that computes a percentile."""
    return partial(percentile, percent=percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile of the values."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=1000, method="inclusive")[round(percent * 10) - 1]
