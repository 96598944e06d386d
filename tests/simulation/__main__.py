"""The command ``python -m tests.simulation [--faults N] [--seed N]``."""

import argparse
import logging
import sys
import time
from collections import Counter
from typing import Final

from tests.simulation.run import run, shrunk, steps_of
from tests.simulation.steps import FAULTS

_SAID_EVERY: Final = 50
"""After how many runs it is said how far they are."""


def main() -> int:
    """Run simulations until so many faults were carried out, and print what was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000, metavar="N", help="so many (1000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first seed (1)")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    done: Counter[str] = Counter()
    happened: Counter[str] = Counter()
    broken, seed, began = 0, arguments.seed, time.monotonic()
    while _faults_in(done) < arguments.faults:
        steps = steps_of(seed)
        wrong = run(seed, steps, happened)
        if wrong:
            broken += 1
            print(f"seed {seed}: {wrong[0]}", flush=True)
            fewest = shrunk(seed, steps)
            for step in fewest:
                print(f"    {step}")
            for line in run(seed, fewest):
                print(f"    {line}", flush=True)
        done.update(step.kind for step in steps)
        seed += 1
        if (seed - arguments.seed) % _SAID_EVERY == 0:
            print(f"seed {seed}: {_faults_in(done)} faults", flush=True)
    for kind, count in (*sorted(done.items()), *sorted(happened.items())):
        print(f"{count:8} {kind}")
    print(
        f"{_faults_in(done)} faults in {seed - arguments.seed} runs and"
        f" {time.monotonic() - began:.0f} s: {broken} runs broke something"
    )
    return 1 if broken else 0


def _faults_in(done: Counter[str]) -> int:
    return sum(done[kind] for kind in FAULTS)


if __name__ == "__main__":
    sys.exit(main())
