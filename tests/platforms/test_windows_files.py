"""Private files and locks on Windows, whose C runtime is played."""

import errno
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import imtui.files


class Runtime(ModuleType):
    """The locks of a C runtime, as two files of one process see them."""

    LK_NBLCK = 2
    LK_UNLCK = 0

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.holder: int | None = None
        self.error = errno.EACCES

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        """Lock or unlock some bytes; only one file can have them."""
        assert count == 1
        if mode == self.LK_UNLCK:
            assert self.holder == descriptor
            self.holder = None
        elif self.holder is None:
            self.holder = descriptor
        else:
            raise OSError(self.error, "taken")


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Runtime:
    monkeypatch.setattr(sys, "platform", "win32")
    runtime = Runtime()
    monkeypatch.setitem(sys.modules, "msvcrt", runtime)
    return runtime


@pytest.fixture
def files(runtime: Runtime) -> Any:
    """Return the module, as it is on Windows."""
    spec = importlib.util.spec_from_file_location("files_on_windows", imtui.files.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def paused(monkeypatch: pytest.MonkeyPatch, files: Any, call: Callable[[], object]) -> list[float]:
    """Call something instead of a pause; return the pauses."""
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        call()

    monkeypatch.setattr(files.time, "sleep", sleep)
    return pauses


def test_one_lock_excludes_another_until_it_is_released(files: Any, tmp_path: Path) -> None:
    first, second = (files.FileLock(tmp_path / "lock") for _ in range(2))
    assert first.acquire(blocking=False)
    assert not second.acquire(blocking=False)
    first.release()
    assert second.acquire(blocking=False)
    second.release()


def test_a_lock_is_waited_for(files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (files.FileLock(tmp_path / "lock") for _ in range(2))
    first.acquire()
    pauses = paused(monkeypatch, files, first.release)
    with second:
        assert len(pauses) == 1


def test_what_is_no_other_lock_is_an_error(files: Any, runtime: Runtime, tmp_path: Path) -> None:
    first, second = (files.FileLock(tmp_path / "lock") for _ in range(2))
    runtime.error = errno.EINVAL
    with first, pytest.raises(OSError, match="taken"):
        second.acquire()


def test_a_file_that_is_being_read_is_replaced_afterwards(
    files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = ["one"]
    replace = Path.replace

    def replace_unless_open(self: Path, target: Path) -> Path:
        if readers:
            raise PermissionError(errno.EACCES, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_unless_open)
    pauses = paused(monkeypatch, files, readers.clear)
    files.write_private(tmp_path / "a", "one\r\ntwo\n")
    assert (tmp_path / "a").read_bytes() == b"one\r\ntwo\n"
    assert len(pauses) == 1
    readers.append("one")
    pauses = paused(monkeypatch, files, lambda: None)
    with pytest.raises(PermissionError):
        files.write_private(tmp_path / "a", "three")
    assert 0.1 <= sum(pauses) <= 1
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_folders_there_have_no_modes(files: Any, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    assert files.make_folder(folder) == folder
