"""The database as it was before a migration, kept for a while."""

import os
import shutil
import time
from pathlib import Path
from typing import Final

KEPT_FOR: Final = 7 * 24 * 3600.0
"""In seconds."""


def copy_of(path: Path) -> Path:
    """Return where the database is kept as it was before the migration to version 5."""
    return path.with_name(f"{path.name}.before-5")


def put_in_place(path: Path, migrated: Path) -> None:
    """Put a migrated database in the place of the one before, which is kept.

    At each instant there is a whole database at ``path``.
    """
    copy = copy_of(path)
    copy.unlink(missing_ok=True)
    try:
        copy.hardlink_to(path)
    except OSError:
        # A file system without hard links.
        shutil.copyfile(path, copy)
    copy.chmod(0o600)
    os.utime(copy)
    _make_durable(migrated)
    migrated.replace(path)
    _make_durable(path.parent)


def forget_copy(path: Path, *, if_old: bool = False) -> None:
    """Remove what was kept, if there is anything; optionally only once it is 7 days old."""
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
