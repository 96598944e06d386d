"""Reads what a verb is to do from a CSV file: all of it is checked before anything is done."""

import csv
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

from imtui.cli.errors import CommandError
from imtui.protocol.errors import IMError

FILE_MAX_BYTES: Final = 16 * 1024 * 1024

Row = TypeVar("Row")


def read_rows(name: str, parse: Callable[[list[str]], Row]) -> list[Row]:
    """Return the lines of a CSV file, without those that are blank.

    Args:
        name: The file, at most 16 MB of UTF-8; ``-`` is standard input.
        parse: Makes a row of a line's fields, which have no white space around them; it raises
            IMError for what is malformed.

    Raises:
        CommandError: The file cannot be read, is too large, or holds nothing; or a line is
            malformed, with its number.
    """
    shown = "Standard input" if name == "-" else name
    data = _read(name, shown)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _malformed(shown, line, "this is not UTF-8.") from error
    rows = []
    for line, fields in _lines(shown, text):
        try:
            rows.append(parse(fields))
        except IMError as error:
            raise _malformed(shown, line, error.message) from error
    if not rows:
        raise CommandError(f"{shown} holds no line.")
    return rows


def _lines(shown: str, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for fields in reader:
            stripped = [field.strip() for field in fields]
            if any(stripped):
                yield reader.line_num, stripped
    except csv.Error as error:
        raise _malformed(shown, reader.line_num, f"{error}.") from error


def _malformed(shown: str, line: int, problem: str) -> CommandError:
    return CommandError(f"{shown}, line {line}: {problem} Nothing was done.")


def _read(name: str, shown: str) -> bytes:
    try:
        if name == "-":
            data = sys.stdin.buffer.read(FILE_MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{shown} cannot be read: {error.strerror or error}.") from error
    if len(data) > FILE_MAX_BYTES:
        raise CommandError(f"{shown} is larger than 16 MB: divide it.")
    return data
