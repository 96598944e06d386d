"""The messages that this device has yet to send, and its drafts: on disk, or in memory.

No other copy exists. So a message counts as queued only once it is on disk, and a damaged file is
moved aside instead of overwritten.
"""

import asyncio
import logging
import sqlite3
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from imtui.protocol.chat import Message, MessageStatus
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.sdk.failures import is_transient, retry_after
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.messages.database import open_database

_log = logging.getLogger(__name__)

WAITING_MAX: Final = 1000
"""The most messages that may wait to be sent."""

_VERSION: Final = 1

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
    place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, message BLOB NOT NULL,
    failed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS draft (user TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
"""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Message)


class Outbox:
    """The queued and refused messages of one account on this device, and its drafts."""

    def __init__(self, path: Path | None) -> None:
        """Open the outbox; if that fails, every change raises 6019.

        Args:
            path: The file, created if it does not exist; in memory if None.
        """
        self._path = path
        self._messages: dict[str, Message] = {}
        self._under_way = ""
        self.drafts: dict[str, str] = {}
        """The unsent texts, by user."""
        self._more = asyncio.Event()
        self._db = self._open()
        if self._db is not None:
            # A client that is forgotten closes nothing, and Python 3.13 warns of that.
            weakref.finalize(self, self._db.close)

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()

    def messages(self, user_id: str | None = None) -> list[Message]:
        """Return the queued and refused messages, to one user or to all, the oldest first."""
        messages = self._messages.values()
        return [message for message in messages if user_id in (None, message.receiver)]

    def add(self, message: Message) -> None:
        """Queue a message; it is on disk when this returns.

        Raises:
            IMError: 7014 if too many wait, 6019 if it cannot be written.
        """
        if sum(map(_waits, self._messages.values())) >= WAITING_MAX:
            raise IMError(
                ErrorCode.ERR_SDK_INVALID_OPERATION,
                f"{WAITING_MAX:,} messages wait to be sent already; no more can be queued.",
            )
        row = (message.msg_id, _encoder.encode(message))
        self._write("INSERT INTO message (id, message) VALUES (?, ?)", row)
        self._messages[message.msg_id] = message
        self._more.set()

    def resend(self, msg_id: str) -> Message:
        """Queue a refused message again, at its old place; a queued one stays queued.

        Raises:
            IMError: 6017 if there is no such message, 6019 if it cannot be written.
        """
        message = self._get(msg_id)
        if not _waits(message):
            self._write("UPDATE message SET failed = 0 WHERE id = ?", (msg_id,))
            message = msgspec.structs.replace(message, status=MessageStatus.SENDING)
            self._messages[msg_id] = message
            self._more.set()
        return message

    def discard(self, msg_id: str) -> None:
        """Remove a queued or refused message.

        Raises:
            IMError: 6017 if there is no such message, 7014 if it is being sent right now, 6019 if
                it cannot be written.
        """
        if self._get(msg_id).msg_id == self._under_way:
            raise IMError(
                ErrorCode.ERR_SDK_INVALID_OPERATION, "The message is being sent right now."
            )
        self._write("DELETE FROM message WHERE id = ?", (msg_id,))
        del self._messages[msg_id]

    def acknowledged(self, msg_id: str) -> None:
        """Remove a message that the backend has accepted."""
        if self._messages.pop(msg_id, None) is not None:
            # If it stays on disk it is sent again after a restart, which makes no second message.
            with suppress(IMError):
                self._write("DELETE FROM message WHERE id = ?", (msg_id,))

    def take_over(self, path: Path) -> None:
        """Take the messages of another outbox, which nobody uses, behind those of this one.

        Messages that cannot be stored here stay there.
        """
        if self._db is None or not path.exists():
            return
        other = Outbox(path)
        room = max(WAITING_MAX - sum(map(_waits, self._messages.values())), 0)
        taken = other.messages()[:room]
        try:
            self._write_all(
                "INSERT OR IGNORE INTO message (id, message, failed) VALUES (?, ?, ?)",
                [(one.msg_id, _encoder.encode(one), not _waits(one)) for one in taken],
            )
            # A message that stays there as well is sent twice, which makes no second message.
            other._write_all("DELETE FROM message WHERE id = ?", [(one.msg_id,) for one in taken])
        except IMError as error:
            _log.error("The outbox %s cannot be taken over: %s", path, error)
        else:
            for one in taken:
                self._messages.setdefault(one.msg_id, one)
        finally:
            other.close()

    def set_draft(self, user_id: str, text: str) -> None:
        """Store the unsent text to a user; an empty text removes it.

        Raises:
            IMError: 6019 if it cannot be written.
        """
        if text == self.drafts.get(user_id, ""):
            return
        if text:
            self._write("INSERT OR REPLACE INTO draft VALUES (?, ?)", (user_id, text))
            self.drafts[user_id] = text
        else:
            self._write("DELETE FROM draft WHERE user = ?", (user_id,))
            self.drafts.pop(user_id, None)

    async def send(
        self,
        send: Callable[[Message], Awaitable[Message]],
        on_failed: Callable[[Message, IMError], None],
    ) -> None:
        """Send the queued messages one after the other, until cancelled.

        Args:
            send: Sends a message and calls ``acknowledged``, or raises IMError.
            on_failed: Called with each message that the backend has refused for good.
        """
        # An event belongs to one event loop, and a program may run several after one another.
        self._more = asyncio.Event()
        backoff = Backoff()
        while True:
            message = self._next()
            if message is None:
                self._more.clear()
                await self._more.wait()
                continue
            self._under_way = message.msg_id
            try:
                await send(message)
            except IMError as error:
                if is_transient(error) or error.code == ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                    await asyncio.sleep(retry_after(error, backoff.next_delay()))
                    continue
                self._refused(message, error, on_failed)
            finally:
                self._under_way = ""
            backoff.reset()

    def _next(self) -> Message | None:
        return next(filter(_waits, self._messages.values()), None)

    def _get(self, msg_id: str) -> Message:
        if msg_id not in self._messages:
            raise invalid_parameters("msgID", "no such message waits or was refused")
        return self._messages[msg_id]

    def _refused(
        self, message: Message, error: IMError, on_failed: Callable[[Message, IMError], None]
    ) -> None:
        if message.msg_id not in self._messages:
            return
        refused = msgspec.structs.replace(message, status=MessageStatus.SEND_FAIL)
        self._messages[message.msg_id] = refused
        # If this is not stored, the message is sent and refused again after a restart.
        with suppress(IMError):
            self._write("UPDATE message SET failed = 1 WHERE id = ?", (message.msg_id,))
        on_failed(refused, error)

    def _open(self) -> sqlite3.Connection | None:
        try:
            try:
                return self._opened()
            except (sqlite3.DatabaseError, msgspec.MsgspecError) as error:
                if self._path is None or isinstance(error, sqlite3.OperationalError):
                    raise
                self._move_aside(self._path, error)
                return self._opened()
        except (sqlite3.Error, OSError) as error:
            _log.error("The outbox %s cannot be opened: %s", self._path, error)
            return None

    def _opened(self) -> sqlite3.Connection:
        db = open_database(self._path, _SCHEMA, _VERSION, "FULL")
        try:
            rows = db.execute("SELECT message, failed FROM message ORDER BY place").fetchall()
            drafts = db.execute("SELECT user, text FROM draft").fetchall()
            messages = [_kept(blob, failed) for blob, failed in rows]
        except BaseException:
            db.close()
            raise
        self._messages = {message.msg_id: message for message in messages}
        self.drafts = dict(drafts)
        return db

    def _move_aside(self, path: Path, error: Exception) -> None:
        aside = path.with_name(f"{path.name}.damaged")
        _log.error("The outbox %s is damaged and was moved to %s: %s", path, aside.name, error)
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(f"{aside}{suffix}")

    def _write(self, statement: str, args: tuple[object, ...]) -> None:
        self._write_all(statement, [args])

    def _write_all(self, statement: str, rows: list[tuple[object, ...]]) -> None:
        if self._db is None:
            raise IMError(
                ErrorCode.ERR_DATABASE_OPERATE_FAILED, "What is to be sent cannot be kept here."
            )
        try:
            with self._db:
                self._db.executemany(statement, rows)
        except sqlite3.Error as error:
            _log.error("The outbox %s cannot be written: %s", self._path, error)
            raise IMError(
                ErrorCode.ERR_DATABASE_OPERATE_FAILED,
                f"What is to be sent cannot be kept: {error}.",
            ) from error


def _waits(message: Message) -> bool:
    return message.status is MessageStatus.SENDING


def _kept(blob: bytes, failed: int) -> Message:
    status = MessageStatus.SEND_FAIL if failed else MessageStatus.SENDING
    return msgspec.structs.replace(_decoder.decode(blob), status=status)
