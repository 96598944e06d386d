"""The reserve of disk space: what it refuses, how often it looks, and what it logs."""

import logging
from pathlib import Path

import pytest

from imtui.server.node.disk_reserve import MEBIBYTE, DiskReserve

RESERVE = 256 * MEBIBYTE


class Disk:
    """A disk whose free space and time a test sets."""

    def __init__(self, reserve: int = RESERVE) -> None:
        self.free = RESERVE
        self.now = 100.0
        self.looked = 0
        self.is_broken = False
        self.reserve = DiskReserve(Path("data"), reserve, self._free_bytes, lambda: self.now)

    def _free_bytes(self, folder: Path) -> int:
        assert folder == Path("data")
        self.looked += 1
        if self.is_broken:
            raise OSError("no such disk")
        return self.free

    def after(self, seconds: float, free: int) -> tuple[bool, bool]:
        """Return whether there is room, for messages and for accounts, some time later."""
        self.now += seconds
        self.free = free
        return self.reserve.has_room(), self.reserve.has_room_for_accounts()


def test_there_is_room_down_to_the_reserve_and_again_when_it_is_back() -> None:
    disk = Disk()
    assert disk.after(1, RESERVE) == (True, True)
    assert disk.after(1, RESERVE - 1) == (False, True)
    assert disk.after(1, RESERVE // 4) == (False, True)
    assert disk.after(1, RESERVE // 4 - 1) == (False, False)
    assert disk.after(1, 0) == (False, False)
    assert disk.after(1, RESERVE) == (True, True)


def test_a_large_reserve_leaves_room_for_accounts_and_none_refuses_nothing() -> None:
    assert Disk(10**6 * RESERVE).after(1, RESERVE) == (False, True)
    none = Disk(0)
    assert none.after(1, 0) == (True, True)
    assert none.looked == 0


def test_the_disk_is_looked_at_once_a_second_at_most() -> None:
    disk = Disk()
    for _ in range(100):
        disk.after(0.01, 0)
    assert disk.looked == 1
    assert disk.after(0.5, RESERVE) == (True, True)
    assert disk.looked == 2


def test_between_two_looks_each_message_counts_as_large() -> None:
    disk = Disk()
    room = [disk.after(0.001, RESERVE + MEBIBYTE)[0] for _ in range(100)]
    assert room.count(True) < 20
    assert room == sorted(room, reverse=True)


def test_a_disk_that_cannot_be_looked_at_refuses_nothing() -> None:
    disk = Disk()
    disk.is_broken = True
    for _ in range(5):
        assert disk.after(1, 0) == (True, True)
    assert disk.looked == 1
    disk.is_broken = False
    assert disk.after(60, 0) == (False, False)


def test_the_log_says_it_once_a_minute_and_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk = Disk()
    for _ in range(59):
        disk.after(1, 10 * MEBIBYTE)
    (first,) = caplog.records
    assert first.levelno == logging.ERROR
    assert "10 MiB left, less than the reserve of 256 MiB" in first.message
    assert "--disk-reserve" in first.message
    disk.after(2, 10 * MEBIBYTE)
    assert len(caplog.records) == 2
    assert "(119 so far)" in caplog.records[1].message
    disk.after(1, RESERVE)
    assert "room again, after 120 refusals" in caplog.records[2].message
    # Now and then within the minute: nothing more.
    for second in range(20):
        disk.after(1, 0 if second % 2 else RESERVE)
    assert len(caplog.records) == 3
