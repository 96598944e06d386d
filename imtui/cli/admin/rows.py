"""Reading the CSV file of a command; all lines are checked before any is used."""

import csv
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from imtui.cli.errors import CommandError
from imtui.cli.signals import interruptible
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_user_id

FILE_MAX_BYTES: Final = 16 * 1024 * 1024

_HEADER_NAMES: Final = frozenset({"userid", "user", "user_id", "id"})
"""The names of the first field by which a header is recognised."""
_OTHER_SEPARATORS: Final = frozenset(";\t")

Row = TypeVar("Row")


def read_rows(
    name: str, parse: Callable[[list[str]], Row], key: Callable[[Row], str] | None = None
) -> list[Row]:
    """Return the rows of a CSV file, without a header and blank lines.

    Args:
        name: The file, at most 16 MB of UTF-8; ``-`` is standard input.
        parse: Returns the row for the fields of a line, which are stripped; raises IMError if
            they are malformed.
        key: Returns the key of a row, which must be unique; None if rows have no key.

    Raises:
        CommandError: The file cannot be read, is too large, or is empty; or a line is malformed,
            whose number the message has.
    """
    source = "Standard input" if name == "-" else name
    rows: list[Row] = []
    first_lines: dict[str, int] = {}
    for line, fields in _lines(source, _text(source, _read(name, source))):
        try:
            row = parse(fields)
        except IMError as error:
            if _OTHER_SEPARATORS & set(fields[0]):
                problem = "separate the fields by commas."
            else:
                problem = error.message
            raise _malformed(source, line, problem) from error
        if key is not None and (first := first_lines.setdefault(key(row), line)) != line:
            raise _malformed(source, line, f"{key(row)} is in line {first} already.")
        rows.append(row)
    if not rows:
        raise CommandError(f"{source} holds no line.")
    return rows


def named_users(users: list[str], file: str | None) -> list[str]:
    """Return the given users and those of a file, without duplicates.

    Raises:
        CommandError: As for ``read_rows``.
    """
    rows = [] if file is None else read_rows(file, _user)
    return list(dict.fromkeys([*users, *rows]))


def malformed_row(problem: str) -> IMError:
    """Return the error for a line as a whole; ``read_rows`` adds the line number."""
    return IMError(ErrorCode.ERR_INVALID_PARAMETERS, problem)


def _user(fields: list[str]) -> str:
    # A list of accounts may have more fields, which do not matter here.
    return check_user_id(fields[0])


def _text(source: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _malformed(source, line, "this is not UTF-8; save it as UTF-8.") from error


def _lines(source: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the stripped fields of each line that is not blank, with its first line number."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start, is_first = 1, True
    try:
        for fields in reader:
            stripped = [field.strip() for field in fields]
            if any(stripped):
                if not (is_first and stripped[0].casefold() in _HEADER_NAMES):
                    yield start, stripped
                is_first = False
            start = reader.line_num + 1
    except csv.Error as error:
        # The reader reports a missing quote far below the line that lacks it, if at all.
        problem = 'the quote (") that opens here is not closed where its field ends.'
        if "field larger" in str(error):
            problem = f"{error}; is a quote not closed?"
        raise _malformed(source, start, problem) from error


def _malformed(source: str, line: int, problem: str) -> CommandError:
    return CommandError(f"{source}, line {line}: {problem} Nothing was done.")


def _read(name: str, source: str) -> bytes:
    try:
        if name == "-":
            with interruptible():
                data = sys.stdin.buffer.read(FILE_MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror or error}.") from error
    if len(data) > FILE_MAX_BYTES:
        raise CommandError(f"{source} is larger than 16 MB: divide it.")
    return data
