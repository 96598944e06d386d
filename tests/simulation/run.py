"""Runs of the simulation: random steps, and the fewest that break the same rule."""

from collections import Counter
from random import Random

from tests.simulation.ending import end
from tests.simulation.simulation import USERS, Simulation
from tests.simulation.steps import FAULTS, Step, carry_out, random_step

FAULTS_IN_ONE = 50
"""How many faults a run has."""


def run(seed: int, steps: list[Step], happened: Counter[str] | None = None) -> list[str]:
    """Carry out steps, and return what was broken; add up what else happened."""
    with Simulation(seed) as simulation:
        for step in steps:
            carry_out(simulation, step)
            if simulation.world.wrong:
                break
        else:
            end(simulation)
        if happened is not None:
            happened.update(simulation.rules.happened)
        return simulation.world.wrong


def steps_of(seed: int, faults: int = FAULTS_IN_ONE) -> list[Step]:
    """Return the steps of a run with so many faults."""
    random = Random(seed)
    steps = [Step("all come", pause=1.0)]
    while sum(step.kind in FAULTS for step in steps) < faults:
        steps.append(random_step(random))
    return steps


def shrunk(seed: int, steps: list[Step]) -> list[Step]:
    """Leave out what is not needed to break the same rule."""

    def breaks(fewer: list[Step]) -> bool:
        wrong = run(seed, fewer)
        return bool(wrong) and _rule(wrong[0]) == rule

    rule = _rule(run(seed, steps)[0])
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
