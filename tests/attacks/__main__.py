"""The command ``python -m tests.attacks [NAME ...] [--short]``."""

import argparse
import os
import platform
import signal
import sys

from msgspec import structs

from tests.attacks.registry import ATTACKS
from tests.attacks.report import as_table
from tests.attacks.run import rows, run
from tests.benchmarks.server.crowd import raise_limit


def main() -> int:
    """Run the given attacks, by default all, and print how the backend and its clients fared."""
    # Exit through an exception, so that processes are ended and folders are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("attacks", nargs="*", metavar="NAME", help=f"of {', '.join(ATTACKS)}")
    parser.add_argument("--short", action="store_true", help="a few seconds and small numbers")
    parser.add_argument("--seconds", type=float, metavar="S", help="the duration of each attack")
    arguments = parser.parse_args()
    if unknown := set(arguments.attacks) - set(ATTACKS):
        parser.error(f"there is no attack {', '.join(sorted(unknown))}")
    raise_limit()
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {load}")
    found = []
    for name in arguments.attacks or ATTACKS:
        attack = ATTACKS[name]
        scale = attack.short if arguments.short else attack.full
        if arguments.seconds is not None:
            scale = structs.replace(scale, seconds=arguments.seconds)
        report = run(attack, scale)
        measured = rows(attack, report)
        found += [(name, row) for row in measured]
        counts = ", ".join(f"{what}: {count}" for what, count in sorted(report.counts.items()))
        print(f"{name}: {attack.what} ({scale.connections}); {counts}", flush=True)
    print(f"\n{as_table(found)}")
    return int(any(row.met is False for _, row in found))


if __name__ == "__main__":
    sys.exit(main())
