"""Checks the whole database after the start, while the backend works."""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Final, Protocol

from imtui.server.store.sqlite.checking import Stopped, check_database
from imtui.server.store.store import StoreError

_log: Final = logging.getLogger(__name__)


class Health(Protocol):
    """Where it is told whether the store is sound."""

    findings: list[str] | None


async def check_in_background(database: Path, health: Health) -> None:
    """Check a database in a thread, and tell what is wrong in the log and to ``health``."""
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    # A daemon's, so that it holds up no end: a cancelled check stops at its next step.
    checking = loop.run_in_executor(None, _check, database, stop)
    try:
        findings = await asyncio.shield(checking)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({checking})
        raise
    if findings is not None:
        health.findings = findings
        if findings:
            _log.error("The database %s is damaged: %s", database, "; ".join(findings))
        else:
            _log.info("The database %s is sound", database)


def _check(database: Path, stop: threading.Event) -> list[str] | None:
    try:
        return check_database(database, stop)
    except Stopped:
        return None
    except StoreError as error:
        return [str(error)]
