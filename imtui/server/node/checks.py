"""Checks the whole database after the start, while the backend runs."""

import asyncio
import logging
import threading
from pathlib import Path
from typing import Final, Protocol

from imtui.server.store.sqlite.checking import Stopped, check_database
from imtui.server.store.store import DamagedError, StoreError

_AGAIN_AFTER: Final = 60.0
"""How long after a check that could not read the database the next one begins, in seconds."""

_log: Final = logging.getLogger(__name__)


class Health(Protocol):
    """Takes the result of the check."""

    findings: list[str] | None
    unreadable: str


async def check_in_background(
    database: Path, health: Health, again_after: float = _AGAIN_AFTER
) -> None:
    """Check a database in a thread, log the result, and set ``health.findings``.

    While the database cannot be read, ``health.unreadable`` says why, and the check is repeated.

    Args:
        database: The database; the backend is using it.
        health: Takes the result.
        again_after: How long to wait before the check is repeated, in seconds.
    """
    while True:
        try:
            findings = await _in_thread(database)
        except StoreError as error:
            if str(error) != health.unreadable:
                health.unreadable = str(error)
                _log.error("%s", error)
            await asyncio.sleep(again_after)
        else:
            break
    health.unreadable = ""
    health.findings = findings
    if findings:
        _log.error("The database %s is damaged: %s", database, "; ".join(findings))
    else:
        _log.info("The database %s is sound", database)


async def _in_thread(database: Path) -> list[str]:
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    # A cancelled check stops at its next step, so that it does not delay the end of the backend.
    checking = loop.run_in_executor(None, _check, database, stop)
    try:
        return await asyncio.shield(checking)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait({checking})
        raise


def _check(database: Path, stop: threading.Event) -> list[str]:
    try:
        return check_database(database, stop)
    except Stopped:
        return []
    except DamagedError as error:
        return [str(error)]
