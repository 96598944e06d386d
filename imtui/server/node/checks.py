"""Checks the whole database after the start, while the backend runs."""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Final, Protocol

from imtui.server.store.sqlite.checking import Stopped, check_database
from imtui.server.store.store import StoreError

_log: Final = logging.getLogger(__name__)


class Health(Protocol):
    """Takes the result of the check."""

    findings: list[str] | None


async def check_in_background(database: Path, health: Health) -> None:
    """Check a database in a thread, log the result, and set ``health.findings``."""
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    # A cancelled check stops at its next step, so that it does not delay the end of the backend.
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
