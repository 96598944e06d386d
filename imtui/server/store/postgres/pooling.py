"""Tells a pool by transaction, where each transaction may be in another session."""

from collections.abc import Callable
from typing import Final

import asyncpg

from imtui.server.store.postgres.connection import Connection

_SET: Final = "SET imtui.session = '{}'"
_CHECK: Final = """
DO $$ BEGIN
    IF current_setting('imtui.session', true) IS DISTINCT FROM '{}' THEN
        RAISE EXCEPTION 'another session';
    END IF;
END $$
"""


def is_pooled_by_transaction(connection: Connection, connect: Callable[[], Connection]) -> bool:
    """Tell whether a connection has no session of its own.

    Args:
        connection: An open connection, without a transaction.
        connect: Returns another one, which is closed here.

    Raises what a connection raises.
    """
    other = connect()
    try:
        other.open()
        connection.script(_SET.format("one"))
        # A pool gives it the session that has just become free.
        other.script(_SET.format("other"))
        connection.script(_CHECK.format("one"))
    except asyncpg.RaiseError:
        return True
    finally:
        other.close()
    return False
