"""The command ``python -m tests.benchmarks [SUITE ...] [--json]``."""

import argparse
import os
import platform
import signal
import sys
from importlib.metadata import version

from tests.benchmarks.figures import as_json, as_table
from tests.benchmarks.suites import AGAINST, MODULES, Scale, load


def main() -> None:
    """Measure the given suites, by default all, and print their figures."""
    # Exit through an exception, so that processes are ended and folders are removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--json", action="store_true", help="print the lines of JSON only")
    parser.add_argument("--rest", type=float, default=60.0, metavar="SECONDS", help="time at rest")
    parser.add_argument("--quick", action="store_true", help="only see that everything works")
    parser.add_argument("--peers", action="store_true", help="measure other servers beside ours")
    parser.add_argument("--long", action="store_true", help="measure what takes long, too")
    parser.add_argument(
        "--rev", metavar="REV", help=f"the commit whose backend {AGAINST} measures beside this one"
    )
    parser.add_argument("--pairs", type=int, metavar="N", help=f"pairs of backends in {AGAINST}")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="CASE",
        help="only this case of a suite, and no suite without it; may be repeated",
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.suites) - set(MODULES):
        parser.error(f"there is no suite {', '.join(sorted(unknown))}")
    if AGAINST in arguments.suites and arguments.rev is None:
        parser.error(f"{AGAINST} needs --rev")
    names = [name for name in MODULES if name != AGAINST or arguments.rev is not None]
    suites = {name: load(name) for name in arguments.suites or names}
    cases = [case for suite in suites.values() for case in suite.cases]
    if unknown := set(arguments.only) - set(cases):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; of {', '.join(cases)}")
    if wanted := set(arguments.only):
        suites = {name: suite for name, suite in suites.items() if wanted & set(suite.cases)}
    scale = Scale(
        quick=arguments.quick,
        rest=arguments.rest,
        peers=arguments.peers,
        long=arguments.long,
        rev=arguments.rev or "HEAD",
        pairs=arguments.pairs,
        only=tuple(arguments.only),
    )
    _tell_where("before")
    figures = []
    for suite in suites.values():
        for figure in suite.measure(scale):
            figures.append(figure)
            print(as_json(figure), flush=True)
    _tell_where("after")
    if not arguments.json:
        print(f"\n{as_table(figures)}")
        for name, suite in suites.items():
            for words in suite.not_measured:
                print(f"not measured by {name}: {words}")


def _tell_where(when: str) -> None:
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    print(
        f"Python {platform.python_version()}, Textual {version('textual')}, "
        f"{os.cpu_count()} CPUs, load {when} {load}",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
