"""``imtui serve`` below a service manager, as systemd is one."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cli.notify_socket import NotifySocket, notify_socket
from tests.cli.processes import Home, Running
from tests.server.children import children_of


@pytest.fixture
def manager(home: Home) -> Iterator[NotifySocket]:
    with notify_socket(f"{home.path}/notify") as sock:
        yield sock


PORTS = ("--port", 0, "--rest-port", 0)


@asynccontextmanager
async def watched(home: Home, manager: NotifySocket, edges: int) -> AsyncIterator[Running]:
    """Start a backend with a watchdog."""
    async with home.start(
        *("serve", "--data", home.path / "d", *PORTS, "--edges", edges),
        NOTIFY_SOCKET=manager.name,
        WATCHDOG_USEC="400000",
    ) as running:
        yield running


EDGES = pytest.mark.parametrize("edges", [0, 1])


@EDGES
async def test_the_manager_is_told_of_the_start_reloads_and_the_end(
    home: Home, manager: NotifySocket, edges: int
) -> None:
    async with watched(home, manager, edges) as running:
        ready = await running.json_line()
        status = f"STATUS=WebSocket on {ready['ws']}, REST on {ready['rest']}"
        assert await manager.until("READY=1") == ["READY=1", status]
        for _ in range(2):
            assert await manager.until("WATCHDOG=1") == ["WATCHDOG=1"]
        for text in ("max_per_address = 7\n", "max_per_address = \n"):
            (home.path / "d/imtui.toml").write_text(text)
            running.process.send_signal(signal.SIGHUP)
            assert (await manager.until("RELOADING=1"))[1].startswith("MONOTONIC_USEC=")
            assert await manager.until("READY=1") == ["READY=1"]
        running.process.send_signal(signal.SIGTERM)
        await manager.until("STOPPING=1")
        assert (await running.ended())[0] == 0


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux tells it")
async def test_children_do_not_speak_for_their_parent(home: Home, manager: NotifySocket) -> None:
    async with watched(home, manager, 1) as running:
        await running.json_line()
        found = children_of(home.path / "d")
        for child in (*found["core"], *found["edge"]):
            variables = environment_of(child)
            assert b"HOME=" in variables
            assert b"NOTIFY" not in variables
            assert b"WATCHDOG" not in variables
        assert (await running.end())[0] == 0


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_a_core_that_hangs_lets_the_watchdog_act(home: Home, manager: NotifySocket) -> None:
    async with watched(home, manager, 1) as running:
        await running.json_line()
        await manager.until("WATCHDOG=1")
        (core,) = children_of(home.path / "d")["core"]
        os.kill(core, signal.SIGSTOP)
        while not await manager.silence(1.0):
            pass
        os.kill(core, signal.SIGCONT)
        await manager.until("WATCHDOG=1")
        os.kill(core, signal.SIGKILL)
        # Its end is no matter for the watchdog: the parent starts it again.
        for _ in range(5):
            await manager.until("WATCHDOG=1")
        assert (await running.end())[0] == 0


async def test_without_a_manager_nothing_is_needed(home: Home) -> None:
    gone = f"{home.path}/nobody"
    options = ("--data", home.path / "d", *PORTS)
    async with home.start("serve", *options, NOTIFY_SOCKET=gone) as running:
        await running.json_line()
        status, errors = await running.end()
    assert (status, "Traceback" in errors) == (0, False)
