"""How a verb that is about many tells what became of each, and prints a table."""

from collections.abc import Iterator, Mapping, Sequence

from imtui.cli.errors import EXIT_FAILED, EXIT_OK, tell
from imtui.protocol.errors import IMError


class Tally:
    """Tells what became of each item: a line for each that failed, and how many did not.

    With ``--json`` there is an object for each item beside. What has been told stays told if
    an error ends the command.
    """

    def __init__(self, noun: str, outcomes: Mapping[int, str], *, as_json: bool) -> None:
        """Make one.

        Args:
            noun: What an item is, such as ``account``.
            outcomes: What was done with it, such as ``imported``, by code; others are failures.
            as_json: Whether standard output is for machines.
        """
        self._noun = noun
        self._outcomes = outcomes
        self._as_json = as_json
        self._counts = dict.fromkeys(outcomes, 0)
        self._failed = False

    def __enter__(self) -> "Tally":
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Print for people how many there were of each outcome."""
        if self._as_json:
            return
        for code, count in self._counts.items():
            if count:
                print(f"{counted(count, self._noun)} {self._outcomes[code]}", flush=True)

    def tell(self, label: str, result: IMError, **ids: str) -> None:
        """Tell what became of an item.

        Args:
            label: The item, for people.
            result: A code, and what is to be said of it.
            ids: The item, for machines: the fields of its JSON.
        """
        if self._as_json:
            info = result.message if result.code else ""
            fields = {**ids, "resultCode": int(result.code), "resultInfo": info}
            print(json_line(fields), flush=True)
        if result.code in self._outcomes:
            self._counts[result.code] += 1
            return
        self._failed = True
        tell(f"{label} was not {self._outcomes[0]}: {result}")

    @property
    def exit_status(self) -> int:
        """Return 1 if any item failed, else 0."""
        return EXIT_FAILED if self._failed else EXIT_OK


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
