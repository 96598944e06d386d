"""The command ``python -m tests.attacks [NAME ...] [--short]``."""

import argparse
import os
import platform
import signal
import sys

from msgspec import structs

from imtui.protocol.errors import IMError
from tests.attacks.attack import Attack
from tests.attacks.registry import ATTACKS
from tests.attacks.report import Report, as_table
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
    parser.add_argument("--edges", metavar="N", help="attack a backend with so many edges")
    arguments = parser.parse_args()
    if unknown := set(arguments.attacks) - set(ATTACKS):
        parser.error(f"there is no attack {', '.join(sorted(unknown))}")
    names = arguments.attacks or list(ATTACKS)
    raise_limit()
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {load}")
    reports = [(ATTACKS[name], _report(ATTACKS[name], arguments)) for name in names]
    done = [(attack, report) for attack, report in reports if report is not None]
    found = [(attack.name, row) for attack, report in done for row in rows(attack, report)]
    print(f"\n{as_table(found)}")
    if lacking := {name for _, report in done for name in report.lacking}:
        print(f"\nthe backend has no {', '.join(sorted(lacking))}")
    return int(len(done) < len(reports) or any(row.met is False for _, row in found))


def _report(attack: Attack, arguments: argparse.Namespace) -> Report | None:
    """Run an attack; return None if it could not be run."""
    scale = attack.short if arguments.short else attack.full
    if arguments.seconds is not None:
        scale = structs.replace(scale, seconds=arguments.seconds)
    print(f"{attack.name}: {attack.what} ({scale.connections} connections)", flush=True)
    try:
        report = run(attack, scale, *(("--edges", arguments.edges) if arguments.edges else ()))
    except (OSError, RuntimeError, IMError) as error:
        print(f"  it could not be run: {error}", flush=True)
        return None
    for what, count in sorted(report.counts.items()):
        print(f"  {what}: {count}", flush=True)
    return report


if __name__ == "__main__":
    sys.exit(main())
