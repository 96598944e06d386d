"""The signals that stop a process."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Yield an event that the first stop signal sets; a second one has its default effect."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32":
        numbers.append(signal.SIGHUP)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(*_: object) -> None:
        restore()
        loop.call_soon_threadsafe(ended.set)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield ended
    finally:
        restore()
