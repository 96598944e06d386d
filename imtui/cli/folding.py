"""A log that repeats nothing and stays small, whatever happens and however often."""

import asyncio
import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

WINDOW: Final = 60.0
"""Repeated lines are counted for so long, in seconds."""
WINDOW_MAX_BYTES: Final = 64 * 1024
"""The most bytes that are logged in a window."""
_COUNTS_MAX_BYTES: Final = 8 * 1024
"""The part of them for the counts of the window before."""
_COUNTS_MAX: Final = 40
_COUNTED_MAX_CHARS: Final = 120
_KINDS_MAX: Final = 1000
_OF_A_KIND_MAX: Final = 20
"""How many lines are logged in a window that differ in their arguments only."""
_RECORD_MAX_CHARS: Final = 4096

_log: Final = logging.getLogger(__name__)


class FoldingHandler(logging.Handler):
    """Passes each line on once in a minute, and then says how often it was repeated."""

    def __init__(
        self, target: logging.Handler, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Fold what ``target`` logs.

        Args:
            target: Logs the lines.
            clock: Returns the current time, in seconds.
        """
        super().__init__()
        self._target = target
        # Not its own, but else ``basicConfig`` sets another one.
        self.formatter = target.formatter
        self._clock = clock
        self._ends = clock() + WINDOW
        self._left = WINDOW_MAX_BYTES
        self._seen: set[tuple[object, ...]] = set()
        self._of_a_kind: Counter[tuple[object, ...]] = Counter()
        self._folded: Counter[str] = Counter()
        self._others = 0
        """Folded lines that are only counted together."""
        self._timer: threading.Timer | None = None

    def setFormatter(self, fmt: logging.Formatter | None) -> None:
        """Set the formatter of the lines."""
        super().setFormatter(fmt)
        self._target.setFormatter(fmt)

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record, or count it."""
        try:
            if self._clock() >= self._ends:
                self.end_window()
            if not (self._is_new(record) and self._write(record, _COUNTS_MAX_BYTES)):
                self._fold(record)
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Log the counts, and close the target."""
        self.acquire()
        try:
            self.end_window()
            self._target.close()
        finally:
            self.release()
        super().close()

    def flush(self) -> None:
        """Flush the target."""
        self._target.flush()

    def end_window(self) -> None:
        """Log how often lines were repeated, and begin the next window."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        folded, others = self._folded, self._others
        self._folded, self._others = Counter(), 0
        self._seen.clear()
        self._of_a_kind.clear()
        self._ends = self._clock() + WINDOW
        self._left = WINDOW_MAX_BYTES
        told = folded.most_common(_COUNTS_MAX)
        for text, count in told:
            self._count(f"{count} x more: {text}")
        others += folded.total() - sum(count for _, count in told)
        if others:
            self._count(f"{others} other lines were left out")

    def _is_new(self, record: logging.LogRecord) -> bool:
        kind = (record.name, record.levelno, str(record.msg)[:_RECORD_MAX_CHARS], _place(record))
        whole = (*kind, record.getMessage()[:_RECORD_MAX_CHARS])
        is_full = len(self._seen) >= _KINDS_MAX or self._of_a_kind[kind] >= _OF_A_KIND_MAX
        if whole in self._seen or is_full:
            return False
        self._seen.add(whole)
        self._of_a_kind[kind] += 1
        return True

    def _write(self, record: logging.LogRecord, spare: int = 0) -> bool:
        """Log a record if there is room for it beside ``spare`` bytes; tell whether there is."""
        size = _size(self._target.format(record))
        if size > self._left - spare:
            return False
        self._left -= size
        self._target.handle(record)
        return True

    def _fold(self, record: logging.LogRecord) -> None:
        text = f"{record.name}: {record.getMessage()}"[:_COUNTED_MAX_CHARS].partition("\n")[0]
        if text in self._folded or len(self._folded) < _KINDS_MAX:
            self._folded[text] += 1
        else:
            self._others += 1
        if self._timer is None:
            self._timer = threading.Timer(max(0.0, self._ends - self._clock()), self._time_over)
            self._timer.daemon = True
            self._timer.start()

    def _time_over(self) -> None:
        self.acquire()
        try:
            self._timer = None
            self.end_window()
        finally:
            self.release()

    def _count(self, text: str) -> None:
        self._write(logging.LogRecord(_log.name, logging.WARNING, "", 0, "%s", (text,), None))


class BoundedFormatter(logging.Formatter):
    """Formats a record, cut in the middle if it is long."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        text = super().format(record)
        if len(text) <= _RECORD_MAX_CHARS:
            return text
        half = _RECORD_MAX_CHARS // 2
        return f"{text[:half]}\n    ...\n{text[-half:]}"


def log_loop_exceptions(loop: asyncio.AbstractEventLoop) -> None:
    """Log the exceptions that nobody handles so that equal ones can be folded.

    asyncio's own handler names objects with their addresses and descriptors.
    """

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        _log.error("%s", context["message"], exc_info=context.get("exception"))

    loop.set_exception_handler(handle)


def _place(record: logging.LogRecord) -> tuple[object, ...]:
    """Return the kind of a record's exception, and the line that raised it."""
    if not record.exc_info or record.exc_info[0] is None:
        return ()
    kind, _, trace = record.exc_info
    lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace)]
    return (kind, *lines[-1:])


def _size(text: str) -> int:
    return len(text.encode(errors="replace")) + 1
