"""Private folders (0700), private files (0600) that are replaced atomically, and file locks."""

import contextlib
import errno
import os
import stat
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

_REPLACE_TRIES: Final = 20
_REPLACE_PAUSE: Final = 0.01
_LOCK_PAUSE: Final = 0.05
"""Both pauses in seconds; only Windows has them."""


class UnsafeFolderError(PermissionError):
    """Another user owns a folder, or others can write to it.

    Attributes:
        problem: What is wrong with the folder, as a sentence.
        advice: What to do, as a sentence, or empty if only another folder helps.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        """Say what is wrong, and what to do."""
        super().__init__(problem)
        self.problem = problem
        self.advice = advice


def make_folder(path: Path) -> Path:
    """Create a folder that only this user may enter, and return it; one that exists keeps its mode.

    Raises:
        UnsafeFolderError: Another user owns the folder, or others can write to it.
        OSError: The folder cannot be created.
    """
    try:
        path.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        if not path.is_dir():
            raise
    check_folder(path)
    return path


def check_folder(path: Path) -> None:
    """Check that only this user can write to a folder that exists.

    Raises:
        UnsafeFolderError: Another user owns it, or others can write to it.
        OSError: It cannot be looked at.
    """
    if sys.platform == "win32":
        return
    found = path.stat()
    if found.st_uid != os.getuid():
        raise UnsafeFolderError(f"The folder {path} belongs to another user.")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        # Each start imports this module, and hardly any needs this.
        import shlex

        raise UnsafeFolderError(
            f"Others can write to the folder {path}.",
            f"Forbid it with: chmod go-w {shlex.quote(str(path))}",
        )


def make_private_dir(path: Path) -> Path:
    """Create a folder that only this user may enter, with its parents, and return it.

    Raises:
        OSError: The folder cannot be created, or another user owns it.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32" and path.stat().st_uid != os.getuid():
        raise PermissionError(f"{path} belongs to another user")
    path.chmod(0o700)
    return path


def read_small(path: Path, most: int) -> bytes:
    """Return the content of a regular file; nothing that could block is opened.

    Args:
        path: The file.
        most: How many bytes it may have.

    Raises:
        OSError: It cannot be read, is no regular file, or is larger.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        with path.open("rb") as file:
            data = file.read(most + 1)
    except ValueError as error:
        # Such as a zero byte in its name.
        raise OSError(errno.EINVAL, str(error), str(path)) from error
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than {most} bytes", str(path))
    return data


def write_private(path: Path, text: str) -> None:
    """Replace a file atomically with ``text``, readable to this user only.

    Raises:
        OSError: It cannot be written; the file is then unchanged.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _replace(new: Path, path: Path) -> None:
    if sys.platform == "win32":
        # There no file is replaced while anybody has it open, if only to read it.
        for _ in range(_REPLACE_TRIES):
            with contextlib.suppress(PermissionError):
                new.replace(path)
                return
            time.sleep(_REPLACE_PAUSE)
    new.replace(path)


class FileLock:
    """A lock between processes on a file; the system releases it when the holder dies."""

    def __init__(self, path: Path) -> None:
        """Use ``path``; the first lock creates the file, and it stays."""
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self, *, blocking: bool = True) -> bool:
        """Acquire the lock and return True; without ``blocking``, return False if it is taken.

        Raises:
            OSError: The file cannot be opened.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(os.fdopen(descriptor, "r+"))
            if not _lock(file, blocking=blocking):
                return False
            stack.pop_all()
        self._file = file
        return True

    def release(self) -> None:
        """Release the lock if it is held."""
        if self._file is not None:
            _unlock(self._file)
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        """Acquire the lock, waiting for it."""
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock."""
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str], *, blocking: bool) -> bool:
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except PermissionError:
                if not blocking:
                    return False
                time.sleep(_LOCK_PAUSE)
            else:
                return True

    def _unlock(file: IO[str]) -> None:
        # Some time after a close, the system does it too.
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str], *, blocking: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def _unlock(_file: IO[str]) -> None:
        # Its close does it.
        pass
