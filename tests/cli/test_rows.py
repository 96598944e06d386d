"""What a verb reads from a CSV file."""

import io
import sys
from pathlib import Path

import pytest

from imtui.cli.errors import CommandError
from imtui.cli.rows import FILE_MAX_BYTES, read_rows
from imtui.protocol.errors import invalid_parameters


def fields(line: list[str]) -> list[str]:
    if line[0] == "bad":
        raise invalid_parameters("USER", "not this one")
    return line


def test_lines_of_every_kind(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes('\ufeffa, b ,\r\n\r\n , \n"c\nd","e ""f"""\rg'.encode())

    assert read_rows(str(file), fields) == [["a", "b", ""], ["c\nd", 'e "f"'], ["g"]]


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"a\n\nbad,x\nbad\n", 3, "USER: not this one."),
        (b'a\n"b\nc"\nbad\n', 4, "USER: not this one."),
        (b"a\nb\xff\n", 2, "this is not UTF-8."),
        (b'a\n"b"c\n', 2, "expected after"),
        (b"a\n" + b"x" * 200_000, 2, "field larger than"),
    ],
)
def test_a_malformed_line_is_told_with_its_number(
    tmp_path: Path, content: bytes, line: int, problem: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)

    with pytest.raises(CommandError) as error:
        read_rows(str(file), fields)

    told = str(error.value)
    assert told.startswith(f"{file}, line {line}: ")
    assert problem in told
    assert told.endswith("Nothing was done.")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nbad\n")))

    with pytest.raises(CommandError, match=r"^Standard input, line 2: "):
        read_rows("-", fields)


def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large, empty = tmp_path / "large", tmp_path / "empty"
    empty.touch()
    with large.open("wb") as file:
        file.truncate(FILE_MAX_BYTES + 1)

    for name, words in (
        (large, "16 MB"),
        (empty, "no line"),
        (tmp_path / "none", "No such file"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(CommandError, match=words):
            read_rows(str(name), fields)

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(bytes(FILE_MAX_BYTES + 1))))
    with pytest.raises(CommandError, match=r"^Standard input is larger"):
        read_rows("-", fields)
