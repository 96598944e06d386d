"""The cost of the server's work, compared with ejabberd, Prosody and the kernel alone.

The server has its own core, and all load comes from another one. CPU time is that of all threads
of the server's process, including system time. The compared servers take turns. All features of
``imtui serve`` are on.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.peers.needs import is_here
from tests.benchmarks.server import (
    arrival,
    erasing,
    growth,
    hardship,
    heartbeat,
    lone,
    loss,
    star,
    storm,
    tls,
)
from tests.benchmarks.server.cores import LOAD, on_cores
from tests.benchmarks.server.crowd import raise_limit
from tests.benchmarks.server.hosts import PEERS
from tests.benchmarks.server.setting import FULL, LONG, QUICK, Setting
from tests.benchmarks.suites import Scale, Suite

_CASES: Final[Mapping[str, Callable[[Setting], Iterator[Figure]]]] = {
    "star": star.measure,
    "storm": storm.measure,
    "heartbeat": heartbeat.measure,
    "arrival": arrival.measure,
    "lone": lone.measure,
    "loss": loss.measure,
    "growth": growth.measure,
    "slow": hardship.measure_slow,
    "return": hardship.measure_return,
    "flood": hardship.measure_flood,
    "erasing": erasing.measure,
    "tls": tls.measure,
}


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure the wanted cases, one after the other, beside the peers that are here."""
    wanted = PEERS if scale.peers and not scale.quick else ()
    peers = [peer for peer in wanted if is_here(peer.name, peer.needs)]
    size = QUICK if scale.quick else LONG if scale.long else FULL
    raise_limit()
    with on_cores(LOAD):
        for name, case in _CASES.items():
            if scale.wants(name):
                yield from case(Setting(size, peers))


SUITE: Final = Suite(
    measure,
    (
        "TLS with more than a few hundred connections, other machines and their network",
        "more than one core for the server, and more than one server",
        "the CPU of the kernel's own threads",
        "Prosody in the storm, where a run would take it a minute",
        "more connections than a process may have open files (ulimit -Hn)",
        "10,000 silent connections, 400 s, and 1,000,000 erased messages, unless --long is given",
        "devices of one account beside each other, and callbacks to an app's own server",
    ),
    tuple(_CASES),
)
