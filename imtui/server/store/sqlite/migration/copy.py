"""The database from before a migration, which is kept until a backend has started with the new."""

import os
import shutil
import sys
from pathlib import Path


def copy_of(path: Path) -> Path:
    """Return the path of the database from before the migration to version 5."""
    return path.with_name(f"{path.name}.before-5")


def keep_copy(path: Path) -> None:
    """Keep the database at ``path`` beside it.

    Raises:
        OSError: It cannot be copied.
    """
    copy = copy_of(path)
    copy.unlink(missing_ok=True)
    try:
        copy.hardlink_to(path)
    except OSError:
        # The file system has no hard links.
        shutil.copyfile(path, copy)
    copy.chmod(0o600)


def put_in_place(path: Path, migrated: Path) -> None:
    """Replace a database with the migrated one: there is a complete one at ``path`` at any time.

    Raises:
        OSError: It cannot be replaced.
    """
    _make_durable(migrated)
    migrated.replace(path)
    _make_durable(path.parent)


def forget_copy(path: Path) -> None:
    """Remove the copy, if there is one: it has what is erased from now on."""
    copy_of(path).unlink(missing_ok=True)


def _make_durable(path: Path) -> None:
    is_folder = path.is_dir()
    if is_folder and sys.platform == "win32":
        return
    # Windows flushes only what may be written.
    descriptor = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
