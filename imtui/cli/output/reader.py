"""The reader of standard output."""

import asyncio
import contextlib
import os
import stat
import sys


async def wait_until_reader_is_gone() -> None:
    """Return when whoever reads standard output has closed it; never if it is no pipe."""
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()
    watched: int | None = None
    # Without a descriptor that can be watched, the next line finds out.
    with contextlib.suppress(OSError, ValueError, NotImplementedError):
        descriptor = sys.stdout.fileno()
        # The end of a pipe that is written to becomes readable only when the other end is closed.
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            loop.add_reader(descriptor, gone.set)
            watched = descriptor
    try:
        await gone.wait()
    finally:
        if watched is not None:
            loop.remove_reader(watched)
