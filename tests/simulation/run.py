"""Runs of the simulation: random steps, and the fewest that break the same rule."""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Final, NamedTuple

from tests.simulation.ending import end
from tests.simulation.shared.faults import SHARED_FAULTS
from tests.simulation.shared.simulation import SharedSimulation
from tests.simulation.simulation import USERS, Simulation
from tests.simulation.steps import FAULTS, Act, Step, carry_out, random_step

FAULTS_IN_ONE = 50
"""How many faults a run has."""


class Kind(NamedTuple):
    """What is simulated."""

    begin: Callable[[int], Simulation]
    """Begins a simulation with a seed."""
    faults: Mapping[str, Act]


ONE_CORE: Final = Kind(Simulation, FAULTS)
"""One core and its own store."""
SHARED: Final = Kind(SharedSimulation, SHARED_FAULTS)
"""Several nodes that share a store."""


def run(
    seed: int, steps: list[Step], happened: Counter[str] | None = None, kind: Kind = ONE_CORE
) -> list[str]:
    """Carry out steps, and return what was broken; add up what else happened."""
    with kind.begin(seed) as simulation:
        for step in steps:
            carry_out(simulation, step, kind.faults)
            if simulation.world.wrong:
                break
        else:
            end(simulation)
        if happened is not None:
            happened.update(simulation.rules.happened)
        return simulation.world.wrong


def steps_of(seed: int, faults: int = FAULTS_IN_ONE, kind: Kind = ONE_CORE) -> list[Step]:
    """Return the steps of a run with so many faults."""
    random = Random(seed)
    steps = [Step("all come", pause=1.0)]
    while sum(step.kind in kind.faults for step in steps) < faults:
        steps.append(random_step(random, kind.faults))
    return steps


def shrunk(seed: int, steps: list[Step], kind: Kind = ONE_CORE) -> list[Step]:
    """Leave out what is not needed to break the same rule."""

    def breaks(fewer: list[Step]) -> bool:
        wrong = run(seed, fewer, kind=kind)
        return bool(wrong) and _rule(wrong[0]) == rule

    rule = _rule(run(seed, steps, kind=kind)[0])
    size = len(steps) // 2
    while size:
        start = 0
        while start < len(steps):
            fewer = steps[:start] + steps[start + size :]
            if breaks(fewer):
                steps = fewer
            else:
                start += size
        size //= 2
    return steps


def _rule(wrong: str) -> str:
    """Return what was broken without names and numbers."""
    return " ".join(word for word in wrong.split() if word.isalpha() and word not in USERS)[:40]
