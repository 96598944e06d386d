"""Runs the backend of another checkout, with a clock that is set from outside.

It is started by its path with ``PYTHONPATH`` set to the checkout, and never imported: the modules
of the server are those of the old commit. Each line on standard input moves the clock:
``{"wall": SECONDS, "monotonic": SECONDS}``. The answer is the number of sessions. The end of the
input stops the backend.
"""

import asyncio
import functools
import importlib
import json
import sys
from pathlib import Path
from typing import Any


class _JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be put forward."""

    skipped = 0.0

    def time(self) -> float:
        return super().time() + self.skipped


async def _serve(data_dir: Path, unix_ms: int) -> None:
    # Not import statements: a type checker would look for them in its own checkout.
    server: Any = importlib.import_module("imtui.server.backend")
    moments: Any = importlib.import_module("imtui.server.core.moment")
    loop = asyncio.get_running_loop()
    assert isinstance(loop, _JumpingLoop)
    wall = unix_ms
    config = server.BackendConfig(data_dir, clock=lambda: moments.Moment(loop.time(), wall))
    async with server.Backend(config) as backend:
        _tell(ws=backend.address.ws, rest=backend.address.rest)
        lines = asyncio.StreamReader()
        await loop.connect_read_pipe(
            functools.partial(asyncio.StreamReaderProtocol, lines), sys.stdin
        )
        while line := await lines.readline():
            step = json.loads(line)
            wall += round(step["wall"] * 1000)
            loop.skipped += step["monotonic"]
            # Whatever falls due is carried out before the answer.
            for _ in range(10):
                await asyncio.sleep(0)
            _tell(sessions=backend.logged_in().total())


def _tell(**said: Any) -> None:
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=_JumpingLoop) as runner:
        runner.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
