"""Migrates everything but messages and conversations."""

import sqlite3
import time
from collections.abc import Iterable
from typing import Any, Final

from imtui.server.store.sqlite.log_pairing import new_generation

# The latest device record decides how an account left; in a tie, a lost device does.
_ACCOUNTS: Final = """
SELECT a.user_id, a.registered_at, iif(a.is_deleted, a.registered_at, NULL),
    iif(ifnull(max(d.changed_at = last.at AND d.state IN ('lost', 'live')), 0),
        'lost', 'logged_out'),
    ifnull(last.at, 0), a.subscriptions_cleared_at, a.sigs_revoked_at, a.sigs_used
FROM accounts a
LEFT JOIN (SELECT user_id, max(changed_at) AS at FROM devices GROUP BY user_id) last
    ON last.user_id = a.user_id
LEFT JOIN devices d ON d.user_id = a.user_id
GROUP BY a.user_id ORDER BY a.registered_at, a.user_id
"""

_KEY: Final = "(SELECT key FROM accounts WHERE user_id = ?)"

_LISTS: Final = (
    (
        "SELECT user_id, instance_id, platform, device_name, state, login_order, login_time,"
        " changed_at FROM devices",
        f"INSERT INTO devices VALUES ({_KEY}, ?, ?, ?, ?, ?, ?, ?)",
    ),
    (
        "SELECT owner, user_id FROM subscriptions ORDER BY place",
        f"INSERT INTO subscriptions (owner, target) VALUES ({_KEY}, {_KEY})",
    ),
    (
        "SELECT owner, friend, since, remark, note FROM friends",
        f"INSERT INTO friends VALUES ({_KEY}, {_KEY}, ?, ?, ?)",
    ),
    (
        "SELECT owner, name FROM friend_groups ORDER BY place",
        f"INSERT INTO friend_groups (owner, name) VALUES ({_KEY}, ?)",
    ),
    (
        "SELECT owner, name, friend FROM grouped_friends",
        f"INSERT INTO grouped_friends VALUES ({_KEY}, ?, {_KEY})",
    ),
    (
        "SELECT asker, receiver, add_time, wording, remark, friend_group, is_read, source"
        " FROM applications ORDER BY place",
        "INSERT INTO friend_requests (asker, receiver, add_time, wording, remark, friend_group,"
        f" is_read, source) VALUES ({_KEY}, {_KEY}, ?, ?, ?, ?, ?, ?)",
    ),
    (
        "SELECT owner, user_id, since FROM blocked ORDER BY place",
        f"INSERT INTO blocked (owner, target, since) VALUES ({_KEY}, {_KEY}, ?)",
    ),
    (
        "SELECT user_id, nick_name, self_signature, allow_type, more FROM profiles",
        f"INSERT INTO profiles VALUES ({_KEY}, ?, ?, ?, ?)",
    ),
)
"""Pairs of a query of version 4 and the statement that inserts each of its rows."""


def migrate_lists(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Copy everything but messages and conversations from one database to the other."""
    start, console = old.execute("SELECT start, console FROM app").fetchone()
    app = (start, console, new_generation(), 0, int(time.time() * 1000))
    new.execute("INSERT INTO app VALUES (?, ?, ?, ?, ?)", app)
    new.executemany(
        "INSERT INTO accounts (user_id, registered_at, deleted_at, left_as, since,"
        " subscriptions_cleared_at, sigs_revoked_at, sigs_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        _rows(old, _ACCOUNTS),
    )
    # Only for the migration: in version 4, a user ID has one account, even a deleted one.
    new.execute("CREATE INDEX migrating ON accounts (user_id)")
    for select, insert in _LISTS:
        new.executemany(insert, _rows(old, select))
    new.execute("DROP INDEX migrating")


def _rows(old: sqlite3.Connection, sql: str) -> Iterable[tuple[Any, ...]]:
    return old.execute(sql)
