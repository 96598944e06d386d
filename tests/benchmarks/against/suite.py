"""The backend and the app of this tree compared with those of another commit, ``--rev``.

The suite checks the commit out in a separate folder. Both backends get the same load from the
clients of this tree: star, storm, heartbeat, login, memory, lone (change) and messages, as in the
suites ``server`` and ``messages``. They take turns, see ``rounds``. ``±`` is about two standard
errors of the ratio; more ``--pairs`` reduce it.

The case ``app`` compares the two apps: first frame, keys, CPU and memory.

Two cases compare sizes in this tree, and with ``--long`` also in the other one: a start with many
messages beside one with few, and the deletion of a long conversation beside that of a short one.

The suite relies only on the backends' command line, wire protocol and place of the app's key.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.benchmarks.against import app, clear, start
from tests.benchmarks.against.cases import CASES
from tests.benchmarks.against.size import FULL, QUICK, Size
from tests.benchmarks.against.trees import THIS, Tree, tree_of
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cores import LOAD, on_cores
from tests.benchmarks.server.crowd import raise_limit
from tests.benchmarks.server.processes import end
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.suites import Scale, Suite

_APP: Final = "app"
_SIZES: Final[Mapping[str, Callable[[Iterable[Tree], Size], Iterator[Figure]]]] = {
    "start": start.measure,
    "clear": clear.measure,
}


def measure(scale: Scale) -> Iterator[Figure]:
    """Measure the wanted cases, one after the other.

    Raises:
        RuntimeError: There is no such commit, or a backend misbehaves.
    """
    size = QUICK if scale.quick else FULL
    if scale.pairs is not None:
        # An even number gives as many pairs in each order.
        size = replace(size, pairs=scale.pairs + scale.pairs % 2)
    raise_limit()
    with on_cores(LOAD), tree_of(scale.rev) as other:
        cases = [case for name, case in CASES.items() if scale.wants(name)]
        if cases:
            with _seeded((THIS, other), size) as folders:
                for case in cases:
                    yield from case.measure(folders, size)
        if scale.wants(_APP):
            yield from app.measure(THIS, other, size)
        trees = (THIS, other) if scale.long else (THIS,)
        for name, measure_sizes in _SIZES.items():
            if scale.wants(name):
                yield from measure_sizes(trees, size)


@contextmanager
def _seeded(trees: Iterable[Tree], size: Size) -> Iterator[dict[Tree, Path]]:
    """Create a data folder with the same accounts and friends by the backend of each tree."""
    friends = size.friends
    rosters = {user: [one for one in friends if one != user] for user in friends}
    with ExitStack() as stack:
        folders = {tree: stack.enter_context(folder_for("seeded")) for tree in trees}
        for tree, folder in folders.items():
            with tree.run(folder) as host:
                host.make_friends({**rosters, **{user: [] for user in size.users}})
                end(host.pid)
        yield folders


SUITE: Final = Suite(
    measure,
    (
        "clients of the other commit: both backends are asked by those of this tree",
        "a cold disk",
        "the size of a start and of a deletion on the other commit, unless --long is given",
    ),
    (*CASES, _APP, *_SIZES),
)
