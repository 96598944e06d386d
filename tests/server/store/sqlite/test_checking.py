"""The whole database is checked: pages, references and counters."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from imtui.server.store.sqlite import checking
from imtui.server.store.sqlite.checking import Stopped, check_database
from imtui.server.store.store import StoreError
from tests.server.store.recorded.recording import NAMES, read_dump
from tests.server.store.sql.stores import CREATED, PEOPLE, sent
from tests.server.store.sqlite.opening import opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, CREATED, *(sent(seq) for seq in range(1, 301))])
        store.commit()
    return tmp_path / "db"


def alter(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)


def test_a_sound_database_is_told_so_and_left_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    assert check_database(path) == []
    assert path.read_bytes() == before


def test_the_database_of_a_running_store_is_checked_with_its_log(path: Path) -> None:
    with opened(path) as store:
        store.write([sent(301)])
        store.commit()
        assert check_database(path) == []
        alter(path, "DELETE FROM messages WHERE seq = 301")
        assert check_database(path) == ["conversation 1 does not agree with its messages"]


@pytest.mark.parametrize("name", NAMES)
def test_a_database_of_an_earlier_version_is_checked_too(tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(tmp_path / "old")) as database:
        database.executescript(read_dump(name))
    assert check_database(tmp_path / "old") == []
    alter(tmp_path / "old", "INSERT INTO devices SELECT 'x', 'y', 'z', '', '', 1, 1, 1")
    assert [finding.split(" of ")[1] for finding in check_database(tmp_path / "old")] == [
        "devices refers to nothing in accounts"
    ]


def test_pages_that_were_overwritten_are_found(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as database:
        (root,) = database.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'messages_by_time'"
        ).fetchone()
    whole[(root - 1) * 4096 + 200 : root * 4096] = b"\xff" * (4096 - 200)
    path.write_bytes(whole)
    findings = check_database(path)
    assert findings
    assert len(findings) <= 20
    assert all("\n" not in finding for finding in findings[1:])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE conversations SET last_seq = last_seq - 1",
        "UPDATE conversations SET last_seq = last_seq + 1",
        "UPDATE conversations SET version = version - 1",
        "DELETE FROM messages WHERE seq = 300",
    ],
)
def test_a_conversation_that_contradicts_its_messages_is_found(path: Path, statement: str) -> None:
    alter(path, statement)
    assert check_database(path) == ["conversation 1 does not agree with its messages"]


def test_references_to_nothing_are_found_and_not_all_of_many_told(path: Path) -> None:
    alter(path, "UPDATE messages SET sender = 9 WHERE seq = 7")
    assert len(check_database(path)) == 1
    alter(path, "UPDATE messages SET sender = 9")
    findings = check_database(path)
    assert len(findings) == 20
    assert {finding.split(" of ")[1] for finding in findings} == {
        "messages refers to nothing in accounts"
    }


def no_file(path: Path) -> None:
    path.unlink()


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [no_file, no_database, a_folder])
def test_what_cannot_be_read_is_told_in_one_line(path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(path)
    with pytest.raises(StoreError) as told:
        check_database(path)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_check_can_be_stopped(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_STEPS", 1)
    stop = threading.Event()
    assert check_database(path, stop) == []
    stop.set()
    with pytest.raises(Stopped):
        check_database(path, stop)
