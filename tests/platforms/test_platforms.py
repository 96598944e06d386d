"""imtui on Windows and macOS, as far as they can be played on another system."""

import asyncio
import json
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.platforms.played import CTRL_BREAK, LINUX_ONLY, UNIX_ONLY

PROGRAM = (sys.executable, "-m", "tests.platforms.played")
EXCEPT = {"win32": UNIX_ONLY | LINUX_ONLY, "darwin": LINUX_ONLY}
DRIVERS = {"win32": "WindowsDriver", "darwin": "TolerantDriver"}
SAYS = {"win32": "Windows", "darwin": "Mac"}


def played(platform: str, *arguments: object) -> list[str]:
    """Return the lines that a process on a played system prints."""
    done = subprocess.run(
        [*PROGRAM, platform, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout.splitlines()


@pytest.mark.parametrize("platform", EXCEPT)
def test_all_modules_can_be_imported_but_those_of_other_systems(platform: str) -> None:
    failed = played(platform, "import")
    assert {line.partition(":")[0] for line in failed} == EXCEPT[platform], failed


@pytest.mark.parametrize("platform", SAYS)
def test_a_backend_stores_and_two_devices_talk(platform: str, tmp_path: Path) -> None:
    assert played(platform, "live", tmp_path) == [SAYS[platform], "Hello"] * 2


@pytest.mark.parametrize(("platform", "driver"), DRIVERS.items())
def test_the_app_sets_a_status(platform: str, driver: str, tmp_path: Path) -> None:
    assert played(platform, "app", tmp_path) == [f"On the call {driver}"]


async def test_ctrl_break_stops_a_backend_on_windows(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, "win32", "serve", tmp_path / "data", stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        ready = json.loads(await process.stdout.readline())
        assert ready["ws"].startswith("ws://127.0.0.1:")
        process.send_signal(CTRL_BREAK)
        await process.communicate()
        assert process.returncode == 0
        assert not (tmp_path / "data" / "backend.json").exists()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
