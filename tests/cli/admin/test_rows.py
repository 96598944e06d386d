"""Reading the CSV file of a command."""

import io
import sys
from pathlib import Path

import pytest

from imtui.cli.admin.rows import FILE_MAX_BYTES, named_users, read_rows
from imtui.cli.errors import CommandError
from imtui.protocol.errors import invalid_parameters


def fields(line: list[str]) -> list[str]:
    if line[0].startswith("bad"):
        raise invalid_parameters("USER", "not this one")
    return line


def test_fields_are_split_and_stripped(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes('\ufeffa, b ,\r\n\r\n , \n"c\nd","e ""f"""\rg'.encode())

    assert read_rows(str(file), fields) == [["a", "b", ""], ["c\nd", 'e "f"'], ["g"]]


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (b"a\n\nbad,x\nbad\n", 3, "USER: not this one."),
        (b'a\n"b\nc"\nbad\n', 4, "USER: not this one."),
        (b'a\nbad,"b\nc"\n', 2, "USER: not this one."),
        (b"a\nbad;x,y\n", 2, "separate the fields by commas."),
        (b"a\nbad\tx\n", 2, "separate the fields by commas."),
        (b"a\nb\xff\n", 2, "this is not UTF-8; save it as UTF-8."),
        (b'a\n"b"c\n', 2, "that opens here is not closed where its field ends."),
        (b'a\nb,"c\nd\ne\n', 2, "that opens here is not closed where its field ends."),
        (b'a\nb,"c\nd,"e"\n', 2, "that opens here is not closed where its field ends."),
        (b"a\n" + b"x" * 200_000, 2, "field larger than"),
    ],
)
def test_a_malformed_line_is_reported_with_its_number(
    tmp_path: Path, content: bytes, line: int, problem: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)

    with pytest.raises(CommandError) as error:
        read_rows(str(file), fields)

    message = str(error.value)
    assert message.startswith(f"{file}, line {line}: ")
    assert problem in message
    assert message.endswith("Nothing was done.")


@pytest.mark.parametrize("header", ["userID,nick,picture", "User,x", "USER_ID", " id ,x"])
def test_a_header_is_skipped(tmp_path: Path, header: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f"\n{header}\na\nid\n")
    assert read_rows(str(file), fields) == [["a"], ["id"]]

    file.write_text(header)
    with pytest.raises(CommandError, match="no line"):
        read_rows(str(file), fields)


def test_duplicate_keys_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("user\na\n\nb\na\n")

    with pytest.raises(CommandError) as error:
        read_rows(str(file), fields, lambda row: row[0])

    assert str(error.value) == f"{file}, line 5: a is in line 2 already. Nothing was done."


def test_users_from_arguments_and_file(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("b,Bob\na\nb\n")

    assert named_users(["c", "a"], str(file)) == ["c", "a", "b"]
    assert named_users(["c", "c"], None) == ["c"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a\nbad\n")))

    with pytest.raises(CommandError, match=r"^Standard input, line 2: "):
        read_rows("-", fields)


def test_unreadable_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
