"""The command ``python -m tests.simulation [--faults N] [--seed N]``."""

import argparse
import logging
import sys
import time
from collections import Counter

from tests.simulation.run import run, shrunk, steps_of
from tests.simulation.steps import FAULTS


def main() -> int:
    """Run simulations until so many faults were carried out, and print what was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000, metavar="N", help="so many (1000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the first seed (1)")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    done: Counter[str] = Counter()
    broken, seed, began = 0, arguments.seed, time.monotonic()
    while sum(done[kind] for kind in FAULTS) < arguments.faults:
        steps = steps_of(seed)
        wrong = run(seed, steps)
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
    for kind, count in sorted(done.items()):
        print(f"{count:8} {kind}")
    faults = sum(done[kind] for kind in FAULTS)
    print(
        f"{faults} faults in {seed - arguments.seed} runs and"
        f" {time.monotonic() - began:.0f} s: {broken} runs broke something"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
