"""Databases of versions 1 to 4, and what of them has to be there after a migration."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from imtui.server.store.sqlite.migration.earlier import STEPS
from tests.server.store.recorded.recording import read_dump

USERS: Final = ("alice", "bob", "carol")


def make(path: Path, version: int) -> None:
    """Make a database of a version, with three accounts."""
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        steps = "".join(STEPS[:version])
        old.executescript(f"BEGIN; {steps} PRAGMA user_version = {version}; COMMIT;")
        old.execute("UPDATE app SET start = 41")
        add = "INSERT INTO accounts (user_id, registered_at) VALUES (?, 7)"
        old.executemany(add, [(name,) for name in USERS])


def restore(path: Path, name: str) -> None:
    """Restore a recorded database."""
    with closing(sqlite3.connect(path)) as old:
        old.executescript(read_dump(name))


def add_messages(path: Path, count: int, length: int = 20, version: int = 4) -> None:
    """Add messages of alice to bob, of which bob has deleted each third."""
    columns = "low, high, seq, version, sender, msg_id, timestamp, elem_type, text, data"
    columns += ", cloud_custom_data, revoked, deleted_low, deleted_high"
    if version == 4:
        columns += ", msg_body, uncounted, not_last"
    places = ", ".join("?" * len(columns.split(",")))
    text = "x" * length

    def rows() -> Iterable[tuple[Any, ...]]:
        for seq in range(1, count + 1):
            of_both = ("alice", "bob", seq, seq, "alice", f"m{seq}", 1000 + seq, 1, f"{seq}{text}")
            rest = (b"", "", 0, 0, int(seq % 3 == 0))
            yield (*of_both, *rest, *(("", 0, 0) if version == 4 else ()))

    with closing(sqlite3.connect(path)) as old, old:
        old.executemany(f"INSERT INTO messages ({columns}) VALUES ({places})", rows())


def all_of(path: Path) -> list[Any]:
    """Return what a database of any version holds, in the words of version 5."""
    with closing(sqlite3.connect(path)) as database:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        statements = _STATEMENTS if version == 5 else _OLD_STATEMENTS[: version + 1]
        return [sorted(database.execute(statement)) for statement in statements]


def names(folder: Path) -> list[str]:
    """Return the names of all that is in a folder."""
    return sorted(one.name for one in folder.iterdir())


def version_at(path: Path) -> int:
    """Return the version of the schema of a database."""
    with closing(sqlite3.connect(path)) as database:
        version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version


_OLD_STATEMENTS: Final = (
    "SELECT user_id, registered_at FROM accounts",
    "SELECT user_id, instance_id, platform, state, login_order, changed_at FROM devices",
    "SELECT low, high, seq, version, sender, msg_id, timestamp, text, data, revoked FROM messages",
    "SELECT owner, name FROM friend_groups",
    "SELECT user_id, sigs_revoked_at, is_deleted FROM accounts",
)
_STATEMENTS: Final = (
    "SELECT user_id, registered_at FROM accounts",
    "SELECT a.user_id, instance_id, platform, state, login_order, changed_at FROM devices"
    " JOIN accounts a ON a.key = account",
    "SELECT (SELECT min(a.user_id) FROM members x JOIN accounts a ON a.key = x.account"
    " WHERE x.conversation = m.conversation), (SELECT max(a.user_id) FROM members x"
    " JOIN accounts a ON a.key = x.account WHERE x.conversation = m.conversation),"
    " seq, version, s.user_id, msg_id, timestamp, text, data, is_erased FROM messages m"
    " JOIN accounts s ON s.key = sender",
    "SELECT a.user_id, name FROM friend_groups JOIN accounts a ON a.key = owner",
    "SELECT user_id, sigs_revoked_at, deleted_at IS NOT NULL FROM accounts",
)
