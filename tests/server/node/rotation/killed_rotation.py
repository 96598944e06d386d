"""A backend that is killed at a certain step of a rotation; a process of its own runs this."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.node.rotation.crowd_rotation import rotate

STEPS: Final = (
    "before the commit",
    "after the commit",
    "before the export",
    "within the export",
    "after the export",
)
GRACE: Final = 24 * 3600


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(function: Callable[..., Any], *, first: bool) -> Callable[..., Any]:
    def call(*arguments: Any) -> None:
        if not first:
            function(*arguments)
        _die()

    return call


async def _rotate_until(step: str, data: Path) -> None:
    async with Backend(BackendConfig(data)) as backend:
        await rotate(backend, GRACE)
        when, _, what = step.partition(" the ")
        if when == "within":
            # The file is written, and not yet in its place.
            Path.replace = _die  # type: ignore[method-assign, assignment]
        else:
            owner, name = {
                "commit": (SQLiteStore, "commit"),
                "export": (DataDir, "export_key"),
            }[what]
            setattr(owner, name, _dying(getattr(owner, name), first=when == "before"))
        await rotate(backend, GRACE)


if __name__ == "__main__":
    asyncio.run(_rotate_until(sys.argv[1], Path(sys.argv[2])))
