"""Reads the tables of schemas 1 to 4 independently of the server, as they are meant.

Of each conversation there is one row in ``messages`` per message. ``low`` and ``high`` are its two
users, ordered as text, and ``deleted_low`` and ``deleted_high`` say which of them has deleted it.
``sides`` holds what one of the two has set and read.
"""

import base64
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from tests.conformance.worlds.raw_client import JSON

OFFLINE, UNLOGINED = 2, 3
REVOKED = 6
"""The status of a message that its sender has recalled."""

_CONTENTS = ("text", "data", "cloud_custom_data", "msg_body")


class Status(NamedTuple):
    """The general status of an account that nobody is connected to."""

    status_type: int
    since: int


class Seen(NamedTuple):
    """A conversation as one of the two sees it."""

    conversation: JSON
    """As in the list of conversations."""
    is_listed: bool
    history: list[JSON]
    """The newest first."""
    changes: list[JSON]
    """Those of the history, the earliest change first."""
    deleted: frozenset[int]


def general_statuses(
    database: sqlite3.Connection, started_at: int, *, latest_decides: bool
) -> dict[str, Status]:
    """Return the statuses of all accounts after a start.

    Args:
        database: The database.
        started_at: When the backend was started, in Unix milliseconds.
        latest_decides: Whether the device record that changed last decides, the new rule, or any
            lost device makes the account OFFLINE, the rule until schema 4.
    """
    devices: dict[str, list[tuple[int, bool]]] = {}
    for row in database.execute("SELECT user_id, state, changed_at FROM devices"):
        is_live = row["state"] == "live"
        changed_at = started_at if is_live else row["changed_at"]
        is_lost = is_live or row["state"] == "lost"
        devices.setdefault(row["user_id"], []).append((changed_at, is_lost))
    statuses = {}
    for account in accounts(database):
        theirs = devices.get(account["user_id"], [])
        since = max((changed_at for changed_at, _ in theirs), default=account["registered_at"])
        deciding = [lost for at, lost in theirs if at == since or not latest_decides]
        statuses[account["user_id"]] = Status(OFFLINE if any(deciding) else UNLOGINED, since)
    return statuses


def accounts(database: sqlite3.Connection) -> list[JSON]:
    """Return the rows of the accounts that are not deleted."""
    rows = map(dict, database.execute("SELECT * FROM accounts ORDER BY user_id"))
    return [row for row in rows if not row.get("is_deleted")]


def revocations(database: sqlite3.Connection) -> dict[str, int]:
    """Return the second up to which the UserSigs of accounts are revoked, deleted ones too."""
    rows = map(dict, database.execute("SELECT * FROM accounts"))
    return {row["user_id"]: row["sigs_revoked_at"] for row in rows if row.get("sigs_revoked_at")}


def conversations(database: sqlite3.Connection, viewer: str) -> dict[str, Seen]:
    """Return the conversations of a user, by the other one, in the order of the list."""
    messages: dict[str, list[JSON]] = {}
    of_viewer = "SELECT * FROM messages WHERE ? IN (low, high) ORDER BY seq"
    for row in map(dict, database.execute(of_viewer, (viewer,))):
        messages.setdefault(row["high"] if row["low"] == viewer else row["low"], []).append(row)
    sides = {
        (row["owner"], row["peer"]): row
        for row in map(dict, database.execute("SELECT * FROM sides"))
    }
    peers = {*messages, *(owner for owner, peer in sides if peer == viewer)}
    peers |= {peer for owner, peer in sides if owner == viewer}
    seen = {
        peer: _seen(
            viewer,
            peer,
            messages.get(peer, []),
            sides.get((viewer, peer), {}),
            sides.get((peer, viewer), {}),
        )
        for peer in peers
    }

    def place(peer: str) -> tuple[bool, int, str]:
        shown = seen[peer].conversation
        return not shown.get("isPinned", False), -shown.get("orderKey", 0), peer

    return {peer: seen[peer] for peer in sorted(peers, key=place)}


def _seen(viewer: str, peer: str, rows: list[JSON], own: JSON, theirs: JSON) -> Seen:
    deleted = "deleted_low" if viewer < peer else "deleted_high"
    there = [row for row in rows if not row[deleted]]
    unlisted_seq, read_seq = own.get("unlisted_seq", 0), own.get("read_seq", 0)
    newest = [row for row in there if not row.get("not_last") and row["seq"] > unlisted_seq][-1:]
    unread = [
        row
        for row in there
        if row["sender"] == peer and row["seq"] > read_seq
        if not row["revoked"] and not row.get("uncounted")
    ]
    conversation = {
        "conversationID": f"c2c_{peer}",
        "version": _most(rows, "version"),
        "lastMessage": _shown(newest[0]) if newest else None,
        "unreadCount": len(unread),
        "readSeq": read_seq,
        "peerReadSeq": theirs.get("read_seq", 0),
        "isPinned": bool(own.get("pinned")),
        "recvOpt": own.get("recv_opt", 0),
        "orderKey": _most(rows, "timestamp"),
    }
    return Seen(
        _said(conversation),
        bool(newest or own.get("pinned") or own.get("recv_opt")),
        [_shown(row) for row in reversed(there)],
        [_shown(row) for row in sorted(there, key=lambda row: int(row["version"]))],
        frozenset(row["seq"] for row in rows if row[deleted]),
    )


def _most(rows: Iterable[JSON], column: str) -> int:
    return max((row[column] for row in rows), default=0)


def _shown(row: JSON) -> JSON:
    """Return a message as the wire has it."""
    is_erased = bool(row["revoked"])
    assert not (is_erased and any(row.get(column) for column in _CONTENTS))
    return _said(
        {
            "msgID": row["msg_id"],
            "sender": row["sender"],
            "receiver": row["low"] if row["sender"] == row["high"] else row["high"],
            "timestamp": row["timestamp"],
            "seq": row["seq"],
            "version": row["version"],
            "elemType": row["elem_type"] if row["elem_type"] != 1 else 0,
            "text": row["text"],
            "data": base64.b64encode(row["data"]).decode(),
            "cloudCustomData": row["cloud_custom_data"],
            "status": REVOKED if is_erased else 0,
            "msgBody": row.get("msg_body", ""),
            "isExcludedFromUnreadCount": bool(row.get("uncounted")),
            "isExcludedFromLastMessage": bool(row.get("not_last")),
        }
    )


def _said(fields: dict[str, Any]) -> JSON:
    """Leave out what is 0, empty, false or absent, as the wire does."""
    return {name: value for name, value in fields.items() if value}
