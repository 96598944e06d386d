"""The log of the app: a private file of bounded size, without secrets."""

import contextlib
import logging
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from imtui.files import FileLock, make_private_dir

FILE_MAX_BYTES: Final = 512 * 1024
RECORD_MAX_CHARS: Final = 8 * 1024
_OPEN: Final = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
_ROTATE_FROM_BYTES: Final = FILE_MAX_BYTES - 64 * 1024

# asyncio logs the errors of our tasks.
_LOGGERS: Final = {"imtui": logging.INFO, "websockets": logging.WARNING, "asyncio": logging.WARNING}


@contextlib.contextmanager
def log_to_file(path: Path) -> Iterator[None]:
    """Log to a file within the context, or to nothing if the file's folder cannot be created.

    The level of ``imtui`` is INFO, or DEBUG with ``IMTUI_LOG=debug`` in the environment; the
    libraries log their warnings.

    Args:
        path: The file. It and the previous one, ``….log.1``, have at most 512 KB each.
    """
    handler: logging.Handler = LogFile(path)
    try:
        make_private_dir(path.parent)
    except OSError:
        # Without a handler, logging would print warnings over the screen.
        handler = logging.NullHandler()
    debug = os.environ.get("IMTUI_LOG", "").lower() == "debug"
    for name, level in _LOGGERS.items():
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if debug and name == "imtui" else level)
    try:
        yield
    finally:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(handler)


class LogFile(logging.Handler):
    """Appends records to a file that several processes may share.

    Each record is one write to a file that is opened for it with O_APPEND. Records therefore never
    interleave, and no process writes to a file that another one has rotated. Only rotation takes a
    lock, and no process waits for it, because its holder may be suspended; the file has 64 KB to
    spare until the rotation is done.
    """

    def __init__(self, path: Path) -> None:
        """Log to ``path``; its folder must exist."""
        super().__init__()
        self._path = path
        self._lock_path = path.with_name(f"{path.name}.lock")
        self._old = path.with_name(f"{path.name}.1")
        self.setFormatter(RedactingFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or drop it if that fails."""
        try:
            data = f"{self.format(record)}\n".encode(errors="replace")
            if self._make_room(len(data)):
                _append(self._path, data)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record: a failing log must not disturb the app."""

    def _make_room(self, needed: int) -> bool:
        if self._size() + needed <= _ROTATE_FROM_BYTES:
            return True
        lock = FileLock(self._lock_path)
        if lock.acquire(blocking=False):
            try:
                # Another process may have rotated it in the meantime.
                if self._size() + needed > _ROTATE_FROM_BYTES:
                    self._path.replace(self._old)
            finally:
                lock.release()
        return self._size() + needed <= FILE_MAX_BYTES

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0


class RedactingFormatter(logging.Formatter):
    """Formats a record as one line without secrets, and indents the traceback below it."""

    def __init__(self) -> None:
        """Include the process ID, since several processes share a file."""
        super().__init__("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Return the local time with its UTC offset."""
        return (
            datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")
        )

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the message as a single line."""
        return super().formatMessage(record).replace("\n", " ")

    def format(self, record: logging.LogRecord) -> str:
        """Return a record without secrets and control characters, cut in the middle if long."""
        from imtui.cli.redaction import redact

        first, *more = redact(super().format(record)).split("\n")
        text = "\n    ".join([first, *more])
        if len(text) <= RECORD_MAX_CHARS:
            return text
        half = RECORD_MAX_CHARS // 2
        return f"{text[:half]}\n    ...\n    {text[-half:]}"


def _append(path: Path, data: bytes) -> None:
    descriptor = os.open(path, _OPEN, 0o600)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)
