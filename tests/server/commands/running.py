"""A backend in a thread of its own, for clients that know nothing of asyncio."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.over_edges import new_backend


@contextmanager
def running_backend(data_dir: Path, edges: int = 0) -> Iterator[Backend]:
    """Run a backend, with so many edges, for as long as the context lasts."""
    ready = threading.Event()
    found: list[Backend] = []
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        async with new_backend(BackendConfig(data_dir), edges) as backend:
            found.append(backend)
            ready.set()
            await ended.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(30)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(30)
        assert not thread.is_alive()
