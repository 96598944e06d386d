"""The process of an attack.

``python -m tests.attacks.attackers.attacker NAME`` reads its aim from standard input, attacks until
it reads another line, and prints what happened to the attackers.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Final

import msgspec

from tests.attacks.attackers.aim import Aim, Tally
from tests.attacks.registry import ATTACKS
from tests.benchmarks.server.cores import LOAD, SERVER
from tests.benchmarks.server.crowd import raise_limit
from tests.benchmarks.server.processes import asked, said_by, started

_NICENESS: Final = 10


class Attacker:
    """The process of an attack, as the one who measures sees it."""

    def __init__(self, process: "Popen[bytes]") -> None:
        """Wrap a process whose attack is under way."""
        self._process = process

    def stop(self) -> dict[str, int]:
        """Stop the attack, and return what happened to the attackers."""
        return msgspec.json.decode(asked(self._process), type=dict[str, int])


@contextmanager
def attacker(name: str, aim: Aim, folder: Path) -> Iterator[Attacker]:
    """Run an attack for as long as the context lasts."""
    command = (sys.executable, "-m", "tests.attacks.attackers.attacker", name)
    says = f"{msgspec.json.encode(aim).decode()}\n"
    with started(*command, log=folder / "attacker.log", cores=(LOAD,), says=says) as process:
        said_by(process)
        yield Attacker(process)


async def main(name: str) -> None:
    """Attack until a line is read."""
    _come_last()
    raise_limit()
    aim = msgspec.json.decode(sys.stdin.buffer.readline(), type=Aim)
    tally = Tally()
    attack = asyncio.create_task(_run(name, aim, tally))
    stop = asyncio.create_task(asyncio.to_thread(sys.stdin.buffer.readline))
    await asyncio.wait({attack, stop}, return_when=asyncio.FIRST_COMPLETED)
    if attack.done():
        # An attack that has an end; one that failed ends the process.
        attack.result()
        await stop
    else:
        attack.cancel()
        await asyncio.wait({attack})
    print(msgspec.json.encode(tally.counts).decode(), flush=True)


def _come_last() -> None:
    """Let the clients that are measured come first, which share a core with the attackers."""
    if LOAD == SERVER:
        # The backend shares it, too, and is not to have more of it than in an attack.
        os.nice(_NICENESS)
    else:
        # Those of another policy never wait for the end of this process's time slice.
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


async def _run(name: str, aim: Aim, tally: Tally) -> None:
    await ATTACKS[name].run(aim, tally)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
