"""Overwriting what SQLite leaves of deleted rows in the unused parts of pages.

``PRAGMA secure_delete`` overwrites deleted rows and freed pages. But when rows move to other pages
of a tree, copies of them stay in the gap between the pointers and the rows of a page, and a row
that is deleted later is only overwritten in its last place.
"""

import contextlib
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from imtui.server.store.sqlite.connecting import log_of

_FILE_HEADER: Final = struct.Struct(">16xH2xB")
"""The header of a database: the size of its pages, and how many bytes of each are reserved."""
_FILE_HEADER_SIZE: Final = 100
_PAGE_HEADER: Final = struct.Struct(">B2xHH")
"""The header of a page of a tree: its kind, how many rows it has, and where the first begins."""
_HEADER_SIZES: Final = {2: 12, 5: 12, 10: 8, 13: 8}
"""By the kind of the page. Other pages begin with the number of a page."""
_PAGES_MAX: Final = 2 << 24
"""Up to here (128 GiB), no number of a page begins with the byte of a kind."""

_LOG_HEADER: Final = struct.Struct(">8xI4x8s8x")
"""The header of a write-ahead log: the size of a page, and the salts of the log."""
_LARGEST: Final = 65_536


class Scrubber:
    """Overwrites the gaps of pages in the file of a database.

    The file stays open as long as the database: to close it would release the locks that SQLite
    has on it.
    """

    def __init__(self, path: Path) -> None:
        """Open the file of a database.

        Raises:
            OSError: It cannot be opened.
        """
        self._file = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        self._is_closed = False
        self._page_size = 0
        self._usable = 0

    def scrub(self, pages: Iterable[int]) -> None:
        """Overwrite the gaps of some pages; no log may have newer versions of them.

        Raises:
            OSError: The file cannot be read or written.
        """
        self._read_header()
        has_written = False
        for number in pages:
            has_written |= self._scrub_page(number)
        if has_written:
            os.fsync(self._file)

    def scrub_all(self) -> None:
        """Overwrite the gaps of all pages.

        Raises:
            OSError: The file cannot be read or written.
        """
        self._read_header()
        size = os.fstat(self._file).st_size
        self.scrub(range(1, size // self._page_size + 1))

    def close(self) -> None:
        """Close the file, after all connections to the database; once is enough."""
        if not self._is_closed:
            self._is_closed = True
            os.close(self._file)

    def _read_header(self) -> None:
        header = self._read(0, _FILE_HEADER_SIZE)
        size, reserved = _FILE_HEADER.unpack_from(header)
        self._page_size = _LARGEST if size == 1 else size
        self._usable = self._page_size - reserved

    def _scrub_page(self, number: int) -> bool:
        """Overwrite the gap of a page if there is anything in it, and tell whether there was."""
        if number >= _PAGES_MAX:
            return False
        place = (number - 1) * self._page_size
        page = self._read(place, self._page_size)
        offset = _FILE_HEADER_SIZE if number == 1 else 0
        if len(page) < self._page_size:
            return False
        kind, rows, rows_begin = _PAGE_HEADER.unpack_from(page, offset)
        header_size = _HEADER_SIZES.get(kind)
        if header_size is None:
            return False
        begin, end = offset + header_size + 2 * rows, rows_begin or _LARGEST
        if not begin < end <= self._usable or page[begin:end] == bytes(end - begin):
            return False
        os.lseek(self._file, place + begin, os.SEEK_SET)
        os.write(self._file, bytes(end - begin))
        return True

    def _read(self, place: int, size: int) -> bytes:
        os.lseek(self._file, place, os.SEEK_SET)
        return os.read(self._file, size)


def scrub_file(path: Path) -> None:
    """Overwrite the gaps of all pages of a database that nobody has opened.

    Raises:
        OSError: The file cannot be read or written.
    """
    with contextlib.closing(Scrubber(path)) as scrubber:
        scrubber.scrub_all()


def pages_in_log(path: Path) -> set[int]:
    """Return the numbers of the pages in the write-ahead log of a database.

    Raises:
        OSError: The log cannot be read.
    """
    with log_of(path).open("rb") as log:
        header = log.read(_LOG_HEADER.size)
        if len(header) < _LOG_HEADER.size:
            return set()
        page_size, salts = _LOG_HEADER.unpack(header)
        frame = struct.Struct(f">I4x8s8x{page_size}x")
        # Whole frames of the log; what follows is left over from an earlier one.
        found: set[int] = set()
        while len(part := log.read(frame.size * 64)) >= frame.size:
            whole = len(part) - len(part) % frame.size
            for number, frame_salts in frame.iter_unpack(memoryview(part)[:whole]):
                if frame_salts != salts:
                    return found
                found.add(number)
        return found
