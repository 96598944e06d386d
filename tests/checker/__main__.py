"""The command ``python -m tests.checker [--faults N] [--seed N] [--only KIND …]``.

With ``--edges N`` the backend has edges; with ``--nodes N`` it is so many nodes on a PostgreSQL.
"""

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.checker.report import Report
from tests.checker.run import check


def main() -> int:
    """Run the checker and print its report; keep the files of a failed run."""
    parser = argparse.ArgumentParser(prog="python -m tests.checker", description=__doc__)
    parser.add_argument("--faults", type=int, default=100, metavar="N", help="so many (100)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="what decides (1)")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="KIND", help="faults, such as 'kill backend' (all)"
    )
    parser.add_argument(
        "--edges", type=int, default=0, metavar="N", help="edges of the backend (0: one process)"
    )
    parser.add_argument(
        "--nodes", type=int, default=0, metavar="N", help="nodes that share a PostgreSQL (0: none)"
    )
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="imtui-checker-"))
    report = asyncio.run(_check(folder, arguments))
    print(report)
    if report.wrong:
        print(f"what the processes left is in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


async def _check(folder: Path, arguments: argparse.Namespace) -> Report:
    # Leave no process behind if this one is terminated.
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await check(
        folder,
        arguments.seed,
        arguments.faults,
        lambda line: print(line, flush=True),
        arguments.only,
        arguments.edges,
        arguments.nodes,
    )


if __name__ == "__main__":
    sys.exit(main())
