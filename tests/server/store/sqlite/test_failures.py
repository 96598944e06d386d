"""Each failure of SQLite is told in one line, and only a damaged file is called so."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from imtui.server.node.data_dir import BackendError, DataDir
from imtui.server.store.sqlite.backup import back_up
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.sqlite.failures import cannot
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import DamagedError, StoreError
from tests.server.disks import fill, mounted, remount, use_inodes
from tests.server.store.sql.stores import PEOPLE
from tests.server.store.sqlite.opening import opened

FAMILIES = frozenset(
    re.findall(
        r"\w+",
        "ABORT AUTH BUSY CANTOPEN CONSTRAINT CORRUPT EMPTY ERROR FORMAT FULL INTERNAL INTERRUPT"
        " IOERR LOCKED MISMATCH MISUSE NOLFS NOMEM NOTADB NOTFOUND NOTICE PERM PROTOCOL RANGE"
        " READONLY SCHEMA TOOBIG WARNING",
    )
)
"""All primary result codes that are errors."""

CODES = {
    name: code
    for name, code in vars(sqlite3).items()
    if name.startswith("SQLITE_") and name.split("_")[1] in FAMILIES and isinstance(code, int)
}

WORDS = {
    "BUSY": "another process has locked it",
    "LOCKED": "another process has locked it",
    "PROTOCOL": "another process has locked it",
    "FULL": "the disk is full",
    "IOERR": "the disk reports an error",
    "PERM": "permission denied",
    "AUTH": "permission denied",
    "READONLY": "permission denied",
    "CANTOPEN": "cannot be opened",
    "NOMEM": "no memory left",
    "NOLFS": "no files this large",
    "CORRUPT": "the file is damaged",
    "NOTADB": "the file is damaged",
}


def back_up_beside(path: Path) -> None:
    back_up(path, path.with_name("copy"))


def failed(code: int, text: str = "what SQLite says") -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


def test_there_are_the_codes_of_sqlite() -> None:
    assert {name.split("_")[1] for name in CODES} == FAMILIES
    assert len(CODES) > 80


@pytest.mark.parametrize("name", CODES)
def test_each_code_is_told_in_one_line_and_no_sound_file_is_called_damaged(
    tmp_path: Path, name: str
) -> None:
    family = "NOMEM" if name == "SQLITE_IOERR_NOMEM" else name.split("_")[1]
    failure = cannot(tmp_path / "db", "written", failed(CODES[name]))
    line = str(failure)
    assert line.startswith(f"The database {tmp_path / 'db'} cannot be written: ")
    assert WORDS.get(family, "what SQLite says. Restore it from a backup") in line
    assert line.endswith(".")
    assert "\n" not in line
    assert ("damaged" in line) == (family in ("CORRUPT", "NOTADB"))
    assert isinstance(failure, DamagedError) == (family in ("CORRUPT", "NOTADB"))


@pytest.mark.parametrize("error", [ValueError("no such value"), LookupError("nobody")])
def test_contents_that_nobody_wrote_are_damage(tmp_path: Path, error: Exception) -> None:
    assert "the file is damaged" in str(cannot(tmp_path / "db", "read", error))


def full(disk: Path) -> str:
    fill(disk)
    return "the disk is full. Free some space"


def no_inodes(disk: Path) -> str:
    use_inodes(disk)
    return "no inodes left (df -i). Remove some files"


def read_only(disk: Path) -> str:
    remount(disk, "ro")
    return "the file system is read-only."


SPOILS = [full, no_inodes, read_only]
Spoil = Callable[[Path], str]


@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_start_on_such_a_disk_is_told(tmp_path: Path, spoil: Spoil, is_new: bool) -> None:
    with mounted(tmp_path / "disk", "size=1m,nr_inodes=40") as disk:
        data = DataDir(disk / "data")
        if not is_new:
            data.make()
            with opened(data.database) as store:
                data.export_key(store.app_key(None))
        words = spoil(disk)

        def start() -> None:
            data.make()
            lock = data.hold()
            try:
                with opened(data.database) as store:
                    data.export_key(store.app_key(None))
            finally:
                lock.release()

        with pytest.raises((BackendError, StoreError)) as told:
            start()
        assert words in str(told.value)
        assert "--data" not in str(told.value)


@pytest.mark.parametrize("spoil", SPOILS)
@pytest.mark.parametrize("use", [check_database, back_up_beside])
def test_a_database_on_such_a_disk_is_read_or_the_fault_is_told(
    tmp_path: Path, spoil: Spoil, use: Callable[[Path], object]
) -> None:
    with mounted(tmp_path / "disk", "size=1m,nr_inodes=40") as disk:
        with opened(disk / "db") as store:
            store.write(PEOPLE)
            store.commit()
        words = spoil(disk)
        try:
            use(disk / "db")
        except StoreError as error:
            assert words in str(error)
        else:
            assert use is check_database


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_backup_to_such_a_disk_is_told(tmp_path: Path, spoil: Spoil) -> None:
    with opened(tmp_path / "db") as store:
        store.write(PEOPLE)
        store.commit()
    with mounted(tmp_path / "disk", "size=1m,nr_inodes=40") as disk:
        words = spoil(disk)
        with pytest.raises(StoreError) as told:
            back_up(tmp_path / "db", disk / "copy")
        assert f"The backup {disk / 'copy'} cannot be written: " in str(told.value)
        assert words in str(told.value)
        assert not list(disk.glob("copy*"))


def test_a_commit_on_a_disk_that_became_read_only_is_told(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk") as disk, opened(disk / "db") as store:
        store.write(PEOPLE)
        # The kernel does the same after an error; here nobody may have a file open to write.
        store._database.execute("PRAGMA query_only = ON")
        subprocess.run(["mount", "--bind", str(disk), str(disk)], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,ro,bind", str(disk)], check=True)
            with pytest.raises(StoreError, match="the file system is read-only"):
                store.commit()
        finally:
            subprocess.run(["umount", str(disk)], check=True)
        store._database.execute("PRAGMA query_only = OFF")
        store.commit()


LIMITED = """
import resource, sys
from pathlib import Path
from imtui.server.store.store import StoreError
from tests.server.store.sql.stores import CREATED, PEOPLE, opened, sent

with opened(Path(sys.argv[1])) as store:
    store.write([*PEOPLE, CREATED])
    store.commit()
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
    store.write([sent(seq) for seq in range(1, 5001)])
    try:
        store.commit()
    except StoreError as error:
        print(error)
"""


def test_a_file_that_may_not_grow_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "db")],
        capture_output=True,
        check=True,
        text=True,
    )
    assert "largest size that is allowed (ulimit -f)" in done.stdout
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("use", [check_database, SQLiteStore, back_up_beside])
def test_a_database_that_somebody_has_locked_is_told(
    tmp_path: Path, use: Callable[[Path], object]
) -> None:
    path = tmp_path / "db"
    with opened(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="another process has locked it"):
            use(path)


@pytest.mark.parametrize("use", [check_database, back_up_beside])
def test_a_folder_that_may_not_be_searched_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Path], object]
) -> None:
    def refuse(path: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(path))

    # The rights of root are not restricted by a folder's mode.
    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(StoreError, match=r"permission denied\. Give this user access"):
        use(tmp_path / "db")
