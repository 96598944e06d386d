"""The cost of a durable, delivered message: ``imtui serve`` compared with another server.

Full: several pairs of devices. One device of each pair sends to the other and keeps a number of
sends under way. A message counts when the server has acknowledged it as stored; at the end, the
benchmark checks the number of stored messages. CPU time is that of the server's process only.

Lone: one pair, and a message every 20 ms.

Each run begins with a new server and an empty folder, and the compared servers take turns. All
devices are in the benchmark's process. They are bare: they implement only the wire protocol, so
that the server dominates the result. A further case uses the SDK instead, and measures from the
call in one app to the callback in the other. The CPU time of the benchmark itself is a figure,
too: near 1,000 ms/s, the load generator would be the bottleneck, and not the server.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Stretch, full, lone
from tests.benchmarks.peers.imtui_serve import imtui
from tests.benchmarks.peers.needs import PROSODY_WITH_SQLITE, is_here
from tests.benchmarks.peers.prosody import DESCRIPTION, prosody
from tests.benchmarks.peers.servers import Server
from tests.benchmarks.suites import Scale, Suite


@dataclass(frozen=True)
class _Size:
    pairs: int = 4
    under_way: tuple[int, ...] = (1, 8, 64)
    """The numbers of sends that each pair keeps under way, measured one after the other."""
    warm_up: float = 1.0
    seconds: float = 5.0
    lone: int = 400
    """The number of lone messages."""
    runs: int = 5


_QUICK: Final = _Size(pairs=2, under_way=(1, 8), warm_up=0.02, seconds=0.1, lone=5, runs=3)
_LONE: Final = "lone"
_CLIENTS: Final = "lone, SDK to SDK"

_Stretches = dict[str, list[Stretch]]


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure all runs, then return their figures.

    Raises:
        RuntimeError: A server has lost messages.
    """
    with_peer = scale.peers and is_here("Prosody", PROSODY_WITH_SQLITE)
    size = _QUICK if scale.quick else _Size()
    ours: _Stretches = defaultdict(list)
    theirs: _Stretches = defaultdict(list)
    for _ in range(size.runs):
        asyncio.run(_run(size, ours, peer=False))
        if with_peer:
            asyncio.run(_run(size, theirs, peer=True))
    for name, runs in ours.items():
        beside = theirs[name]
        # The benchmark itself sets the rate of lone messages.
        if name not in (_LONE, _CLIENTS):
            yield _figure(f"durable messages, {name}", "1/s", "rate", runs, beside)
        if name != _CLIENTS:
            yield _figure(f"server's CPU, {name}", "us/message", "cpu", runs, beside)
        yield _figure(f"send to receipt p50, {name}", "ms", "p50", runs, beside)
        yield _figure(f"send to receipt p99, {name}", "ms", "p99", runs, beside)
        yield _figure(f"benchmark's own CPU, {name}", "ms/s", "generator", runs, beside)


def _figure(
    name: str, unit: str, what: str, ours: Sequence[Stretch], theirs: Sequence[Stretch]
) -> Figure:
    runs, beside = ([getattr(one, what) for one in stretches] for stretches in (ours, theirs))
    return Figure("messages", name, unit, runs, beside, DESCRIPTION if beside else "")


async def _run(size: _Size, stretches: _Stretches, *, peer: bool) -> None:
    names = [(f"sender{number}", f"receiver{number}") for number in range(size.pairs)]
    with TemporaryDirectory() as folder:
        async with _server(Path(folder), names, peer=peer) as server:
            pairs = [await server.connect(*both) for both in names]
            for under_way in size.under_way:
                name = f"{size.pairs} x {under_way} under way"
                stretch = await full(
                    server.pid, pairs, under_way, warm_up=size.warm_up, seconds=size.seconds
                )
                stretches[name].append(stretch)
            stretches[_LONE].append(await lone(server.pid, pairs[0], size.lone))
            for pair in pairs:
                await pair.check()
                await pair.close()
            if server.connect_clients is not None:
                pair = await server.connect_clients("app", "other_app")
                stretches[_CLIENTS].append(await lone(server.pid, pair, size.lone))
                await pair.check()
                await pair.close()


def _server(
    folder: Path, names: Sequence[tuple[str, str]], *, peer: bool
) -> AbstractAsyncContextManager[Server]:
    if peer:
        return prosody(folder, [name for both in names for name in both])
    return imtui(folder)


SUITE: Final = Suite(
    measure,
    (
        "a cut of power: that the disk keeps what it says is written",
        "the CPU of the kernel's own threads, which write to the disk",
        "many accounts, many devices of one account, long conversations, large messages",
        "TLS, other machines and their network",
        "a rate between the lone message and as many as the server takes",
    ),
)
