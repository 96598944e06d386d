"""The start time of a backend with many messages, compared with one with few.

Both have the same accounts and conversations. The time is measured from the start of the process
until it reports that it is ready, with all files in the system's cache.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.benchmarks.against.filling import Talk, fill
from tests.benchmarks.against.size import Size
from tests.benchmarks.against.trees import Tree
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.cost import in_turn
from tests.benchmarks.server.processes import end
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.suites import AGAINST

_RATIO_MAX: Final = 1.2


def measure(trees: Iterable[Tree], size: Size) -> Iterator[Figure]:
    """Measure starts of the backend of each tree."""
    few, many = (each * size.conversations for each in size.kept)
    for tree in trees:
        with ExitStack() as stack:
            works = {}
            for each in size.kept:
                folder = stack.enter_context(folder_for("start"))
                _fill(tree, folder, size.conversations, each)
                works[each] = partial(_start, tree, folder)
            took = in_turn(size.starts, {str(each): work for each, work in works.items()})
        yield Figure(
            AGAINST,
            f"{tree.name}: start with {many} messages, {size.conversations} conversations",
            "ms",
            took[str(size.kept[1])],
            took[str(size.kept[0])],
            f"the same with {few} messages",
            least=True,
            ratio_max=_RATIO_MAX,
        )


def _fill(tree: Tree, folder: Path, conversations: int, each: int) -> None:
    with tree.run(folder) as host:
        fill(
            host,
            [Talk(f"one{number}", f"other{number}", each) for number in range(conversations)],
        )
        end(host.pid)


def _start(tree: Tree, folder: Path) -> float:
    began = perf_counter()
    with tree.run(folder) as host:
        took = (perf_counter() - began) * 1000
        end(host.pid)
    return took
