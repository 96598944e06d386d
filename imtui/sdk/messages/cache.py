"""The cached messages and conversations of an account: on disk, or in memory.

The backend can send all of it again. So no failure stops the client: a damaged file is replaced by
an empty one, and after any other failure the cache goes on in memory until the next start.
"""

import logging
import sqlite3
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from imtui.protocol.chat import Message, MessageStatus
from imtui.sdk.messages.database import open_database
from imtui.sdk.messages.known import Known
from imtui.sdk.messages.update import Update

_log = logging.getLogger(__name__)

T = TypeVar("T")

_MESSAGES_KEPT: Final = 2000
_SEARCHED_MAX: Final = 100_000
_CONVERSATIONS_KEPT: Final = 10_000

_VERSION: Final = 1

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS listed (yes INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS conversation (user TEXT PRIMARY KEY, known BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    user TEXT, seq INTEGER, version INTEGER NOT NULL, status INTEGER NOT NULL,
    time INTEGER NOT NULL, message BLOB NOT NULL, PRIMARY KEY (user, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (
    user TEXT, low INTEGER, high INTEGER NOT NULL, PRIMARY KEY (user, low)
) WITHOUT ROWID;
"""

_THERE: Final = int(MessageStatus.SEND_SUCC)
_HIDDEN: Final = int(MessageStatus.HAS_DELETED)

# A newer version replaces an older one, whatever has changed. Hiding a message leaves its version
# as it is, and nothing brings back contents that are gone.
_KEEP: Final = f"""
INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (user, seq) DO UPDATE SET version = excluded.version, status = excluded.status,
time = excluded.time, message = excluded.message
WHERE message.status <> {_HIDDEN} AND (
    excluded.status = {_HIDDEN}
    OR excluded.version > message.version
    AND (message.status = {_THERE} OR excluded.status <> {_THERE})
)
"""

_encoder: Final = msgspec.msgpack.Encoder()
_known_decoder: Final = msgspec.msgpack.Decoder(Known)
_message_decoder: Final = msgspec.msgpack.Decoder(Message)


class MessageCache:
    """The cached messages of one account; no method ever fails."""

    def __init__(self, path: Path | None, user_id: str) -> None:
        """Open the cache.

        Args:
            path: The file, created if it does not exist; in memory if None.
            user_id: The account.
        """
        self._path = path
        self._user_id = user_id
        self._is_closed = False
        self.known: list[Known] = []
        """The cached conversations."""
        self.listed = False
        """Whether they were ever all conversations of the account."""
        self._db = self._open()
        # A client that is forgotten closes nothing, and Python 3.13 warns of that.
        weakref.finalize(self, self._db.close)

    def close(self) -> None:
        """Close the file; from now on nothing is stored and nothing is found."""
        self._is_closed = True
        self._db.close()

    def keep(self, update: Update, *, listed: bool) -> None:
        """Store an update, all of it or nothing.

        Args:
            update: The outcome of an event.
            listed: Whether the known conversations are all conversations of the account.
        """
        is_needed = (
            update.forgotten or update.cleared or update.messages or update.held or update.known
        )
        if is_needed or listed != self.listed:
            self._do(lambda: self._keep(update, listed), None)

    def keep_page(self, user_id: str, page: list[Message], low: int, high: int) -> None:
        """Store a page of history: all messages with a user from one seq to another."""
        update = Update(messages=page, held=[(user_id, low, high)] if low <= high else [])
        self._do(lambda: self._keep(update, self.listed), None)

    def get(self, user_id: str, seq: int) -> Message | None:
        """Return the cached message with a user at a seq, or None."""
        rows = self._rows("SELECT message FROM message WHERE user = ? AND seq = ?", user_id, seq)
        return _message_decoder.decode(rows[0][0]) if rows else None

    def newest(self, user_id: str) -> int:
        """Return the seq of the newest cached message with a user, or 0."""
        rows = self._rows("SELECT max(seq) FROM message WHERE user = ?", user_id)
        return _only(rows)

    def until(self, user_id: str, timestamp: int) -> int:
        """Return the seq of the newest cached message up to a time in Unix milliseconds, or 0."""
        query = "SELECT max(seq) FROM message WHERE user = ? AND time <= ?"
        rows = self._rows(query, user_id, timestamp)
        return _only(rows)

    def search(self, words: list[str], user_id: str | None, most: int) -> list[Message]:
        """Return the cached texts that contain all words, the newest first.

        Args:
            words: The words; upper and lower case are the same.
            user_id: Only messages with this user; with anybody if None.
            most: The most messages to return.
        """
        query = (
            f"SELECT message FROM message WHERE status = {_THERE} AND (? IS NULL OR user = ?) "
            "ORDER BY time DESC, seq DESC LIMIT ?"
        )
        folded = [word.casefold() for word in words]
        found: list[Message] = []
        for (blob,) in self._rows(query, user_id, user_id, _SEARCHED_MAX):
            message = _message_decoder.decode(blob)
            text = message.text.casefold()
            if text and all(word in text for word in folded):
                found.append(message)
                if len(found) == most:
                    break
        return found

    def page(self, user_id: str, high: int, count: int) -> tuple[list[Message], int]:
        """Return messages with a user from a seq downwards, up to the first gap.

        Args:
            user_id: The other member.
            high: The seq of the first message.
            count: The most messages to return; deleted ones are left out.

        Returns:
            The messages, the newest first, and the seq down to which they are complete; above
            ``high`` if that seq itself is missing.
        """
        query = "SELECT low FROM held WHERE user = ? AND low <= ? AND high >= ?"
        rows = self._rows(query, user_id, high, high)
        if not rows:
            return [], high + 1
        low = _only(rows)
        query = (
            "SELECT message FROM message WHERE user = ? AND seq BETWEEN ? AND ? "
            f"AND status <> {_HIDDEN} ORDER BY seq DESC LIMIT ?"
        )
        messages = [
            _message_decoder.decode(blob)
            for (blob,) in self._rows(query, user_id, low, high, count)
        ]
        return messages, messages[-1].seq if len(messages) == count else low

    def _open(self) -> sqlite3.Connection:
        if self._path is None:
            return self._opened(None)
        for _ in range(2):
            try:
                return self._opened(self._path)
            except (sqlite3.Error, msgspec.MsgspecError, OSError) as error:
                if not _is_damage(error):
                    _log.warning("The message cache %s cannot be used: %s", self._path, error)
                    break
                _log.warning("The message cache %s is damaged and replaced: %s", self._path, error)
                self._remove()
        return self._opened(None)

    def _opened(self, path: Path | None) -> sqlite3.Connection:
        db = open_database(path, _SCHEMA, _VERSION, "NORMAL")
        try:
            rows = db.execute("SELECT known FROM conversation").fetchall()
            known = [_known_decoder.decode(blob) for (blob,) in rows]
            listed = db.execute("SELECT yes FROM listed").fetchone() is not None
            with db:
                _trim_messages(db)
                if len(known) > _CONVERSATIONS_KEPT:
                    known.sort(key=lambda each: each.info.order_key, reverse=True)
                    for each in known[_CONVERSATIONS_KEPT:]:
                        _forget(db, each.info.user_id)
                        db.execute("DELETE FROM conversation WHERE user = ?", (each.info.user_id,))
                    del known[_CONVERSATIONS_KEPT:]
                    # Otherwise they would count as new conversations when they appear again.
                    db.execute("DELETE FROM listed")
                    listed = False
        except BaseException:
            db.close()
            raise
        self.known, self.listed = known, listed
        return db

    def _remove(self) -> None:
        if self._path is not None:
            for suffix in ("", "-wal", "-shm"):
                with suppress(OSError):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _rows(self, query: str, *args: object) -> list[tuple[Any, ...]]:
        return self._do(lambda: self._db.execute(query, args).fetchall(), [])

    def _do(self, step: Callable[[], T], otherwise: T) -> T:
        if self._is_closed:
            return otherwise
        try:
            return step()
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            self._go_on_in_memory(error)
            return otherwise

    def _go_on_in_memory(self, error: Exception) -> None:
        """Replace the file by a cache in memory; remove it if it is damaged."""
        _log.warning("The message cache %s cannot be used: %s", self._path or ":memory:", error)
        with suppress(sqlite3.Error):
            self._db.close()
        if _is_damage(error):
            self._remove()
        self._path, listed = None, self.listed
        self._db = self._opened(None)
        self.listed = listed

    def _keep(self, update: Update, listed: bool) -> None:
        with self._db as db:
            for user_id in update.forgotten:
                _forget(db, user_id)
            for user_id, cleared_seq in update.cleared:
                _forget_before(db, user_id, cleared_seq + 1)
            db.executemany(_KEEP, [self._row(message) for message in update.messages])
            for user_id, low, high in update.held:
                _hold(db, user_id, low, high)
            db.executemany(
                "INSERT OR REPLACE INTO conversation VALUES (?, ?)",
                [(user_id, _encoder.encode(known)) for user_id, known in update.known.items()],
            )
            if listed and not self.listed:
                db.execute("INSERT OR REPLACE INTO listed VALUES (1)")
        self.listed = listed

    def _row(self, message: Message) -> tuple[str, int, int, int, int, bytes]:
        return (
            message.peer(self._user_id),
            message.seq,
            message.version,
            message.status,
            message.timestamp,
            _encoder.encode(message),
        )


def _is_damage(error: Exception) -> bool:
    # Subclasses stand for a full disk, a lock, or a wrong statement.
    return type(error) is sqlite3.DatabaseError or isinstance(error, msgspec.MsgspecError)


def _only(rows: list[tuple[Any, ...]]) -> int:
    seq: int | None = rows[0][0] if rows else None
    return seq or 0


def _forget(db: sqlite3.Connection, user_id: str) -> None:
    db.execute("DELETE FROM message WHERE user = ?", (user_id,))
    db.execute("DELETE FROM held WHERE user = ?", (user_id,))


def _forget_before(db: sqlite3.Connection, user_id: str, seq: int) -> None:
    db.execute("DELETE FROM message WHERE user = ? AND seq < ?", (user_id, seq))
    db.execute("DELETE FROM held WHERE user = ? AND high < ?", (user_id, seq))
    db.execute("UPDATE held SET low = ? WHERE user = ? AND low < ?", (seq, user_id, seq))


def _hold(db: sqlite3.Connection, user_id: str, low: int, high: int) -> None:
    """Add a range, and merge it with those that touch it."""
    touching = (user_id, high + 1, low - 1)
    query = "SELECT min(low), max(high) FROM held WHERE user = ? AND low <= ? AND high >= ?"
    lowest, highest = db.execute(query, touching).fetchone()
    if lowest is not None:
        low, high = min(low, lowest), max(high, highest)
        db.execute("DELETE FROM held WHERE user = ? AND low <= ? AND high >= ?", touching)
    db.execute("INSERT INTO held VALUES (?, ?, ?)", (user_id, low, high))


def _trim_messages(db: sqlite3.Connection) -> None:
    crowded = db.execute(
        "SELECT user FROM message GROUP BY user HAVING count(*) > ?", (_MESSAGES_KEPT,)
    ).fetchall()
    for (user_id,) in crowded:
        (oldest,) = db.execute(
            "SELECT seq FROM message WHERE user = ? ORDER BY seq DESC LIMIT 1 OFFSET ?",
            (user_id, _MESSAGES_KEPT - 1),
        ).fetchone()
        _forget_before(db, user_id, oldest)
