"""What is wrong with a disk, in words: what it is, and what to do about it."""

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

PROBE_BYTES: Final = 128 * 1024
"""With fewer free bytes, the files of a database cannot grow by what a start needs."""


class DiskFault(NamedTuple):
    """A fault of a disk or of a file system."""

    problem: str
    """What it is, as the end of a sentence without its full stop."""
    advice: str
    """What to do, as a sentence."""

    def __str__(self) -> str:
        """Return both."""
        return f"{self.problem}. {self.advice}"


FULL: Final = DiskFault("the disk is full", "Free some space, then try again.")
NO_INODES: Final = DiskFault(
    "the file system has no inodes left (df -i)", "Remove some files, then try again."
)
READ_ONLY: Final = DiskFault(
    "the file system is read-only",
    "The kernel's log may say why; mount it with write access, then try again.",
)
QUOTA: Final = DiskFault(
    "the disk quota is used up", "Free some space, or raise the quota, then try again."
)
TOO_LARGE: Final = DiskFault(
    "a file reached the largest size that is allowed (ulimit -f)", "Raise it, then try again."
)
LOCKED: Final = DiskFault(
    "another process has locked it", "End that process (fuser names it), then try again."
)
FORBIDDEN: Final = DiskFault(
    "permission denied", "Give this user access to the file and its folder, then try again."
)
NO_DESCRIPTORS: Final = DiskFault(
    "there are no file descriptors left (ulimit -n)", "Raise their limit, then try again."
)
BROKEN: Final = DiskFault(
    "the disk reports an error", "The kernel's log says more; check the disk, then try again."
)

_FAULTS: Final[Mapping[int, DiskFault]] = {
    errno.ENOSPC: FULL,
    errno.EROFS: READ_ONLY,
    errno.EDQUOT: QUOTA,
    errno.EFBIG: TOO_LARGE,
    errno.EAGAIN: LOCKED,
    errno.EBUSY: LOCKED,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EMFILE: NO_DESCRIPTORS,
    errno.ENFILE: NO_DESCRIPTORS,
    errno.EIO: BROKEN,
}


def fault_of(error: OSError, folder: Path) -> DiskFault | None:
    """Return the fault that an error of the system tells of; None for any other error.

    Args:
        error: The error.
        folder: Where it happened.
    """
    fault = _FAULTS.get(error.errno or 0)
    return NO_INODES if fault is FULL and _has_no_inodes(folder) else fault


def words_of(error: OSError, folder: Path, advice: str) -> str:
    """Return what an error of the system means and what to do, as the end of a sentence.

    Args:
        error: The error.
        folder: Where it happened.
        advice: What to do about an error that is no fault of the disk, as a sentence.
    """
    return str(fault_of(error, folder) or DiskFault(str(error.strerror or error), advice))


def find_fault(path: Path) -> DiskFault | None:
    """Look for what may keep a file from being written; None if nothing is found.

    A few bytes are written into another file of its folder. The file itself is not opened: SQLite
    would lose its locks on it.

    Args:
        path: The file, which need not exist.
    """
    folder = path.parent
    try:
        if sys.platform != "win32" and os.statvfs(folder).f_flag & os.ST_RDONLY:
            return READ_ONLY
        for file in folder.glob(f"{path.name}*"):
            if not os.access(file, os.R_OK | os.W_OK):
                return FORBIDDEN
            if _is_too_large(file):
                return TOO_LARGE
        with tempfile.TemporaryFile(dir=folder, buffering=0) as file_of_ours:
            left = PROBE_BYTES
            while left:
                left -= file_of_ours.write(bytes(left))
    except OSError as error:
        return fault_of(error, folder)
    return None


def _has_no_inodes(folder: Path) -> bool:
    if sys.platform == "win32":
        return False
    with contextlib.suppress(OSError):
        found = os.statvfs(folder)
        # Some file systems have no fixed number of inodes, and say 0.
        return found.f_files > 0 and found.f_favail == 0
    return False


def _is_too_large(file: Path) -> bool:
    if sys.platform == "win32":
        return False
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return limit != resource.RLIM_INFINITY and file.stat().st_size + PROBE_BYTES > limit
