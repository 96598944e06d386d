"""The app of this tree compared with that of another commit: first frame, keys, CPU and memory.

Both run in real terminals and take turns. Each is started from its own tree, as ``imtui`` for the
first frame, and as ``tests.benchmarks.crowd_app`` for the rest.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Final

from tests.benchmarks import feed
from tests.benchmarks.against.size import Size
from tests.benchmarks.against.trees import Tree
from tests.benchmarks.figures import Figure
from tests.benchmarks.keys import type_for
from tests.benchmarks.program import Program
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.startup import IMTUI
from tests.benchmarks.suites import AGAINST

_APP: Final = "tests.benchmarks.crowd_app"
_RATIO_MAX: Final = 1.03
_UNITS: Final = {
    "exec to first frame": "ms",
    "CPU to first frame": "ms",
    "key to echo p50": "ms",
    "CPU, typing": "ms/s",
    "memory": "MB",
    "memory, event pane full": "MB",
}


def measure(ours: Tree, other: Tree, size: Size) -> Iterator[Figure]:
    """Measure both apps in turn, in alternating order."""
    runs: dict[str, dict[Tree, list[float]]] = defaultdict(lambda: {ours: [], other: []})
    with folder_for("app") as home:
        for number in range(size.pairs + 1):
            for tree in (ours, other) if number % 2 else (other, ours):
                found = _measure(tree, home, size)
                # The first round only writes the bytecode for the others.
                for name, value in found.items() if number or size.pairs == 1 else ():
                    runs[name][tree].append(value)
    for name, both in runs.items():
        yield Figure(
            AGAINST,
            f"app: {name}",
            _UNITS[name],
            both[ours],
            both[other],
            f"imtui of {other.name}",
            ratios=[one / two for one, two in zip(both[ours], both[other], strict=True)],
            ratio_max=_RATIO_MAX,
        )


def _measure(tree: Tree, home: Path, size: Size) -> dict[str, float]:
    found = {}
    starts = [_first_frame(tree, home) for _ in range(size.app_starts)]
    found["exec to first frame"] = median(wall for wall, _ in starts)
    found["CPU to first frame"] = median(cpu for _, cpu in starts)
    with Program(home, _APP, home, size.app_friends, "live", tree=tree.path) as program:
        program.wait_for("connected")
        program.read_until(monotonic() + size.app_window / 4)
        began, used = monotonic(), program.cpu()
        took = type_for(program, size.app_window)
        found["CPU, typing"] = (program.cpu() - used) * 1000 / (monotonic() - began)
        found["key to echo p50"] = median(took) * 1000
        found["memory"] = program.memory()[0]
    with Program(home, _APP, home, size.app_friends, "log", tree=tree.path) as program:
        program.wait_until_told(feed.ENDED)
        program.settle(size.app_quiet)
        found["memory, event pane full"] = program.memory()[0]
    return found


def _first_frame(tree: Tree, home: Path) -> tuple[float, float]:
    signature = home / "alice.sig"
    signature.write_text("signature", encoding="ascii")
    signature.chmod(0o600)
    module, *arguments = (*IMTUI, "--usersig-file", signature)
    with Program(home, str(module), *arguments, tree=tree.path) as program:
        wall = (program.wait_for("Friends") - program.started) * 1000
        return wall, program.cpu() * 1000
