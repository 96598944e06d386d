"""What backends do in turn, and how it is prepared."""

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, TypeVar

from tests.benchmarks.load import Pair, burst
from tests.benchmarks.peers.imtui_serve import connect_devices
from tests.benchmarks.peers.quotas import lift_quotas
from tests.benchmarks.server.crowd import Crowd, new_tag
from tests.benchmarks.server.heartbeat import Beating
from tests.benchmarks.server.hosts import Host, OurHost
from tests.benchmarks.server.lone import Lone
from tests.benchmarks.server.star import Star
from tests.benchmarks.server.storm import Mesh

_QUIET: Final = 0.3
LONE_EVERY: Final = 0.02
"""The pause after a lone change, in seconds."""
SENDERS: Final = 4
_UNDER_WAY: Final = 64


@dataclass(frozen=True)
class Size:
    edges: int = 3
    """The most edges."""
    runs: int = 12
    repeats: int = 10
    """How often the work is done in each run."""
    watchers: int = 1000
    few: int = 50
    publishers: int = 20
    """How many users change at once, each with a few watchers."""
    beating: int = 250
    arriving: int = 50
    messages: int = 500
    played: int = 100_000
    """How many connections are played."""
    played_seconds: float = 20.0


Work = Callable[[], float]
"""Does some work; returns a value of its own, or 0."""
AnyHost = TypeVar("AnyHost", bound=Host)
Prepare = Callable[[Size, AnyHost, ExitStack], Work]
"""Prepares the work."""


def star(watchers: int, pause: float = 0.0) -> Prepare[Host]:
    """Let a user with watchers change the status."""

    def prepare(size: Size, host: Host, stack: ExitStack) -> Work:
        star = Star.gather(host, stack, watchers, _QUIET)

        def work() -> float:
            star.change()
            time.sleep(pause)
            return 0.0

        work()
        return work

    return prepare


def mesh(size: Size, host: OurHost, stack: ExitStack) -> Work:
    """Let friends of each other change at once."""
    users = [f"m{number}" for number in range(size.few)]
    host.make_friends({user: [other for other in users if other != user] for user in users})
    mesh = Mesh(host, stack, users, _QUIET)

    def work() -> float:
        mesh.storm()
        return 0.0

    return work


def stars(size: Size, host: Host, stack: ExitStack) -> Work:
    """Let users change at once, each with watchers of its own."""
    address, *others = host.addresses
    publishers, watchers = (stack.enter_context(Crowd(address, others=others)) for _ in range(2))
    arrival = host.wire.arrival
    users = [f"p{number}" for number in range(size.publishers)]
    lines = publishers.arrive([arrival(user) for user in users])
    watchers.arrive([arrival(f"{user}w{n}", [user]) for user in users for n in range(size.few)])
    for crowd in (watchers, publishers):
        crowd.settle(_QUIET)

    def work() -> float:
        tag = new_tag()
        change = host.wire.change(tag)
        for line in lines:
            line.say(change)
        watchers.gather(tag, size.publishers * size.few)
        return 0.0

    work()
    return work


def logins(size: Size, host: OurHost, stack: ExitStack) -> Work:
    """Let users log in whose accounts exist."""
    crowd = stack.enter_context(Crowd(host.address))
    users = [f"u{number}" for number in range(size.arriving * (size.runs + 1))]
    host.make_friends({user: [] for user in users})
    arrivals = [host.wire.arrival(user) for user in users]

    def work() -> float:
        crowd.arrive([arrivals.pop() for _ in range(size.arriving)])
        return 0.0

    work()
    return work


def beats(size: Size, host: OurHost, stack: ExitStack) -> Work:
    """Let clients send heartbeats."""
    beating = Beating(host, stack, [f"u{number}" for number in range(size.beating)], _QUIET)

    def work() -> float:
        beating.beat()
        return 0.0

    work()
    return work


def lone(size: Size, host: OurHost, stack: ExitStack) -> Work:
    """Let an SDK learn of a change; returns the latency in milliseconds."""
    runner = stack.enter_context(asyncio.Runner())
    lone = Lone(host)
    stack.callback(lambda: runner.run(lone.close()))
    runner.run(lone.connect())
    return lambda: runner.run(lone.change(LONE_EVERY))


def messages(size: Size, host: OurHost, stack: ExitStack) -> Work:
    """Let users send messages; returns how many were sent in a second."""
    runner = stack.enter_context(asyncio.Runner())

    async def connect() -> list[Pair]:
        await lift_quotas(host.rest_url, host.key)
        names = [(f"sender{number}", f"receiver{number}") for number in range(SENDERS)]
        return [await connect_devices(host.url, host.key, *both) for both in names]

    async def close() -> None:
        for pair in pairs:
            await pair.close()

    pairs = runner.run(connect())
    stack.callback(lambda: runner.run(close()))

    def work() -> float:
        return size.messages * SENDERS / runner.run(burst(pairs, _UNDER_WAY, size.messages))

    work()
    return work
