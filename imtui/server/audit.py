"""The audit log: failed logins, the acts of admins, and refusals by a limit."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Iterable
from enum import StrEnum
from heapq import merge
from pathlib import Path
from typing import Final, Protocol

import msgspec
from msgspec import Struct, structs

from imtui.server.disk_faults import words_of

_log: Final = logging.getLogger(__name__)

_OPEN: Final = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)

KEPT: Final = 10_000
"""How many of the latest entries are kept for the console."""
FILE_MAX_BYTES: Final = 10 * 1024 * 1024
FILES_KEPT: Final = 5
"""How many full files are kept beside the one that is written."""
WINDOW: Final = 60.0
"""Repeated entries are counted for so long, in seconds."""
_KEYS_MAX: Final = 100
_OTHERS: Final = "others"
_TAIL_BYTES: Final = 4 * 1024 * 1024
"""How much of a file is read back at the start, enough for all entries that are kept."""


class Kind(StrEnum):
    """What an entry is about."""

    FAILED = "failed"
    """A UserSig was refused."""
    ADMIN = "admin"
    """An admin changed something, or tried to."""
    LIMIT = "limit"
    """A limit was reached."""


class Audit(Protocol):
    """Notes what happened."""

    def __call__(self, kind: Kind, address: str, identifier: str, what: str, code: int) -> None:
        """Note something.

        Args:
            kind: Its kind.
            address: The IP address of the client; empty if unknown.
            identifier: The account or admin that the client claims to be, checked to be a user
                ID; empty if unknown.
            what: The method or command.
            code: The error code; 0 for success.
        """


class AuditEntry(Struct, frozen=True):
    """A line of the audit log."""

    time: int
    """In Unix milliseconds."""
    kind: Kind
    address: str
    identifier: str
    what: str
    code: int
    count: int = 1
    """How often it happened; more than 1 if it repeated the line before of the same contents."""


def no_audit(kind: Kind, address: str, identifier: str, what: str, code: int) -> None:
    """Note nothing."""


class Folding:
    """Folds repeated entries: one at first, and one with their count each minute; pure."""

    def __init__(self) -> None:
        """Start without entries."""
        self._counts: dict[AuditEntry, int] = {}
        """The repetitions of entries in this window, by the entries at time 0."""
        self._others: dict[Kind, int] = {}

    def add(self, entry: AuditEntry) -> bool:
        """Add an entry; tell whether it is new, so that it is to be written at once."""
        key = structs.replace(entry, time=0)
        if key in self._counts:
            self._counts[key] += 1
            return False
        if len(self._counts) >= _KEYS_MAX:
            self._others[entry.kind] = self._others.get(entry.kind, 0) + 1
            return False
        self._counts[key] = 0
        return True

    def take(self, unix_ms: int) -> list[AuditEntry]:
        """Return the counts, and begin the next window."""
        entries = [
            structs.replace(key, time=unix_ms, count=count)
            for key, count in self._counts.items()
            if count
        ]
        entries += [
            AuditEntry(unix_ms, kind, "", "", _OTHERS, 0, count)
            for kind, count in self._others.items()
        ]
        self._counts.clear()
        self._others.clear()
        return entries


class AuditFile:
    """The file, which is replaced when it is full."""

    def __init__(self, path: Path) -> None:
        """Write to ``path``; its folder must exist."""
        self._path = path
        self._is_torn = True
        """Whether the last line may be incomplete."""

    def latest(self) -> list[AuditEntry]:
        """Return the latest entries, the earliest first; unreadable lines are left out."""
        entries: list[AuditEntry] = []
        for path in (self._path, self._old(1)):
            if len(entries) < KEPT:
                entries = [*_entries(path), *entries]
        return entries[-KEPT:]

    def append(self, entries: Iterable[AuditEntry]) -> None:
        """Write entries.

        Raises:
            OSError: They cannot be written, or not all of them.
        """
        data = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        self._make_room(len(data))
        descriptor = os.open(self._path, _OPEN, 0o600)
        try:
            if self._is_torn and not _ends_with_newline(descriptor):
                data = b"\n" + data
            self._is_torn = True
            self._is_torn = os.write(descriptor, data) < len(data)
        finally:
            os.close(descriptor)

    def _make_room(self, needed: int) -> None:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return
        if size + needed <= FILE_MAX_BYTES:
            return
        for number in range(FILES_KEPT, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                self._old(number - 1).replace(self._old(number))

    def _old(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path


class AuditLog:
    """Writes the audit log of this process; an ``Audit``."""

    def __init__(self, path: Path, unix_ms: Callable[[], int]) -> None:
        """Start; needs a running event loop.

        Args:
            path: The file.
            unix_ms: Returns the current time, in Unix milliseconds.
        """
        self._path = path
        self._file = AuditFile(path)
        self._unix_ms = unix_ms
        self._loop = asyncio.get_running_loop()
        # Apart, so that nobody can hide the acts of admins behind failures.
        self._acts, self._rest = Folding(), Folding()
        self._window: asyncio.TimerHandle | None = None
        self.on_entry: Callable[[AuditEntry], None] = lambda entry: None
        """Called with each entry that is written."""

    def open(self) -> None:
        """Make the file if there is none: what watches it may look for it once only."""
        self._append([])

    def __call__(self, kind: Kind, address: str, identifier: str, what: str, code: int) -> None:
        """Note something."""
        entry = AuditEntry(self._unix_ms(), kind, address, identifier, what, int(code))
        folding = self._acts if kind is Kind.ADMIN else self._rest
        if self._window is None:
            self._window = self._loop.call_later(WINDOW, self._end_window)
        if folding.add(entry):
            self._write([entry])

    def close(self) -> None:
        """Write the counts, and stop."""
        if self._window is not None:
            self._window.cancel()
            self._end_window()

    def _end_window(self) -> None:
        self._window = None
        now = self._unix_ms()
        self._write([*self._acts.take(now), *self._rest.take(now)])

    def _write(self, entries: list[AuditEntry]) -> None:
        for entry in entries:
            self.on_entry(entry)
        if entries:
            self._append(entries)

    def _append(self, entries: list[AuditEntry]) -> None:
        try:
            self._file.append(entries)
        except OSError as error:
            _log.error("The audit log cannot be written: %s", _words(self._path, error))


def latest_entries(paths: Iterable[Path]) -> list[AuditEntry]:
    """Return the latest entries of some files together, the earliest first."""
    latest: list[AuditEntry] = []
    for path in paths:
        try:
            more = AuditFile(path).latest()
        except OSError as error:
            _log.warning("The audit log cannot be read: %s", _words(path, error))
            continue
        latest = list(merge(latest, more, key=_time))[-KEPT:]
    return latest


def _time(entry: AuditEntry) -> int:
    return entry.time


def _words(path: Path, error: OSError) -> str:
    return words_of(error, path.parent, f"Look at {path}.")


def _entries(path: Path) -> Iterable[AuditEntry]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            lines = file.read(_TAIL_BYTES).splitlines()
    except FileNotFoundError:
        return
    for line in lines[-KEPT:]:
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
            yield msgspec.json.decode(line, type=AuditEntry)


def _ends_with_newline(descriptor: int) -> bool:
    if not os.fstat(descriptor).st_size:
        return True
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"
