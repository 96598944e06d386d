"""The process of the embedded backend: it serves, runs the demo, and ends when idle."""

import argparse
import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from imtui.cli.embedded.backend import local_user_sig, start_lock_file
from imtui.cli.embedded.idle_timer import IdleTimer
from imtui.cli.embedded.sockets import make_socket_dir
from imtui.cli.errors import EXIT_OK
from imtui.cli.folding import log_loop_exceptions
from imtui.cli.serving import configure_logging, print_ready_line
from imtui.cli.signals import run_async, stop_signals
from imtui.demo.cast import are_friends
from imtui.files import FileLock
from imtui.server.edge.turns.fair_loop import new_loop
from imtui.server.garbage import keep_collections_short
from imtui.server.node.data_dir import DataDir

if TYPE_CHECKING:
    from imtui.demo.runner import Demo
    from imtui.server.node.backend import Backend
    from imtui.server.node.config import BackendConfig

_LOG_MAX_BYTES: Final = 256 * 1024


def run(arguments: argparse.Namespace) -> int:
    """Serve until only the demo's people have been connected for a while, or a signal arrives."""
    os.umask(0o077)
    data_dir: Path = arguments.data.absolute()
    DataDir(data_dir).make()
    configure_logging(
        RotatingFileHandler(data_dir / "backend.log", maxBytes=_LOG_MAX_BYTES, backupCount=1)
    )
    keep_collections_short()
    run_async(_serve(data_dir, arguments), new_loop)
    return EXIT_OK


async def _serve(data_dir: Path, arguments: argparse.Namespace) -> None:
    from imtui.server.node.backend import Backend

    log_loop_exceptions(asyncio.get_running_loop())
    socket_dir = arguments.socket_dir or make_socket_dir(data_dir)
    lock_file = start_lock_file(data_dir)
    lock_file.touch()
    lock = FileLock(lock_file)
    idle_timer = IdleTimer(arguments.start_grace, arguments.idle_grace)
    try:
        # Installed before the backend is ready: from then on other processes may send a signal.
        with stop_signals(hang_up=False) as stopped:
            async with Backend(_config(data_dir, socket_dir, arguments)) as backend:
                print_ready_line(backend.address)
                await _run_until_idle(backend, data_dir, idle_timer, lock_file, lock, stopped)
    finally:
        _remove_empty(socket_dir)
        lock.release()


async def _run_until_idle(
    backend: "Backend",
    data_dir: Path,
    idle_timer: IdleTimer,
    lock_file: Path,
    lock: FileLock,
    stopped: asyncio.Event,
) -> None:
    """Run the demo until idle or stopped; if idle, return with the lock held."""
    from imtui.demo.runner import Demo

    sign = partial(local_user_sig, data_dir)
    demo = Demo(backend.address.ws, backend.address.sdk_app_id, sign, Random())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(demo.run()), group.create_task(backend.wait_failed())]
        is_idle = partial(_is_idle, backend, demo, idle_timer, lock_file)
        await _wait_for_end(is_idle, idle_timer.poll_interval, lock, stopped)
        for task in tasks:
            task.cancel()


def _config(
    data_dir: Path, socket_dir: Path | None, arguments: argparse.Namespace
) -> "BackendConfig":
    from imtui.server.node.config import BackendConfig

    timeout = arguments.heartbeat_timeout
    settings = {} if timeout is None else {"heartbeat_timeout": timeout}
    return BackendConfig(
        data_dir=data_dir,
        port=arguments.port or 0,
        rest_port=arguments.rest_port or 0,
        unix_dir=socket_dir,
        settings=settings,
        befriend=are_friends,
    )


def _is_idle(backend: "Backend", demo: "Demo", idle_timer: IdleTimer, lock_file: Path) -> bool:
    in_use = bool(backend.logged_in() - demo.connections())
    return idle_timer.has_expired(
        time.monotonic(), in_use=in_use, touched=lock_file.stat().st_mtime_ns
    )


async def _wait_for_end(
    is_idle: Callable[[], bool], interval: float, lock: FileLock, stopped: asyncio.Event
) -> None:
    """Return when stopped, or when idle; if idle, with the lock held."""
    while not stopped.is_set():
        # A process that joins holds the lock meanwhile, so check again once the lock is ours.
        if is_idle() and lock.acquire(blocking=False):
            if is_idle():
                return
            lock.release()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(interval):
                await stopped.wait()


def _remove_empty(folder: Path | None) -> None:
    if folder is not None:
        with contextlib.suppress(OSError):
            folder.rmdir()
