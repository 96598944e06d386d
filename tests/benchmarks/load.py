"""The load of messages: who sends how many at once, and what became of them."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median, quantiles
from typing import Final, Protocol

from tests.benchmarks.cpu import cpu_of

TEXT: Final = "Lunch at noon? The place by the river has opened its terrace again, and it is warm."
LONE_EVERY: Final = 0.02
"""Seconds from one lone message to the next."""

_SETTLES_WITHIN: Final = 30.0
_GLANCE: Final = 0.001


Heard = Callable[[int], None]
"""What is called with the number of a message."""


def ignore(number: int) -> None:
    """Hear of a message before anybody is interested."""


class Device(Protocol):
    """One connection of an account that talks to one other account.

    It does as little as it can, as what it costs is not what is measured.
    """

    on_kept: Heard
    """Called with the number of each message that the server says it has stored."""
    on_received: Heard
    """Called with the number of each message that comes in."""

    def send(self, number: int) -> None:
        """Send the text as message number 1, 2, 3 …"""

    async def count_stored(self) -> int:
        """Ask the server how many messages it has stored for this account."""

    async def close(self) -> None:
        """End the connection."""


class Pair:
    """One who sends and one who receives."""

    def __init__(self, sender: Device, receiver: Device) -> None:
        """Make it of two devices that are connected."""
        self._sender = sender
        self._receiver = receiver
        self._sent_at: list[float] = []
        self._left = 0.0
        self.kept = 0
        """How many were acknowledged."""
        self.took: list[float] = []
        """The seconds from sending to receipt, one for each message received, in their order."""
        sender.on_kept = self._keep
        receiver.on_received = self._receive

    def send(self) -> None:
        """Send one more message."""
        self._sent_at.append(time.perf_counter())
        self._sender.send(len(self._sent_at))

    def begin(self, under_way: int, count: float = inf) -> None:
        """Keep so many sends under way until ``end``, or until so many were sent."""
        at_once = min(under_way, count)
        self._left = count - at_once
        for _ in range(int(at_once)):
            self.send()

    def end(self) -> None:
        """Send nothing more."""
        self._left = 0.0

    async def settle(self, glance: float = 0.01) -> None:
        """Wait until all that was sent, or is to be, is acknowledged and received."""
        async with asyncio.timeout(_SETTLES_WITHIN):
            # An event would have to be thought of at each message while it is measured.
            while self._left or not self._is_settled():  # noqa: ASYNC110
                await asyncio.sleep(glance)

    async def check(self) -> None:
        """Make sure that the server has stored what it has acknowledged, once for either one.

        Raises:
            RuntimeError: It has not.
        """
        for device in (self._sender, self._receiver):
            stored = await device.count_stored()
            if stored != self.kept:
                raise RuntimeError(f"{self.kept} messages were acknowledged, {stored} are stored")

    async def close(self) -> None:
        """End both connections."""
        await self._sender.close()
        await self._receiver.close()

    def _is_settled(self) -> bool:
        return self.kept == len(self.took) == len(self._sent_at)

    def _keep(self, number: int) -> None:
        self.kept += 1
        # Each is acknowledged once, and in its order.
        assert number == self.kept, (number, self.kept)
        if self._left:
            self._left -= 1
            self.send()

    def _receive(self, number: int) -> None:
        assert number == len(self.took) + 1, (number, len(self.took))
        self.took.append(time.perf_counter() - self._sent_at[number - 1])


@dataclass(frozen=True)
class Stretch:
    """What some time of load was like."""

    rate: float
    """Stored messages a second."""
    cpu: float
    """The server's, in microseconds a message."""
    p50: float
    """From sending to receipt, in milliseconds."""
    p99: float
    generator: float
    """CPU of the process that makes the load, in milliseconds a second."""


class _Watch:
    """Begins with a stretch."""

    def __init__(self, pid: int, pairs: Sequence[Pair]) -> None:
        self._pid = pid
        self._pairs = pairs
        self._received = [len(pair.took) for pair in pairs]
        self._kept = sum(pair.kept for pair in pairs)
        self._generator = time.process_time()
        self._cpu = cpu_of(pid)
        self._began = time.perf_counter()

    def stop(self) -> Stretch:
        seconds = time.perf_counter() - self._began
        cpu = cpu_of(self._pid) - self._cpu
        generator = time.process_time() - self._generator
        kept = sum(pair.kept for pair in self._pairs) - self._kept
        received = zip(self._pairs, self._received, strict=True)
        took = [one for pair, before in received for one in pair.took[before:]]
        return Stretch(
            kept / seconds,
            cpu * 1e6 / kept,
            median(took) * 1000,
            quantiles(took, n=100, method="inclusive")[-1] * 1000,
            generator * 1000 / seconds,
        )


async def full(
    pid: int, pairs: Sequence[Pair], under_way: int, *, warm_up: float, seconds: float
) -> Stretch:
    """Put as much load on a server as it takes with so many sends under way in each pair."""
    for pair in pairs:
        pair.begin(under_way)
    await asyncio.sleep(warm_up)
    watch = _Watch(pid, pairs)
    await asyncio.sleep(seconds)
    stretch = watch.stop()
    for pair in pairs:
        pair.end()
    for pair in pairs:
        await pair.settle()
    return stretch


async def burst(pairs: Sequence[Pair], under_way: int, count: int) -> float:
    """Let each pair send so many, and return the seconds until all were received."""
    began = time.perf_counter()
    for pair in pairs:
        pair.begin(under_way, count)
    for pair in pairs:
        await pair.settle(_GLANCE)
    return time.perf_counter() - began


async def lone(pid: int, pair: Pair, count: int) -> Stretch:
    """Let one message after the other be sent, with time between them."""
    watch = _Watch(pid, [pair])
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(count):
        await asyncio.sleep(began + number * LONE_EVERY - loop.time())
        pair.send()
    await pair.settle()
    return watch.stop()
