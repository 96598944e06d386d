"""The cases that compare two backends, taken from the suites ``server`` and ``messages``."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.benchmarks.against.rounds import CPU, Values, Work, measure
from tests.benchmarks.against.size import Size
from tests.benchmarks.against.trees import Tree
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Pair, burst
from tests.benchmarks.peers.imtui_serve import connect_devices
from tests.benchmarks.peers.quotas import lift_quotas
from tests.benchmarks.server.crowd import Crowd
from tests.benchmarks.server.heartbeat import Beating
from tests.benchmarks.server.hosts import OurHost
from tests.benchmarks.server.lone import Lone
from tests.benchmarks.server.processes import memory_of
from tests.benchmarks.server.star import Star
from tests.benchmarks.server.storm import Mesh
from tests.benchmarks.suites import AGAINST

RATIO_MAX: Final = 1.03

_BEFORE: Final = 100
"""The number of clients that log in first, so that one-time work at first logins does not count."""

_NOTHING: Final[Values] = {}


@dataclass(frozen=True)
class _Told:
    """A figure of a case."""

    key: str
    name: str
    unit: str
    times: float = 1.0
    """The factor from the measured values to the unit."""
    block: int = 5
    """The number of slices in a block; 1 for values that include occasional unrelated waits."""
    more_is_better: bool = False


@dataclass(frozen=True)
class Case:
    """A kind of work in which two backends are compared."""

    prepare: Callable[[Size, OurHost, ExitStack], Work]
    """Connects the clients, like ``Prepare``."""
    slices: Callable[[Size], int]
    """Returns the number of slices."""
    tells: Callable[[Size], tuple[_Told, ...]]
    """Returns the figures of the case."""

    def measure(self, trees: Mapping[Tree, Path], size: Size) -> Iterator[Figure]:
        """Measure a backend of each tree, and compare the first with the second."""

        runs = measure(trees, partial(self.prepare, size), self.slices(size), size.pairs)
        _, other = trees
        for told in self.tells(size):
            both = [one.typical(told.key, told.block) for one in runs]
            ratios = [one.ratio(told.key, told.block) for one in runs]
            yield Figure(
                AGAINST,
                told.name,
                told.unit,
                [ours * told.times for ours, _ in both],
                [theirs * told.times for _, theirs in both],
                f"imtui of {other.name}",
                ratios=[one for one in ratios if one is not None],
                ratio_max=None if told.more_is_better else RATIO_MAX,
                ratio_min=round(1 / RATIO_MAX, 2) if told.more_is_better else None,
            )


def _star(size: Size, host: OurHost, stack: ExitStack) -> Work:
    star = Star.gather(host, stack, size.watchers, size.quiet)

    def work() -> Values:
        star.change()
        return _NOTHING

    work()
    return work


def _tells_star(size: Size) -> tuple[_Told, ...]:
    name = f"star, {size.watchers} watchers: server's CPU"
    return (_Told(CPU, name, "us/delivery", 1e6 / size.watchers),)


def _storm(size: Size, host: OurHost, stack: ExitStack) -> Work:
    mesh = Mesh(host, stack, size.friends, size.quiet)

    def work() -> Values:
        mesh.storm()
        return _NOTHING

    return work


def _tells_storm(size: Size) -> tuple[_Told, ...]:
    name = f"storm, {size.mesh} friends: server's CPU"
    return (_Told(CPU, name, "us/delivery", 1e6 / (size.mesh * (size.mesh - 1))),)


def _heartbeat(size: Size, host: OurHost, stack: ExitStack) -> Work:
    beating = Beating(host, stack, size.users[: size.beating], size.quiet)

    def work() -> Values:
        beating.beat()
        return _NOTHING

    work()
    return work


def _tells_heartbeat(size: Size) -> tuple[_Told, ...]:
    name = f"heartbeat, {size.beating} connections: server's CPU"
    return (_Told(CPU, name, "us/heartbeat", 1e6 / size.beating),)


def _crowd(size: Size, host: OurHost, stack: ExitStack) -> Crowd:
    crowd = stack.enter_context(Crowd(host.address))
    crowd.arrive([host.wire.arrival(f"before{number}") for number in range(_BEFORE)])
    crowd.settle(size.quiet)
    return crowd


def _login(size: Size, host: OurHost, stack: ExitStack) -> Work:
    crowd = _crowd(size, host, stack)
    arrivals = [host.wire.arrival(user) for user in size.users]

    def work() -> Values:
        crowd.arrive([arrivals.pop() for _ in range(size.arriving)])
        return _NOTHING

    return work


def _tells_login(size: Size) -> tuple[_Told, ...]:
    return (_Told(CPU, "login: server's CPU", "ms", 1e3 / size.arriving),)


def _memory(size: Size, host: OurHost, stack: ExitStack) -> Work:
    crowd = _crowd(size, host, stack)
    arrivals = [host.wire.arrival(user) for user in size.users[: size.idle]]
    before = memory_of(host.pid)

    def work() -> Values:
        crowd.arrive(arrivals)
        crowd.settle(size.quiet)
        return {"kib": memory_of(host.pid) - before}

    return work


def _tells_memory(size: Size) -> tuple[_Told, ...]:
    return (_Told("kib", "memory of an idle connection", "KiB", 1 / size.idle),)


def _lone(size: Size, host: OurHost, stack: ExitStack) -> Work:
    crowd = _crowd(size, host, stack)
    crowd.arrive([host.wire.arrival(user) for user in size.users[: size.idle]])
    crowd.settle(size.quiet)
    runner = stack.enter_context(asyncio.Runner())
    lone = Lone(host)
    stack.callback(lambda: runner.run(lone.close()))
    runner.run(lone.connect())

    def work() -> Values:
        return {"ms": runner.run(lone.change(size.lone_every))}

    return work


def _tells_lone(size: Size) -> tuple[_Told, ...]:
    name = f"a lone change, {size.idle} connections, SDK to SDK"
    return (
        _Told("ms", f"{name}: p50", "ms", block=1),
        _Told(CPU, f"{name}: server's CPU", "us", 1e6),
    )


def _messages(size: Size, host: OurHost, stack: ExitStack) -> Work:
    runner = stack.enter_context(asyncio.Runner())
    pairs = stack.enter_context(_senders(host, runner, size))

    def work() -> Values:
        seconds = runner.run(burst(pairs, size.under_way, size.messages))
        return {"rate": size.messages * size.senders / seconds}

    work()
    return work


@contextmanager
def _senders(host: OurHost, runner: asyncio.Runner, size: Size) -> Iterator[list[Pair]]:
    async def connect() -> list[Pair]:
        await lift_quotas(host.rest_url, host.key)
        names = [(f"sender{number}", f"receiver{number}") for number in range(size.senders)]
        return [await connect_devices(host.url, host.key, *both) for both in names]

    async def close() -> None:
        for pair in pairs:
            await pair.check()
            await pair.close()

    pairs = runner.run(connect())
    yield pairs
    # This is not in a `finally`, as there is nothing to check after a failure.
    runner.run(close())


def _tells_messages(size: Size) -> tuple[_Told, ...]:
    name = f"durable messages, {size.senders} x {size.under_way} under way"
    return (
        _Told(CPU, f"{name}: server's CPU", "us/message", 1e6 / (size.senders * size.messages)),
        _Told("rate", name, "1/s", block=1, more_is_better=True),
    )


CASES: Final[Mapping[str, Case]] = {
    "star": Case(_star, lambda size: size.slices, _tells_star),
    "storm": Case(_storm, lambda size: size.slices, _tells_storm),
    "heartbeat": Case(_heartbeat, lambda size: size.slices, _tells_heartbeat),
    "login": Case(_login, lambda size: size.arriving_slices, _tells_login),
    "memory": Case(_memory, lambda size: 1, _tells_memory),
    "lone": Case(_lone, lambda size: size.slices, _tells_lone),
    "messages": Case(_messages, lambda size: size.message_slices, _tells_messages),
}
