"""The store that several nodes share: one of them has it, and the others stand by."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from imtui.server.node.data_dir import BackendError
from imtui.server.node.shared.address import DatabaseAddress
from imtui.server.store.store import StoreError

if TYPE_CHECKING:
    from imtui.server.store.postgres.store import PostgresStore

STANDS_BY: Final = "Another node has the core; that of this one stands by"
_LOOK_EVERY: Final = 0.2
"""How often a node that stands by looks whether it may take over, in seconds."""

_log: Final = logging.getLogger(__name__)


def join(
    address: DatabaseAddress, name: str, stack: contextlib.AsyncExitStack | contextlib.ExitStack
) -> "PostgresStore":
    """Return the store, which this node may not write yet.

    Args:
        address: The database.
        name: The name of this node.
        stack: Closes the store.

    Raises:
        BackendError: The database cannot be used.
    """
    try:
        from imtui.server.store.postgres.connection import Connection
        from imtui.server.store.postgres.lease import Lease
        from imtui.server.store.postgres.store import PostgresStore
    except ImportError as error:
        raise BackendError("PostgreSQL needs more: pip install 'imtui[cluster]'") from error
    connection = Connection(address.dsn, address.password)
    stack.callback(connection.close)
    try:
        return PostgresStore(connection, Lease(connection, name))
    except StoreError as error:
        raise BackendError(str(error)) from error


async def until_taken(
    store: "PostgresStore", address: str, ended: asyncio.Event, on_core: Callable[[str], None]
) -> "PostgresStore | None":
    """Return the store once this node may write, or None if it has to end before.

    Args:
        store: The store.
        address: Where edges of other nodes reach this node's core; empty for nowhere.
        ended: Set if this node has to end.
        on_core: Called with where the core of another node is, whenever that changes.
    """
    problem, core = "", None
    while not ended.is_set():
        try:
            seen = store.look()
            if seen.is_free and not seen.lacks and store.take_over(address):
                _log.warning("This node has the core")
                return store
            found = seen.lacks or STANDS_BY
            if seen.core_address != core:
                core = seen.core_address
                on_core(core)
        except StoreError as error:
            found = str(error)
        if found != problem:
            _log.warning("%s", found)
            problem = found
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY):
                await ended.wait()
    return None
