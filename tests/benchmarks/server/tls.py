"""TLS beside plain connections: a login, the memory of an idle connection, and the star."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import Final

from tests.benchmarks.figures import Figure
from tests.benchmarks.server.arrival import BEFORE, Arrivals
from tests.benchmarks.server.cost import Cost, in_turn
from tests.benchmarks.server.hosts import imtui, imtui_with_tls
from tests.benchmarks.server.setting import OURS, Setting, figure, folder_for
from tests.benchmarks.server.star import Star

_PLAIN: Final = "plain"
_PARTNER: Final = "imtui serve without TLS"


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure connections with TLS, and the same without."""
    yield from _measure_arrival(setting)
    yield from _measure_star(setting)


def _measure_arrival(setting: Setting) -> Iterator[Figure]:
    size = setting.size
    arrivals = Arrivals(size.secured, 0, size.quiet)
    with folder_for(OURS) as folder:
        with imtui(folder) as host:
            host.make_friends({account: [] for account in (*BEFORE, *arrivals.users)})
        works = {
            OURS: partial(arrivals.run, imtui_with_tls, folder),
            _PLAIN: partial(arrivals.run, imtui, folder),
        }
        results = in_turn(size.runs, works)
    name = "TLS: memory of an idle connection"
    yield figure(name, "KiB", results, lambda came: came.kib, _PLAIN, partner=_PARTNER)
    name = "TLS: server's CPU of a login"
    yield figure(name, "ms", results, lambda one: one.cost.cpu * 1000, _PLAIN, partner=_PARTNER)


def _measure_star(setting: Setting) -> Iterator[Figure]:
    size = setting.size
    with ExitStack() as stack:
        stars = {}
        for name, run in ((OURS, imtui_with_tls), (_PLAIN, imtui)):
            host = stack.enter_context(run(stack.enter_context(folder_for(name))))
            stars[name] = Star.gather(host, stack, size.secured, size.quiet)
        works = {name: partial(star.run, size.changes) for name, star in stars.items()}
        results = in_turn(size.runs, works)
    name = f"TLS: star, {size.secured} watchers: server's CPU"
    yield figure(name, "us/delivery", results, Cost.us, _PLAIN, partner=_PARTNER)
