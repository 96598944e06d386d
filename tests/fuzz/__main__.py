"""The command ``python -m tests.fuzz [--minutes N] [--seed N]``."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.fuzz.run import Wrong, fuzz


def main() -> int:
    """Run the fuzz, and say what went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, metavar="N", help="how long (10)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="what decides (1)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="imtui-fuzz-") as folder:
        seconds = 60 * arguments.minutes
        try:
            asyncio.run(fuzz(Path(folder), arguments.seed, seconds, _say))
        except Wrong as wrong:
            print(f"wrong, with --seed {arguments.seed}: {wrong}")
            return 1
    print("nothing was wrong")
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
