"""What a message costs, durable and delivered: ``imtui serve`` beside another server.

Full: some pairs of devices, one of which sends to the other and keeps so many sends under way. A
message counts when the server has acknowledged it as stored; afterwards the server is asked how
many it has. Its CPU is that of its process alone.

Lone: one pair, and a message every 20 ms.

Each run begins with a new server and an empty folder, and those that are compared take turns. All
devices are in the process of the benchmark. They are bare ones, which speak the wire and nothing
more, so that what is measured is the server; with the SDK in their place one sees how long it
takes from the call of one app to the callback of the other. What the benchmark itself uses is a
figure too: at 1,000 ms/s it would be the load that is slow, and not the server.
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
from tests.benchmarks.peers.prosody import DESCRIPTION, is_installed, prosody
from tests.benchmarks.peers.servers import Server
from tests.benchmarks.suites import Scale, Suite


@dataclass(frozen=True)
class _Size:
    pairs: int = 4
    under_way: tuple[int, ...] = (1, 8, 64)
    """How many sends each pair keeps under way, one after the other."""
    warm_up: float = 1.0
    seconds: float = 5.0
    lone: int = 400
    """How many lone messages."""
    runs: int = 5


_QUICK: Final = _Size(pairs=2, under_way=(1, 8), warm_up=0.02, seconds=0.1, lone=5, runs=3)
_LONE: Final = "lone"
_CLIENTS: Final = "lone, SDK to SDK"

_Stretches = dict[str, list[Stretch]]


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure all runs, then tell what they were like.

    Raises:
        RuntimeError: Peers are wanted and not installed, or a server has lost messages.
    """
    if scale.peers and not is_installed():
        raise RuntimeError("Prosody is not here: apt-get install prosody lua-dbi-sqlite3 lua-sec")
    size = _QUICK if scale.quick else _Size()
    ours: _Stretches = defaultdict(list)
    theirs: _Stretches = defaultdict(list)
    for _ in range(size.runs):
        asyncio.run(_run(size, ours, peer=False))
        if scale.peers:
            asyncio.run(_run(size, theirs, peer=True))
    for name, runs in ours.items():
        beside = theirs[name]
        # Lone messages come at the rate that the benchmark chose.
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
