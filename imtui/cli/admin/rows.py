"""Reads what a verb is to do from a CSV file: all of it is checked before anything is done."""

import csv
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from imtui.cli.errors import CommandError
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_user_id

FILE_MAX_BYTES: Final = 16 * 1024 * 1024

_HEADER_NAMES: Final = frozenset({"userid", "user", "user_id", "id"})
"""How the first field of a header is called."""
_OTHER_SEPARATORS: Final = frozenset(";\t")

Row = TypeVar("Row")


def read_rows(
    name: str, parse: Callable[[list[str]], Row], key: Callable[[Row], str] | None = None
) -> list[Row]:
    """Return the lines of a CSV file, without a header and those that are blank.

    Args:
        name: The file, at most 16 MB of UTF-8; ``-`` is standard input.
        parse: Makes a row of a line's fields, which have no white space around them; it raises
            IMError for what is malformed.
        key: What no two rows may have in common, if there is something.

    Raises:
        CommandError: The file cannot be read, is too large, or holds nothing; or a line is
            malformed, with its number.
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
    """Return the users that are named and those of a file, each once.

    Raises:
        CommandError: What ``read_rows`` raises.
    """
    rows = [] if file is None else read_rows(file, _user)
    return list(dict.fromkeys([*users, *rows]))


def malformed_row(problem: str) -> IMError:
    """Return the error for a line as a whole, whose number is told by ``read_rows``."""
    return IMError(ErrorCode.ERR_INVALID_PARAMETERS, problem)


def _user(fields: list[str]) -> str:
    # What follows may be what else a list of accounts says of them.
    return check_user_id(fields[0])


def _text(source: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _malformed(source, line, "this is not UTF-8; save it as UTF-8.") from error


def _lines(source: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the fields of each line that has some, with the number of the line they begin in."""
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
        # The reader notices far behind where a quote was forgotten, if at all.
        problem = 'the quote (") that opens here is not closed where its field ends.'
        if "field larger" in str(error):
            problem = f"{error}; is a quote not closed?"
        raise _malformed(source, start, problem) from error


def _malformed(source: str, line: int, problem: str) -> CommandError:
    return CommandError(f"{source}, line {line}: {problem} Nothing was done.")


def _read(name: str, source: str) -> bytes:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(FILE_MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror or error}.") from error
    if len(data) > FILE_MAX_BYTES:
        raise CommandError(f"{source} is larger than 16 MB: divide it.")
    return data
