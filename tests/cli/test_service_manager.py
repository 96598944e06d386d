"""What is said to a service manager, on a real socket."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.cli.service_manager import ServiceManager
from tests.cli.notify_socket import NotifySocket, notify_socket
from tests.cli.processes import Home

ABSTRACT = pytest.param(
    "abstract",
    marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract sockets"),
)


@pytest.fixture(params=["path", ABSTRACT])
def listening(home: Home, request: pytest.FixtureRequest) -> Iterator[NotifySocket]:
    is_path = request.param == "path"
    with notify_socket(f"{home.path}/n" if is_path else f"@imtui-{home.path.name}") as sock:
        yield sock


async def test_each_state_is_said(listening: NotifySocket) -> None:
    manager = ServiceManager(listening.name)
    manager.ready("on ws://127.0.0.1:1")
    assert await listening.message() == ["READY=1", "STATUS=on ws://127.0.0.1:1"]
    before = time.monotonic_ns() // 1000
    with manager.reloading():
        reloading, when = await listening.message()
    assert reloading == "RELOADING=1"
    name, _, microseconds = when.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before <= int(microseconds) <= time.monotonic_ns() // 1000
    assert await listening.message() == ["READY=1"]
    manager.stopping()
    assert await listening.message() == ["STOPPING=1"]


async def test_a_reload_that_fails_ends_too(listening: NotifySocket) -> None:
    with pytest.raises(OSError), ServiceManager(listening.name).reloading():
        raise OSError
    assert (await listening.message())[0] == "RELOADING=1"
    assert await listening.message() == ["READY=1"]


async def test_a_status_is_one_short_line(listening: NotifySocket) -> None:
    ServiceManager(listening.name).ready("a\nMAINPID=1\r\x1b[31m\ud800" + "x" * 9000)
    ready, status = await listening.message()
    assert ready == "READY=1"
    assert status.startswith("STATUS=a")
    assert len(status) < 600


async def test_the_watchdog_is_fed_only_while_all_is_alive(listening: NotifySocket) -> None:
    alive = asyncio.Event()
    alive.set()

    async def until_alive() -> None:
        await alive.wait()

    feeding = asyncio.create_task(ServiceManager(listening.name, 0.02).feed_watchdog(until_alive))
    for _ in range(3):
        assert await listening.message() == ["WATCHDOG=1"]
    alive.clear()
    while not await listening.silence(0.1):
        pass
    alive.set()
    assert await listening.message() == ["WATCHDOG=1"]
    feeding.cancel()
    await asyncio.wait({feeding})


def test_the_environment_is_taken_and_not_inherited() -> None:
    variables = {
        "NOTIFY_SOCKET": "/run/notify",
        "WATCHDOG_USEC": "3000000",
        "WATCHDOG_PID": str(os.getpid()),
        "HOME": "/",
    }
    manager = ServiceManager.from_environment(variables)
    assert variables == {"HOME": "/"}
    assert vars(manager) == vars(ServiceManager("/run/notify", 3.0))


@pytest.mark.parametrize(
    "watchdog",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "-5"},
        {"WATCHDOG_USEC": "x"},
        {"WATCHDOG_USEC": "9" * 400},
        {"WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"},
    ],
)
async def test_without_a_watchdog_of_this_process_none_is_fed(
    listening: NotifySocket, watchdog: dict[str, str]
) -> None:
    manager = ServiceManager.from_environment({"NOTIFY_SOCKET": listening.name, **watchdog})
    feeding = asyncio.create_task(manager.feed_watchdog(_at_once))
    done, _ = await asyncio.wait({feeding}, timeout=0.05)
    assert not done
    manager.stopping()
    assert await listening.message() == ["STOPPING=1"]
    feeding.cancel()
    await asyncio.wait({feeding})


async def _at_once() -> None:
    """Be alive."""


@pytest.mark.parametrize(
    "name", ["", "relative", "vsock:2:5", "/nowhere/at/all", "/a\0b", "/" * 200]
)
def test_where_nobody_listens_nothing_fails(name: str) -> None:
    manager = ServiceManager.from_environment({"NOTIFY_SOCKET": name} if name else {})
    manager.ready("here")
    manager.stopping()


def test_a_manager_that_does_not_read_delays_nobody(tmp_path: Path) -> None:
    path = str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        manager = ServiceManager(path)
        for _ in range(5000):
            manager.stopping()
        sock.setblocking(False)
        said = 0
        with pytest.raises(BlockingIOError):
            while sock.recv(100):
                said += 1
    assert 0 < said < 5000
