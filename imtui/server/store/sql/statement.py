"""Statements, the batch of a transaction, and the database that executes them.

They are in the SQL that SQLite and PostgreSQL share, with question marks for values.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Protocol

Statement = tuple[str, tuple[Any, ...]]
"""A statement and its values."""

ACCOUNT: Final = "(SELECT key FROM accounts WHERE user_id = ? AND deleted_at IS NULL)"
"""The key of the present account with a user ID."""

_SQL_OF: Final = itemgetter(0)


class Rows(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Any:
        """Return the next row, or None."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""


class Database(Protocol):
    """An open transaction; all raise what the engine raises."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Rows:
        """Execute a statement."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Execute a statement with the values of each row."""


def put(table: str, keys: Sequence[str], rest: Sequence[str]) -> str:
    """Return the statement that adds a row, in place of one with the same values of its keys."""
    columns = ", ".join((*keys, *rest))
    places = ", ".join("?" * (len(keys) + len(rest)))
    changed = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({places})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
    )


class Batch:
    """The statements of one transaction, in order."""

    def __init__(self) -> None:
        """Start without statements."""
        self._statements: list[Statement] = []
        self._executed = 0
        """How many of them are in the open transaction."""

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._statements)

    @property
    def is_executed(self) -> bool:
        """Tell whether all are in the open transaction."""
        return self._executed == len(self._statements)

    def add(self, statements: Sequence[Statement]) -> None:
        """Add statements."""
        self._statements += statements

    def execute(self, database: Database) -> None:
        """Execute those that were not yet; raises what the engine raises."""
        for sql, alike in groupby(self._statements[self._executed :], key=_SQL_OF):
            database.executemany(sql, [values for _, values in alike])
        self._executed = len(self._statements)

    def undone(self) -> None:
        """Note that the transaction was rolled back."""
        self._executed = 0
