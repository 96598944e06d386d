"""The command ``python -m tests.fuzz [PART] [--minutes N] [--cases N] [--seed N] [--guided]``."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Final

_TERMINAL: Final = "terminal"
_BACKEND: Final = ("requests", "rest", "frames", "links", "sockets")
_IN_A_CHECK: Final = 25


def main() -> int:
    """Run the fuzz of a part, and say what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parts = (_TERMINAL, *_BACKEND)
    parser.add_argument(
        "part",
        nargs="?",
        default=_TERMINAL,
        choices=parts,
        metavar="PART",
        help=f"of {', '.join(parts)} ({_TERMINAL})",
    )
    parser.add_argument(
        "--minutes", type=float, default=10, metavar="N", help="how long, for the terminal (10)"
    )
    parser.add_argument(
        "--cases", type=int, default=1_000_000, metavar="N", help="how many, else (1000000)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="what decides (1)")
    parser.add_argument("--guided", action="store_true", help="guide by coverage; needs atheris")
    arguments = parser.parse_args()
    if arguments.part == _TERMINAL:
        return _fuzz_terminal(arguments.seed, 60 * arguments.minutes)
    if arguments.guided:
        return _fuzz_guided(arguments.part, arguments.cases, arguments.seed)
    return _fuzz_backend(arguments.part, arguments.cases, arguments.seed)


def _fuzz_terminal(seed: int, seconds: float) -> int:
    from tests.fuzz.run import Wrong, fuzz

    with tempfile.TemporaryDirectory(prefix="imtui-fuzz-") as folder:
        try:
            asyncio.run(fuzz(Path(folder), seed, seconds, _say))
        except Wrong as wrong:
            print(f"wrong, with --seed {seed}: {wrong}")
            return 1
    print("nothing was wrong")
    return 0


def _fuzz_backend(name: str, cases: int, seed: int) -> int:
    from tests.fuzz.backend.parts import PARTS, fuzz

    # A fault ends the run as an exception: Hypothesis has added the least case to it.
    count = fuzz(PARTS[name], cases, seed, lambda count: _say(f"{count} cases"))
    print(f"nothing was wrong in {count} cases")
    return 0


def _fuzz_guided(name: str, cases: int, seed: int) -> int:
    from tests.fuzz.backend.guided import fuzz_guided, load

    if (atheris := load()) is None:
        print("--guided needs atheris: pip install atheris")
        return 2
    fuzz_guided(atheris, name, -(-cases // _IN_A_CHECK), seed)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
