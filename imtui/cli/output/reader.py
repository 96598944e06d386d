"""The reader of standard output."""

import asyncio
import contextlib
import os
import stat
import sys


async def wait_until_reader_is_gone() -> None:
    """Return when whoever reads standard output has closed it; never if that cannot be known."""
    # Without a descriptor that can be watched, the next line finds out.
    with contextlib.suppress(OSError, ValueError, NotImplementedError):
        descriptor = sys.stdout.fileno()
        if sys.platform == "linux":
            import select

            # Waiting for nothing tells of hang-ups only. tmux ends its writing to a socket at once,
            # and goes on reading.
            with select.epoll() as hang_up:
                hang_up.register(descriptor, 0)
                await _readable(hang_up.fileno())
            return
        # The end of a pipe that is written to becomes readable only when the other end is closed.
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            await _readable(descriptor)
            return
    await asyncio.Event().wait()


async def _readable(descriptor: int) -> None:
    readable = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
