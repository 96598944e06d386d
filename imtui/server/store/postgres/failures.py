"""Says what an error of PostgreSQL means, and what to do."""

from collections.abc import Mapping
from typing import Final

import asyncpg

from imtui.server.store.store import FinalError, StoreError

FAILURES: Final = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What a connection raises."""

_WORDS: Final[Mapping[type[BaseException], str]] = {
    asyncpg.InvalidPasswordError: "refuses the password. Look at IMTUI_DATABASE or PGPASSFILE",
    asyncpg.InvalidAuthorizationSpecificationError: (
        "does not let this role in. Look at the role and at pg_hba.conf"
    ),
    asyncpg.InvalidCatalogNameError: "has no such database. Create it with createdb",
    asyncpg.InsufficientPrivilegeError: (
        "does not allow that to this role. Let it own the database, or GRANT CREATE ON SCHEMA"
    ),
    asyncpg.DiskFullError: "has a full disk. Free some space",
    asyncpg.ReadOnlySQLTransactionError: (
        "is a standby, or read-only. Name its primary in the address"
    ),
    asyncpg.TooManyConnectionsError: "has no connection left. Raise max_connections",
    asyncpg.QueryCanceledError: "answers too slowly",
    asyncpg.CannotConnectNowError: "is just starting or stopping",
}


def cannot(error: BaseException) -> StoreError:
    """Return what to tell of an error, in one line, without any values."""
    if isinstance(error, asyncpg.DataError | asyncpg.IntegrityConstraintViolationError):
        # However often it is tried, it will not do.
        name = type(error).__name__
        return FinalError(f"PostgreSQL refuses a row ({name}): the core begins anew without it.")
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return StoreError(f"PostgreSQL {words} ({_line(error)}).")
    if isinstance(error, asyncpg.PostgresError) and not isinstance(
        error, asyncpg.PostgresConnectionError | asyncpg.OperatorInterventionError
    ):
        return StoreError(f"PostgreSQL reports a fault: {_line(error)}.")
    return StoreError(f"PostgreSQL cannot be reached: {_line(error)}.")


def _line(error: BaseException) -> str:
    # The rest of what PostgreSQL says may have values.
    told = str(error.args[0]) if error.args else ""
    if isinstance(error, OSError) and error.strerror:
        told = error.strerror
    if type(error) is asyncpg.InternalClientError:
        # What it says is of states of the client's own; that of its subclasses is for people.
        told = "the session broke off"
    return " ".join(told.split()).rstrip(".") or type(error).__name__
