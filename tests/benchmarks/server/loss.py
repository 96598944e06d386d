"""Loss: the server drops silent connections after the heartbeat time-out, and none before.

The time is measured from the last byte that each connection sent. A second measurement is the
server's CPU time with only idle connections, which should not depend on their number.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from imtui.protocol.messages import CloseCode
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import Meter
from tests.benchmarks.server.crowd import Crowd, room
from tests.benchmarks.server.hosts import Host, imtui
from tests.benchmarks.server.setting import OURS, Setting, figure, folder_for, percentile

_LATEST: Final = 30.0
_FEW: Final = 10
_MARKER: Final = CloseCode.HEARTBEAT_MISSED.to_bytes(2)


@dataclass(frozen=True)
class _Losses:
    late: Sequence[float]
    """How late after the time-out each connection was lost, in seconds."""

    def early(self) -> int:
        """Return the number of connections lost before the time-out."""
        return sum(one < 0 for one in self.late)

    def last(self) -> float:
        """Return the 99.9th percentile of the lateness, in milliseconds."""
        return percentile(self.late, 99.9) * 1000


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure losses, then idle connections."""
    size = setting.size
    timeout = size.heartbeat_timeout
    silent = min(size.silent, room())
    # With the real time-out, a run takes so long that there is only one.
    runs = size.runs if timeout < 60 else 1
    losses = {OURS: [_lose(silent, timeout) for _ in range(runs)]}
    name = f"{silent} silent connections, time-out of {timeout:g} s"
    yield figure(f"{name}: lost too early", "connections", losses, _Losses.early, value_max=0)
    yield figure(f"{name}: p99.9 after it", "ms", losses, _Losses.last, value_max=1000)
    idle = [_idle(silent - _FEW, size.idle_seconds) for _ in range(size.runs)]
    few, all_of_them = zip(*idle, strict=True)
    yield figure(
        f"{silent} idle connections: server's CPU",
        "ms/s",
        {OURS: all_of_them, "few": few},
        float,
        "few",
        partner=f"imtui with {_FEW} idle connections",
    )


def _lose(count: int, timeout: float) -> _Losses:
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for(OURS))
        host = stack.enter_context(imtui(folder, "--heartbeat-timeout", timeout))
        crowd = stack.enter_context(Crowd(host.address))
        arrivals = [host.wire.arrival(f"u{number}") for number in range(count)]
        crowd.arrive(arrivals)
        lost = crowd.heard(_MARKER, timeout + _LATEST)
        late = [at - line.said_at - timeout for line, at in itertools.islice(lost, count)]
        if len(late) < count:
            raise RuntimeError(f"{len(late)} of {count} silent connections were lost")
        return _Losses(late)


def _idle(count: int, seconds: float) -> tuple[float, float]:
    """Return the CPU time with few idle connections and with ``count`` more, in ms per second."""
    with ExitStack() as stack:
        host = stack.enter_context(imtui(stack.enter_context(folder_for(OURS))))
        crowd = stack.enter_context(Crowd(host.address))
        arrivals = [host.wire.arrival(f"u{number}") for number in range(_FEW + count)]
        crowd.arrive(arrivals[:_FEW])
        few = _rest(host, crowd, seconds)
        crowd.arrive(arrivals[_FEW:])
        return few, _rest(host, crowd, seconds)


def _rest(host: Host, crowd: Crowd, seconds: float) -> float:
    crowd.settle(min(seconds, 0.5))
    meter = Meter(host.pid)
    time.sleep(seconds)
    cost = meter.stop(linger=0)
    return cost.cpu / cost.seconds * 1000
