"""The faults of a shared store and of the nodes around it, beside those of edges and clients."""

from collections.abc import Callable, Iterable
from typing import Final, cast

from tests.simulation.shared.node import WALL_SKEW_MAX
from tests.simulation.shared.simulation import SharedSimulation
from tests.simulation.simulation import EDGES, Simulation
from tests.simulation.steps import ACTS, FAULTS, Act, Step

_ALONE: Final = 15.0
"""For how many seconds nobody may take over from a core whose commit is lost."""
_SLOWEST: Final = (0.3, 1.0, 2.1, 4.0)
"""How long a statement takes at most if the database is slow: some take too long, or many."""
_DATABASE_MAX: Final = 30.0
"""How long the database is away or slow at most, in seconds."""


def _of_nodes(function: Callable[[SharedSimulation, Step], None]) -> Act:
    def act(simulation: Simulation, step: Step) -> None:
        function(cast(SharedSimulation, simulation), step)

    return act


def _crash_database(simulation: SharedSimulation, step: Step) -> None:
    seconds = min(step.seconds, _DATABASE_MAX)
    simulation.store.crash(seconds)
    simulation.later(seconds, lambda: None)


def _slow_database(simulation: SharedSimulation, step: Step) -> None:
    seconds = min(step.seconds, _DATABASE_MAX)
    simulation.store.slow_until = simulation.world.now + seconds
    simulation.store.slowest = _SLOWEST[step.what % len(_SLOWEST)]
    ACTS["send messages"](simulation, step)
    simulation.later(seconds, lambda: None)


def _cut(simulation: SharedSimulation, places: Iterable[int], seconds: float) -> None:
    for place in places:
        simulation.store.cut(simulation.nodes[place].name, seconds)
    simulation.later(seconds, lambda: None)


def _cut_core(simulation: SharedSimulation, step: Step) -> None:
    place = simulation.leader
    _cut(simulation, range(place, place + 1), step.seconds)


def _cut_node(simulation: SharedSimulation, step: Step) -> None:
    place = step.who % EDGES
    _cut(simulation, range(place, place + 1), step.seconds)


def _lose_session(simulation: SharedSimulation, step: Step) -> None:
    backends = list(simulation.store.backends.values())
    if backends:
        backends[step.who % len(backends)].end()


def _lose_call(simulation: SharedSimulation, step: Step) -> None:
    simulation.store.lost_calls.append(("before", "after")[step.what % 2])


def _lose_commit(simulation: SharedSimulation, step: Step) -> None:
    simulation.store.lost_commits.append(("before", "after")[step.what % 2])
    if step.what % 3:
        ACTS["send message"](simulation, step)
    if step.who % 4:
        # Otherwise another takes over before this core finds out what became of it.
        _cut(simulation, set(range(EDGES)) - {simulation.leader}, _ALONE)


def _set_clock(simulation: SharedSimulation, step: Step) -> None:
    skew = (step.what % 201 - 100) / 100 * WALL_SKEW_MAX
    node = simulation.nodes[step.who % EDGES]
    for one in (node.core, node.edge):
        if one is not None:
            one.process.wall_skew = skew


SHARED_FAULTS: Final[dict[str, Act]] = FAULTS | {
    "set clock": _of_nodes(_set_clock),
    "kill core of a node": _of_nodes(
        lambda simulation, step: simulation.kill_core_of(step.who % EDGES, step.seconds)
    ),
    "stop core of a node": _of_nodes(
        lambda simulation, step: simulation.stop_core_of(step.who % EDGES, step.seconds)
    ),
    "stop core in a commit": _of_nodes(
        lambda simulation, step: simulation.stop_core_in_commit(step.seconds)
    ),
    "lose a session": _of_nodes(_lose_session),
    "lose a statement": _of_nodes(_lose_call),
    "lose a commit": _of_nodes(_lose_commit),
    "crash database": _of_nodes(_crash_database),
    "slow database": _of_nodes(_slow_database),
    "cut core from database": _of_nodes(_cut_core),
    "cut node from database": _of_nodes(_cut_node),
    "cut all from database": _of_nodes(
        lambda simulation, step: _cut(simulation, range(EDGES), min(step.seconds, _DATABASE_MAX))
    ),
    "sleep for a week": _of_nodes(lambda simulation, step: simulation.sleep_for_a_week()),
}
"""The faults of a simulation of several nodes."""
