"""The star with a growing number of watchers, among a constant number of connections.

The cost per send grows in a bare loop of ``send``, too: with many connections, the kernel's data
about each has left the processor's caches. This growth is measured separately, after ours.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import Cost, in_turn
from tests.benchmarks.server.crowd import Crowd, room
from tests.benchmarks.server.hosts import BARE, bare, imtui
from tests.benchmarks.server.setting import OURS, Setting, Size, figure, folder_for
from tests.benchmarks.server.star import Star

_RATIO_MAX: Final = 1.2


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure changes with a growing number of watchers."""
    size = setting.size
    few, *more = [watchers for watchers in size.grown if watchers <= room()]
    if not more:
        return
    most = more[-1]
    with ExitStack() as stack:
        host = stack.enter_context(imtui(stack.enter_context(folder_for(OURS))))
        arrival = host.wire.arrival
        publishers = {}
        for watchers in (few, *more):
            publishers[watchers] = stack.enter_context(Crowd(host.address))
            publishers[watchers].arrive([arrival(f"publisher{watchers}")])
        watching = stack.enter_context(Crowd(host.address))
        watching.arrive(
            arrival(f"w{number}", [f"publisher{one}" for one in publishers if number < one])
            for number in range(most)
        )
        watching.settle(size.quiet)
        works: dict[str, Callable[[], Cost]] = {}
        for watchers, publisher in publishers.items():
            star = Star(host, watching, publisher, watchers)
            works[str(watchers)] = _work(star, size, watchers)
        results = in_turn(size.runs, works)
    for watchers in more:
        yield figure(
            f"star, {watchers} watchers: server's CPU, beside {few} watchers",
            "us/delivery",
            {OURS: results[str(watchers)], str(few): results[str(few)]},
            Cost.us,
            str(few),
            partner=f"imtui with a change that {few} of {most} connections are told of",
            ratio_max=_RATIO_MAX,
        )
    yield figure(
        f"star, {most} watchers: until all know",
        "ms",
        {OURS: results[str(most)]},
        lambda cost: cost.seconds * most * 1000,
    )
    yield _kernel_alone(size, few, most)


def _work(star: Star, size: Size, watchers: int) -> Callable[[], Cost]:
    return partial(star.run, max(2, size.deliveries // watchers))


def _kernel_alone(size: Size, few: int, most: int) -> Figure:
    with ExitStack() as stack:
        works: dict[str, Callable[[], Cost]] = {}
        for receivers in (few, most):
            folder = stack.enter_context(folder_for("send"))
            host = stack.enter_context(bare(folder, receivers + 1))
            star = Star.gather(host, stack, receivers, size.quiet)
            works[str(receivers)] = _work(star, size, receivers)
        results = in_turn(size.runs, works)
    return figure(
        f"send alone to {most}: CPU, beside {few}",
        "us/delivery",
        {OURS: results[str(most)], str(few): results[str(few)]},
        Cost.us,
        str(few),
        partner=f"{BARE}, to {few}",
    )
