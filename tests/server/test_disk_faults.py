"""Each fault of a disk is told in words: what it is, and what to do."""

import errno
import os
import resource
import sqlite3
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from imtui.server.disk_faults import (
    BROKEN,
    FORBIDDEN,
    FULL,
    LOCKED,
    NO_DESCRIPTORS,
    NO_INODES,
    QUOTA,
    READ_ONLY,
    TOO_LARGE,
    DiskFault,
    fault_of,
    find_fault,
    words_of,
)
from tests.server.disks import fill, mounted, remount, use_inodes

FAULTS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: QUOTA,
    errno.EROFS: READ_ONLY,
    errno.EFBIG: TOO_LARGE,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EAGAIN: LOCKED,
    errno.EBUSY: LOCKED,
    errno.EMFILE: NO_DESCRIPTORS,
    errno.ENFILE: NO_DESCRIPTORS,
    errno.EIO: BROKEN,
}


@pytest.mark.parametrize("number", errno.errorcode)
def test_an_error_is_told_as_the_fault_it_is_or_in_the_words_of_the_system(
    tmp_path: Path, number: int
) -> None:
    error = OSError(number, os.strerror(number))
    fault = FAULTS.get(number)
    assert fault_of(error, tmp_path) is fault
    words = words_of(error, tmp_path, "Do this.")
    assert words == (str(fault) if fault else f"{os.strerror(number)}. Do this.")
    assert "\n" not in words


def test_faults_are_told_apart() -> None:
    faults = [*FAULTS.values(), NO_INODES]
    assert len({fault.problem for fault in faults}) == len(set(faults))


def test_a_file_system_without_inodes_is_not_said_to_be_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = OSError(errno.ENOSPC, "No space left on device")
    for files, left, fault in ((100, 0, NO_INODES), (100, 1, FULL), (0, 0, FULL)):
        found = SimpleNamespace(f_files=files, f_favail=left)
        monkeypatch.setattr(os, "statvfs", lambda folder, found=found: found)
        assert fault_of(error, tmp_path) is fault


def test_on_a_sound_disk_no_fault_is_found_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "db").write_bytes(b"as it was")
    assert find_fault(tmp_path / "db") is None
    assert [one.name for one in tmp_path.iterdir()] == ["db"]
    assert (tmp_path / "db").read_bytes() == b"as it was"


@pytest.mark.parametrize(
    ("options", "fault"), [("size=1m", FULL), ("nr_inodes=9", NO_INODES), ("ro", READ_ONLY)]
)
def test_the_fault_of_a_disk_is_found(tmp_path: Path, options: str, fault: DiskFault) -> None:
    with mounted(tmp_path / "disk", options.replace("ro", "size=1m")) as disk:
        (disk / "db").touch()
        assert find_fault(disk / "db") is None
        match fault:
            case _ if fault is FULL:
                fill(disk)
            case _ if fault is NO_INODES:
                use_inodes(disk)
            case _:
                remount(disk, "ro")
        assert find_fault(disk / "db") is fault


@pytest.mark.parametrize("number", [errno.EDQUOT, errno.EIO, errno.EMFILE, errno.EACCES])
def test_a_fault_is_found_by_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", fail)
    assert find_fault(tmp_path / "db") is FAULTS[number]


def test_a_file_that_may_not_be_written_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "db").touch()
    (tmp_path / "db-wal").touch()
    # The rights of root are not restricted by a file's mode.
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "db-wal")
    assert find_fault(tmp_path / "db") is FORBIDDEN


def test_a_file_that_may_not_grow_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "db").write_bytes(bytes(900_000))
    monkeypatch.setattr(resource, "getrlimit", lambda limit: (1_000_000, 1_000_000))
    assert find_fault(tmp_path / "db") is TOO_LARGE


def test_looking_for_a_fault_takes_no_lock_from_sqlite(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "db", isolation_level=None)
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("CREATE TABLE t (a)")
    database.execute("BEGIN EXCLUSIVE")
    locks = Path("/proc/locks").read_text().count(f":{(tmp_path / 'db').stat().st_ino} ")
    assert find_fault(tmp_path / "db") is None
    assert Path("/proc/locks").read_text().count(f":{(tmp_path / 'db').stat().st_ino} ") == locks
    assert locks
    database.close()
