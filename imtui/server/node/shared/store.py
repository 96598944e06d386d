"""The store that several nodes share: one of them has it, and the others stand by."""

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Final

from imtui.server.node.data_dir import BackendError
from imtui.server.node.shared.address import DatabaseAddress
from imtui.server.store.store import StoreError

if TYPE_CHECKING:
    from imtui.server.store.postgres.store import PostgresStore

_LOOK_EVERY: Final = 0.2
"""How often a node that stands by looks whether it may take over, in seconds."""

_log: Final = logging.getLogger(__name__)


async def shared_store(
    address: DatabaseAddress, ended: asyncio.Event, stack: contextlib.AsyncExitStack
) -> "PostgresStore | None":
    """Return the store once this node may write, or None if it has to end before.

    Args:
        address: The database.
        ended: Set if this node has to end.
        stack: Closes the store.

    Raises:
        BackendError: The database cannot be used, and could not from the start.
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
        store = PostgresStore(connection, Lease(connection, socket.gethostname()))
    except StoreError as error:
        raise BackendError(str(error)) from error
    problem = ""
    while not ended.is_set():
        try:
            if store.take_over():
                _log.warning("This node serves")
                return store
            found = "Another node serves; this one stands by"
        except StoreError as error:
            found = str(error)
        if found != problem:
            _log.warning("%s", found)
            problem = found
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY):
                await ended.wait()
    return None
