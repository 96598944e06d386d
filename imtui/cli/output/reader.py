"""The reader of standard output."""

import asyncio
import contextlib
import os
import socket
import stat
import sys


async def wait_until_reader_is_gone() -> None:
    """Return when whoever reads standard output has closed it; never if it is a file or terminal.

    The reader of a terminal goes away with SIGHUP.
    """
    # Without a descriptor that can be watched, the next line finds out.
    with contextlib.suppress(OSError, ValueError, NotImplementedError):
        descriptor = sys.stdout.fileno()
        mode = os.fstat(descriptor).st_mode
        # The end of a pipe that is written to becomes readable only when the other end is closed.
        if stat.S_ISFIFO(mode):
            await _readable(descriptor)
            return
        if stat.S_ISSOCK(mode):
            with socket.socket(fileno=os.dup(descriptor)) as output:
                await _wait_for_end(output)
            return
    await asyncio.Event().wait()


async def _wait_for_end(output: socket.socket) -> None:
    while True:
        await _readable(output.fileno())
        try:
            # What the reader may write is not for this command.
            if not output.recv(4096):
                return
        except ConnectionError:
            return


async def _readable(descriptor: int) -> None:
    readable = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
