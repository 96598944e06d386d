"""The copy of the database from before a migration, which is kept for a while."""

import os
import shutil
import time
from pathlib import Path
from typing import Final

KEPT_FOR: Final = 7 * 24 * 3600.0
"""In seconds."""


def copy_of(path: Path) -> Path:
    """Return the path of the database from before the migration to version 5."""
    return path.with_name(f"{path.name}.before-5")


def put_in_place(path: Path, migrated: Path) -> None:
    """Replace a database with the migrated one, and keep the old one.

    There is a complete database at ``path`` at any time.
    """
    copy = copy_of(path)
    copy.unlink(missing_ok=True)
    try:
        copy.hardlink_to(path)
    except OSError:
        # The file system has no hard links.
        shutil.copyfile(path, copy)
    copy.chmod(0o600)
    os.utime(copy)
    _make_durable(migrated)
    migrated.replace(path)
    _make_durable(path.parent)


def forget_copy(path: Path, *, if_old: bool = False) -> None:
    """Remove the copy, if there is one; with ``if_old`` only if it is 7 days old."""
    copy = copy_of(path)
    if if_old:
        try:
            if time.time() - copy.stat().st_mtime < KEPT_FOR:
                return
        except FileNotFoundError:
            return
    copy.unlink(missing_ok=True)


def _make_durable(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
