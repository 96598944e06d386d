"""Message load: pairs of devices that send messages, and the measured results."""

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
"""The time between two lone messages, in seconds."""

_SETTLES_WITHIN: Final = 30.0
_GLANCE: Final = 0.001


Heard = Callable[[int], None]
"""A callback that gets the number of a message."""


def ignore(number: int) -> None:
    """Ignore a message; the callback until another one is set."""


class Device(Protocol):
    """A connection of one account that exchanges messages with one other account.

    It does as little as possible, because its own cost is not to be measured.
    """

    on_kept: Heard
    """Called with the number of each message that the server acknowledges as stored."""
    on_received: Heard
    """Called with the number of each message that arrives."""

    def send(self, number: int) -> None:
        """Send the text as message ``number``, counted from 1."""

    async def count_stored(self) -> int:
        """Return how many messages the server has stored for this account."""

    async def close(self) -> None:
        """Close the connection."""


class Pair:
    """A sending device and a receiving one."""

    def __init__(self, sender: Device, receiver: Device) -> None:
        """Create a pair of two connected devices."""
        self._sender = sender
        self._receiver = receiver
        self._sent_at: list[float] = []
        self._left = 0.0
        self.kept = 0
        """The number of acknowledged messages."""
        self.took: list[float] = []
        """The time from send to receipt of each received message, in seconds and in order."""
        sender.on_kept = self._keep
        receiver.on_received = self._receive

    def send(self) -> None:
        """Send one more message."""
        self._sent_at.append(time.perf_counter())
        self._sender.send(len(self._sent_at))

    def begin(self, under_way: int, count: float = inf) -> None:
        """Keep ``under_way`` sends under way until ``end``, or until ``count`` were sent."""
        at_once = min(under_way, count)
        self._left = count - at_once
        for _ in range(int(at_once)):
            self.send()

    def end(self) -> None:
        """Stop sending."""
        self._left = 0.0

    async def settle(self, glance: float = 0.01) -> None:
        """Wait until all messages are sent, acknowledged and received."""
        async with asyncio.timeout(_SETTLES_WITHIN):
            # An event would cost time at each message during the measurement.
            while self._left or not self._is_settled():  # noqa: ASYNC110
                await asyncio.sleep(glance)

    async def check(self) -> None:
        """Check that the server has stored each acknowledged message for both accounts.

        Raises:
            RuntimeError: The server has not stored them all.
        """
        for device in (self._sender, self._receiver):
            stored = await device.count_stored()
            if stored != self.kept:
                raise RuntimeError(f"{self.kept} messages were acknowledged, {stored} are stored")

    async def close(self) -> None:
        """Close both connections."""
        await self._sender.close()
        await self._receiver.close()

    def _is_settled(self) -> bool:
        return self.kept == len(self.took) == len(self._sent_at)

    def _keep(self, number: int) -> None:
        self.kept += 1
        # The server acknowledges each message once, and in order.
        assert number == self.kept, (number, self.kept)
        if self._left:
            self._left -= 1
            self.send()

    def _receive(self, number: int) -> None:
        assert number == len(self.took) + 1, (number, len(self.took))
        self.took.append(time.perf_counter() - self._sent_at[number - 1])


@dataclass(frozen=True)
class Stretch:
    """The results of a period of load."""

    rate: float
    """Stored messages per second."""
    cpu: float
    """The CPU time of the server, in microseconds per message."""
    p50: float
    """The median time from send to receipt, in milliseconds."""
    p99: float
    """The 99th percentile of that time, in milliseconds."""
    generator: float
    """The CPU time of the process that generates the load, in milliseconds per second."""


class _Watch:
    """A measurement, which starts when it is created."""

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
    """Measure a server while each pair keeps ``under_way`` sends under way.

    Args:
        pid: The server's process.
        pairs: The pairs.
        under_way: The number of sends that each pair keeps under way.
        warm_up: The time before the measurement, in seconds.
        seconds: The duration of the measurement.
    """
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
    """Let each pair send ``count`` messages, and return the seconds until all were received."""
    began = time.perf_counter()
    for pair in pairs:
        pair.begin(under_way, count)
    for pair in pairs:
        await pair.settle(_GLANCE)
    return time.perf_counter() - began


async def lone(pid: int, pair: Pair, count: int) -> Stretch:
    """Measure a server while a pair sends ``count`` single messages, with pauses between them."""
    watch = _Watch(pid, [pair])
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(count):
        await asyncio.sleep(began + number * LONE_EVERY - loop.time())
        pair.send()
    await pair.settle()
    return watch.stop()
