"""The process of this machine's embedded backend: it serves, plays the demo, and ends by itself."""

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

from imtui.cli.embedded.backend import local_user_sig, start_file
from imtui.cli.embedded.idleness import Idleness
from imtui.cli.embedded.sockets import make_socket_dir
from imtui.cli.errors import EXIT_OK
from imtui.cli.serving import announce, log_to
from imtui.cli.signals import ending_signals
from imtui.demo.cast import are_friends
from imtui.files import FileLock
from imtui.server.node.data_dir import DataDir

if TYPE_CHECKING:
    from imtui.demo.runner import Demo
    from imtui.server.node.backend import Backend, BackendConfig

_LOG_MAX_BYTES: Final = 256 * 1024


def run(arguments: argparse.Namespace) -> int:
    """Serve until nobody but the demo's friends has been here for a while, or a signal comes."""
    os.umask(0o077)
    data_dir: Path = arguments.data.absolute()
    DataDir(data_dir).make()
    log_to(RotatingFileHandler(data_dir / "backend.log", maxBytes=_LOG_MAX_BYTES, backupCount=1))
    asyncio.run(_serve(data_dir, arguments))
    return EXIT_OK


async def _serve(data_dir: Path, arguments: argparse.Namespace) -> None:
    from imtui.server.node.backend import Backend

    socket_dir = arguments.socket_dir or make_socket_dir(data_dir)
    joining = start_file(data_dir)
    joining.touch()
    end_lock = FileLock(joining)
    idleness = Idleness(arguments.start_grace, arguments.idle_grace)
    try:
        # Before the backend is ready: from then on others may ask it to end.
        with ending_signals() as ended:
            async with Backend(_config(data_dir, socket_dir, arguments)) as backend:
                announce(backend.address)
                await _attend(backend, idleness, joining, end_lock, ended)
    finally:
        _remove_empty(socket_dir)
        end_lock.release()


async def _attend(
    backend: "Backend",
    idleness: Idleness,
    joining: Path,
    end_lock: FileLock,
    ended: asyncio.Event,
) -> None:
    """Play the demo until it is time to end; then the lock is held, unless a signal came."""
    from imtui.demo.runner import Demo

    sign = partial(local_user_sig, backend.app_key)
    demo = Demo(backend.address.ws, backend.address.sdk_app_id, sign, Random())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(demo.run()), group.create_task(backend.wait_failed())]
        is_over = partial(_is_over, backend, demo, idleness, joining)
        await _until_end(is_over, idleness.look_interval, end_lock, ended)
        for task in tasks:
            task.cancel()


def _config(
    data_dir: Path, socket_dir: Path | None, arguments: argparse.Namespace
) -> "BackendConfig":
    from imtui.server.node.backend import BackendConfig

    return BackendConfig(
        data_dir=data_dir,
        host="127.0.0.1",
        port=arguments.port,
        rest_port=arguments.rest_port,
        unix_dir=socket_dir,
        heartbeat_timeout=arguments.heartbeat_timeout,
        befriend=are_friends,
    )


def _is_over(backend: "Backend", demo: "Demo", idleness: Idleness, joining: Path) -> bool:
    anybody = bool(backend.logged_in() - demo.connections())
    return idleness.is_over(time.monotonic(), anybody=anybody, touched=joining.stat().st_mtime_ns)


async def _until_end(
    is_over: Callable[[], bool], interval: float, end_lock: FileLock, ended: asyncio.Event
) -> None:
    """Return once a signal came, or nobody has been here for a while; then the lock is held."""
    while not ended.is_set():
        # Whoever starts or joins holds the lock; after it was taken, look again who came.
        if is_over() and end_lock.acquire(blocking=False):
            if is_over():
                return
            end_lock.release()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(interval):
                await ended.wait()


def _remove_empty(folder: Path | None) -> None:
    if folder is not None:
        with contextlib.suppress(OSError):
            folder.rmdir()
