"""How much is measured, and beside which servers."""

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
    """How much of everything."""

    runs: int = 5
    watchers: int = 1000
    changes: int = 40
    """So many in each run."""
    mesh: int = 200
    """So many friends of each other."""
    storms: int = 3
    beats: int = 20
    """So many heartbeats of each connection."""
    idle: int = 2000
    """So many idle connections."""
    subscribed: int = 1000
    """So many that subscribe to others."""
    subscriptions: int = 200
    lone: int = 200
    lone_every: float = 0.03
    silent: int = 1000
    heartbeat_timeout: float = 5.0
    idle_seconds: float = 5.0
    grown: tuple[int, ...] = (100, 1_000, 4_000, 10_000)
    deliveries: int = 20_000
    """So many in each run at least, however many watchers there are."""
    unread_lists: int = 60
    """So many friend lists are asked for and not read."""
    listed: int = 500
    returning: int = 10_000
    flood_seconds: float = 3.0
    quiet: float = 1.0
    """All is done when nothing is told for so long."""


FULL: Final = Size()
LONG: Final = Size(silent=10_000, heartbeat_timeout=400.0)
QUICK: Final = Size(
    runs=1,
    watchers=5,
    changes=2,
    mesh=4,
    storms=1,
    beats=2,
    idle=5,
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
    quiet=0.03,
)


@dataclass(frozen=True)
class Setting:
    """What a case is given."""

    size: Size
    peers: Sequence[Peer] = ()

    @contextmanager
    def hosts(
        self, ours: Rosters, theirs: Rosters, peers: Collection[Peer]
    ) -> Iterator[dict[str, Host]]:
        """Run our server with some accounts and friends, and those peers that are wanted."""
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
    """Return an empty folder that is gone afterwards."""
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
    """Return our results beside those of somebody else, if there are any."""
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
    """Return our results beside those of each peer that was measured, or alone."""
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
    """Return what picks a percentile."""
    return partial(percentile, percent=percent)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which so many percent are."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=1000, method="inclusive")[round(percent * 10) - 1]
