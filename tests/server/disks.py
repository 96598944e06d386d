"""Disks of a few MiB of their own, for the tests."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(disk: Path, options: str = "size=8m") -> Iterator[Path]:
    """Mount a disk at a new folder; skip the test where this user may not.

    Args:
        disk: The folder.
        options: The options of a tmpfs.
    """
    disk.mkdir()
    mount = shutil.which("mount")
    command = ["-t", "tmpfs", "-o", options, "tmpfs", str(disk)]
    if mount is None or subprocess.run([mount, *command], capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def remount(disk: Path, options: str) -> None:
    """Change the options of a mounted disk."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def fill(disk: Path) -> None:
    """Fill a disk to its last byte."""
    with (disk / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def use_inodes(disk: Path) -> None:
    """Use all inodes of a disk."""
    try:
        for number in range(10_000):
            (disk / f"file{number}").touch()
    except OSError:
        return
    raise AssertionError("the disk has inodes without end")
