"""Reporting the results of a command about many items, and printing tables."""

import sys
import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from imtui.cli.errors import EXIT_FAILED, EXIT_OK, print_notice
from imtui.cli.json_line import json_line
from imtui.protocol.errors import IMError

T = TypeVar("T")

_PROGRESS_AFTER: Final = 1.0
_ERASE_REST: Final = "\x1b[K"


class Tally:
    """Prints a line for each failed item, and the number of the others.

    With ``--json`` it prints an object for each item instead of the number. If an error ends the
    command, it prints the numbers so far and how many items were done. On a terminal it shows the
    progress of a command that takes longer than a second.
    """

    def __init__(
        self,
        noun: str,
        outcomes: Mapping[int, str],
        *,
        as_json: bool,
        total: int = 0,
        retry_hint: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without results.

        Args:
            noun: The noun for an item, such as ``account``.
            outcomes: The participle for each code that is a success, such as ``imported``; one of
                the codes is 0.
            as_json: Whether to print JSON.
            total: The number of items; 0 for no progress.
            retry_hint: A sentence that says what to do if not all items were done.
            now: Returns the time in seconds.
        """
        self._noun = noun
        self._outcomes = outcomes
        self._as_json = as_json
        self._total = total
        self._retry_hint = retry_hint
        self._now = now
        self._started_at = now()
        self._counts = dict.fromkeys(outcomes, 0)
        self._done = 0
        self._failed = False
        self._shows_progress = False

    def __enter__(self) -> "Tally":
        """Return this tally."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Print the number of each outcome, and how many items were done if an error occurred."""
        self._erase_progress()
        if not self._as_json:
            for code, count in self._counts.items():
                if count:
                    print(f"{counted(count, self._noun)} {self._outcomes[code]}", flush=True)
        # An error before the first item needs no numbers, but an interruption does.
        interrupted = kind in (CancelledError, KeyboardInterrupt)
        if self._total and (interrupted or (kind is not None and self._done)):
            print_notice(
                f"{self._done:,} of {self._total:,} were done. {self._retry_hint}".rstrip()
            )

    def record(self, label: str, result: IMError, *, counts: bool = True, **ids: str) -> None:
        """Record and print the result of an item.

        Args:
            label: The name of the item in messages.
            result: The result; its code is one of the outcomes, or an error.
            counts: Whether to count a success; False if it was counted with another item.
            ids: The fields that identify the item in JSON.
        """
        self._done += 1
        if self._as_json:
            info = result.message if result.code else ""
            fields = {**ids, "resultCode": int(result.code), "resultInfo": info}
            print(json_line(fields), flush=True)
        if result.code in self._outcomes:
            self._counts[result.code] += counts
        else:
            self._failed = True
            self._erase_progress()
            print_notice(f"{label} was not {self._outcomes[0]}: {result}")
        self._show_progress()

    @property
    def exit_status(self) -> int:
        """Return 1 if any item failed, else 0."""
        return EXIT_FAILED if self._failed else EXIT_OK

    def _show_progress(self) -> None:
        takes_long = self._now() - self._started_at >= _PROGRESS_AFTER
        # JSON lines show the progress themselves.
        if takes_long and self._total and not self._as_json and sys.stderr.isatty():
            sys.stderr.write(f"\r{self._done:,} of {self._total:,} …{_ERASE_REST}")
            sys.stderr.flush()
            self._shows_progress = True

    def _erase_progress(self) -> None:
        if self._shows_progress:
            sys.stderr.write(f"\r{_ERASE_REST}")
            sys.stderr.flush()
            self._shows_progress = False


def counted(number: int, noun: str) -> str:
    """Return a number with a noun, such as ``1 account`` or ``1,200 accounts``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_listed(
    items: Sequence[T],
    heads: Sequence[str],
    row: Callable[[T], Sequence[str]],
    line: Callable[[T], str],
    *,
    as_json: bool,
) -> None:
    """Print items as a table, or each as one line of JSON.

    Args:
        items: The items.
        heads: The heads of the table.
        row: Returns the row of an item.
        line: Returns the line of an item as JSON.
        as_json: Whether to print lines of JSON.
    """
    for printed in map(line, items) if as_json else table(heads, [*map(row, items)]):
        print(printed)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table without control characters; none if there are no rows."""
    from rich.cells import cell_len

    from imtui.protocol.safe_text import safe_text

    if not rows:
        return
    lines = [heads, *([safe_text(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        cells = zip(line, widths, strict=True)
        yield "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in cells).rstrip()
