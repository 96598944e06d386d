"""Says what an error of SQLite means, and what to do."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from imtui.server.disk_faults import (
    BROKEN,
    FORBIDDEN,
    FULL,
    LOCKED,
    DiskFault,
    find_fault,
    words_of,
)
from imtui.server.store.store import DamagedError, FinalError, StoreError

_FAULTS: Final[Mapping[int, DiskFault]] = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_PERM: FORBIDDEN,
    sqlite3.SQLITE_AUTH: FORBIDDEN,
    sqlite3.SQLITE_READONLY: FORBIDDEN,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: BROKEN,
    sqlite3.SQLITE_NOMEM: DiskFault("there is no memory left", "Free some, then try again."),
    sqlite3.SQLITE_NOLFS: DiskFault(
        "the file system has no files this large", "Move the data to another one."
    ),
    sqlite3.SQLITE_CANTOPEN: DiskFault(
        "it or a file beside it cannot be opened", "Look at its folder, then try again."
    ),
}
"""By primary result code."""

_AMBIGUOUS: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
    }
)
"""SQLite has the same codes for various faults of the system."""

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

REFUSALS: Final = (
    OverflowError,
    UnicodeError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""What is raised for a row that will not do, however often it is tried."""

_RESTORE: Final = "Restore it from a backup, or move it away to start anew."


def check_exists(path: Path) -> None:
    """Check that there is a database.

    Raises:
        StoreError: There is none, or nobody may look.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(f"There is no database {path}.") from error
    except OSError as error:
        raise cannot(path, "read", error) from error


def cannot(path: Path, done: str, error: Exception) -> StoreError:
    """Return the error that a database cannot be opened, read or written, and what to do.

    Args:
        path: The database.
        done: What cannot be done, such as ``"opened"``.
        error: An error of SQLite or of the system; any other tells that the contents are
            malformed.
    """
    what = f"The database {path} cannot be {done}"
    if isinstance(error, OSError):
        return StoreError(f"{what}: {words_of(error, path.parent, _RESTORE)}")
    # Errors that the store raises about contents have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    if code & 0xFF in _DAMAGED:
        return DamagedError(f"{what}: the file is damaged ({error}). {_RESTORE}")
    fault = fault_of_code(path, code) or DiskFault(str(error), _RESTORE)
    return StoreError(f"{what}: {fault}")


def refused(path: Path, error: Exception, *, is_final: bool) -> StoreError:
    """Return the error that a database refuses a row, without any of its values.

    Args:
        path: The database.
        error: What was raised.
        is_final: Whether the row is one of the batch, which can never be written then.
    """
    what = f"The database {path} refuses a row ({type(error).__name__})"
    if is_final:
        return FinalError(f"{what}. Start again: all that was acknowledged is there.")
    return StoreError(f"{what} while messages are erased; they are tried again later.")


def fault_of_code(path: Path, code: int) -> DiskFault | None:
    """Return the fault of the disk that a result code of SQLite tells of; None for any other.

    Args:
        path: The file that SQLite used.
        code: The result code, extended or primary.
    """
    primary = code & 0xFF
    if code == sqlite3.SQLITE_IOERR_NOMEM:
        primary = sqlite3.SQLITE_NOMEM
    found = find_fault(path) if primary in _AMBIGUOUS else None
    return found or _FAULTS.get(primary)
