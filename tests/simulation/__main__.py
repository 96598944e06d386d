"""The command ``python -m tests.simulation [--shared] [--faults N] [--seed N]``."""

import argparse
import logging
import sys
import time
from collections import Counter
from typing import Final

from tests.simulation.run import ONE_CORE, SHARED, Kind, run, shrunk, steps_of

_SAID_EVERY: Final = 50
"""After how many runs it is said how far they are."""


def main() -> int:
    """Run simulations until so many faults were carried out, and print what was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000, metavar="N", help="so many (1000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first seed (1)")
    parser.add_argument("--shared", action="store_true", help="nodes that share a store")
    arguments = parser.parse_args()
    kind = SHARED if arguments.shared else ONE_CORE
    logging.disable(logging.CRITICAL)
    done: Counter[str] = Counter()
    happened: Counter[str] = Counter()
    broken, seed, began = 0, arguments.seed, time.monotonic()
    while _faults_in(done, kind) < arguments.faults:
        steps = steps_of(seed, kind=kind)
        wrong = run(seed, steps, happened, kind)
        if wrong:
            broken += 1
            print(f"seed {seed}: {wrong[0]}", flush=True)
            fewest = shrunk(seed, steps, kind)
            for step in fewest:
                print(f"    {step}")
            for line in run(seed, fewest, kind=kind):
                print(f"    {line}", flush=True)
        done.update(step.kind for step in steps)
        seed += 1
        if (seed - arguments.seed) % _SAID_EVERY == 0:
            print(f"seed {seed}: {_faults_in(done, kind)} faults", flush=True)
    for what, count in (*sorted(done.items()), *sorted(happened.items())):
        print(f"{count:8} {what}")
    print(
        f"{_faults_in(done, kind)} faults in {seed - arguments.seed} runs and"
        f" {time.monotonic() - began:.0f} s: {broken} runs broke something"
    )
    return 1 if broken else 0


def _faults_in(done: Counter[str], kind: Kind) -> int:
    return sum(done[fault] for fault in kind.faults)


if __name__ == "__main__":
    sys.exit(main())
