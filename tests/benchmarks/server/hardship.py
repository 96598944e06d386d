"""How others are affected by a client that does not read, a mass reconnect, and a flood."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from time import perf_counter
from typing import Final

from imtui.protocol.messages import Method, Push
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.bystander import Bystander, bystander
from tests.benchmarks.server.crowd import Crowd, Line, new_tag, room
from tests.benchmarks.server.hosts import imtui
from tests.benchmarks.server.setting import OURS, Setting, figure, folder_for, percentile_of
from tests.benchmarks.server.star import Star
from tests.benchmarks.server.wires import PUBLISHER, Wire, request

_SLOW: Final = "slow"
_SMALLEST: Final = 1
"""A buffer size that the kernel raises to its minimum."""
_RETURN_AT_ONCE: Final = 1000
"""The number of connections that the kernel queues for the server."""
_IN_A_ROW: Final = 100
_AHEAD: Final = 1000
"""The number of changes that a flood has under way; more would only wait in the kernel."""
_ANSWER: Final = '"result":{'


def measure_slow(setting: Setting) -> Iterator[Figure]:
    """Measure the star while one more watcher does not read the answers it requested."""
    size = setting.size
    friends = [f"f{number}" for number in range(size.listed)]
    without, beside, kept = [], [], []
    with ExitStack() as stack:
        host = stack.enter_context(imtui(stack.enter_context(folder_for(OURS))))
        host.make_friends({**{one: [] for one in (PUBLISHER, *friends)}, _SLOW: friends})
        star = Star.gather(host, stack, size.watchers, size.quiet)
        for _ in range(size.runs):
            without.append(_times(star, size.changes))
            with Crowd(host.address) as slow:
                arrival = host.wire.arrival(_SLOW, [PUBLISHER])
                [line] = slow.arrive([arrival], read_buffer=_SMALLEST)
                for _ in range(size.unread_lists):
                    line.say(request("list", Method.GET_FRIEND_LIST, {}))
                time.sleep(size.quiet)
                beside.append(_times(star, size.changes))
                tag = star.change()
                unread = slow.read(size.quiet)
            if tag.encode() not in unread:
                raise RuntimeError("one who read late was not told of the last change")
            kept.append(unread.count(Push.USER_STATUS_CHANGED.encode()))
    results = {OURS: beside, "without": without}
    name = f"star, {size.watchers} watchers, one more that does not read"
    for percent in (50, 99):
        yield figure(
            f"{name}: until all others know, p{percent}",
            "ms",
            results,
            percentile_of(percent),
            "without",
            partner="imtui while all watchers read",
        )
    yield figure(f"{name}: changes kept for it", "changes", {OURS: kept}, float, value_max=1)


def _times(star: Star, changes: int) -> list[float]:
    """Return the time until all watchers know of each change, in milliseconds."""
    took = []
    for _ in range(changes):
        began = perf_counter()
        star.change()
        took.append((perf_counter() - began) * 1000)
    return took


def measure_return(setting: Setting) -> Iterator[Figure]:
    """Measure how all clients reconnect at once after all were lost at once."""
    size = setting.size
    count = min(size.returning, room())
    calm, storm, seconds = [], [], []
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for(OURS))
        host = stack.enter_context(imtui(folder))
        other = stack.enter_context(bystander(host, folder))
        crowd = stack.enter_context(Crowd(host.address))
        arrivals = [host.wire.arrival(f"u{number}") for number in range(count)]
        crowd.arrive(arrivals)
        for _ in range(size.runs):
            calm.append(_calm(other, size.quiet))
            began = perf_counter()
            crowd.leave()
            crowd.arrive(arrivals, at_once=_RETURN_AT_ONCE)
            seconds.append(perf_counter() - began)
            storm.append(other.ask())
    name = f"{count} clients come back at once"
    yield figure(f"{name}: until all are there", "s", {OURS: seconds}, float, value_max=10)
    yield from _noticed(name, storm, calm)


def measure_flood(setting: Setting) -> Iterator[Figure]:
    """Measure one client that changes its status as fast as it can, with many watchers."""
    size = setting.size
    calm, flood, rates = [], [], []
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for(OURS))
        host = stack.enter_context(imtui(folder))
        other = stack.enter_context(bystander(host, folder))
        crowd = stack.enter_context(Crowd(host.address))
        [line] = crowd.arrive([host.wire.arrival(PUBLISHER)])
        crowd.arrive([host.wire.arrival(f"w{n}", [PUBLISHER]) for n in range(size.watchers)])
        for _ in range(size.runs):
            crowd.settle(size.quiet)
            calm.append(_calm(other, size.quiet))
            began = perf_counter()
            changes = _flood(line, host.wire, crowd, size.flood_seconds)
            tag = new_tag()
            line.say(host.wire.change(tag))
            # The client receives its own change, too.
            crowd.gather(tag, size.watchers + 1)
            rates.append(changes / (perf_counter() - began))
            flood.append(other.ask())
    name = f"one client floods, {size.watchers} watchers"
    yield figure(f"{name}: its changes", "1/s", {OURS: rates}, float)
    yield from _noticed(name, flood, calm)


def _flood(line: Line, wire: Wire, crowd: Crowd, seconds: float) -> int:
    """Send changes for ``seconds``, far ahead of the answers, and return their number."""
    changes = answers = 0
    pending = b""
    end = perf_counter() + seconds
    while answers < changes or perf_counter() < end:
        if not pending and changes - answers < _AHEAD and perf_counter() < end:
            pending = b"".join(wire.change(new_tag()) for _ in range(_IN_A_ROW))
            changes += _IN_A_ROW
        if pending:
            with suppress(BlockingIOError):
                pending = pending[line.sock.send(pending) :]
        answers += crowd.glance(_ANSWER)
    return changes


def _calm(other: Bystander, quiet: float) -> list[float]:
    """Return the response times of heartbeats while nothing else happens."""
    other.ask()
    time.sleep(quiet)
    return other.ask()


def _noticed(
    name: str, during: Sequence[Sequence[float]], calm: Sequence[Sequence[float]]
) -> Iterator[Figure]:
    for percent in (50, 99):
        yield figure(
            f"{name}: another's heartbeat, p{percent}",
            "ms",
            {OURS: during, "calm": calm},
            percentile_of(percent),
            "calm",
            partner="imtui while nothing else happens",
        )
