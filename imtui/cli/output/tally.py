"""How a verb that is about many tells what became of each, and prints a table."""

import sys
import time
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from imtui.cli.errors import EXIT_FAILED, EXIT_OK, print_notice
from imtui.protocol.errors import IMError

_PROGRESS_AFTER: Final = 1.0
_ERASE_REST: Final = "\x1b[K"


class Tally:
    """Tells what became of each item: a line for each that failed, and how many did not.

    With ``--json`` there is an object for each item beside. What has been told stays told if
    an error ends the command; how much was done is told then as well. On a terminal, what takes
    longer than a second shows how far it is.
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
        """Make one.

        Args:
            noun: What an item is, such as ``account``.
            outcomes: What was done with it, such as ``imported``, by code; others are failures.
            as_json: Whether standard output is for machines.
            total: How many items there are; 0 to tell nothing of how far it is.
            again: What to do if not all were done, as a sentence.
            now: The time, in seconds.
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
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Print for people how many there were of each outcome, and what an error left undone."""
        self._erase_progress()
        if not self._as_json:
            for code, count in self._counts.items():
                if count:
                    print(f"{counted(count, self._noun)} {self._outcomes[code]}", flush=True)
        # An error at the very start says enough; who interrupts does not know how far it was.
        interrupted = kind in (CancelledError, KeyboardInterrupt)
        if self._total and (interrupted or (kind is not None and self._done)):
            print_notice(
                f"{self._done:,} of {self._total:,} were done. {self._retry_hint}".rstrip()
            )

    def record(self, label: str, result: IMError, *, counts: bool = True, **ids: str) -> None:
        """Tell what became of an item.

        Args:
            label: The item, for people.
            result: A code, and what is to be said of it.
            counts: Whether a success is counted; it is not if another item stands for the same.
            ids: The item, for machines: the fields of its JSON.
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
        # The lines of JSON show by themselves how far it is.
        if takes_long and self._total and not self._as_json and sys.stderr.isatty():
            sys.stderr.write(f"\r{self._done:,} of {self._total:,} …{_ERASE_REST}")
            sys.stderr.flush()
            self._shows_progress = True

    def _erase_progress(self) -> None:
        if self._shows_progress:
            sys.stderr.write(f"\r{_ERASE_REST}")
            sys.stderr.flush()
            self._shows_progress = False


def json_line(fields: Mapping[str, object]) -> str:
    """Return an object as a line of JSON, in ASCII only: no terminal misreads remote text then."""
    import json

    return json.dumps(fields, ensure_ascii=True)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as ``1 account`` or ``1,200 accounts``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give the lines of a table, safe to show; none if there are no rows."""
    from rich.cells import cell_len

    from imtui.protocol.safe_text import safe_text

    if not rows:
        return
    lines = [heads, *([safe_text(cell) for cell in row] for row in rows)]
    widths = [max(map(cell_len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        cells = zip(line, widths, strict=True)
        yield "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in cells).rstrip()
