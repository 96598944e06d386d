"""The signals that stop a process, or interrupt what it does."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, Final, TypeVar

_WAKE_EVERY: Final = 0.5

T = TypeVar("T")


@contextlib.contextmanager
def stop_signals(*, hang_up: bool = True) -> Iterator[asyncio.Event]:
    """Yield an event that the first stop signal sets; a second one has its default effect.

    Args:
        hang_up: Whether SIGHUP, which a closed terminal sends, is a stop signal.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        # Ctrl-Break, and the end of the console.
        numbers.append(signal.SIGBREAK)
    elif hang_up:
        numbers.append(signal.SIGHUP)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(*_: object) -> None:
        restore()
        loop.call_soon_threadsafe(ended.set)

    before = {number: signal.signal(number, end) for number in numbers}
    try:
        with _awake():
            yield ended
    finally:
        restore()


@contextlib.contextmanager
def _awake() -> Iterator[None]:
    """Let the event loop look for signals now and then: on Windows, none ends its wait."""
    if sys.platform != "win32":
        yield
        return
    loop = asyncio.get_running_loop()

    def wake() -> None:
        timers[:] = [loop.call_later(_WAKE_EVERY, wake)]

    timers: list[asyncio.TimerHandle] = []
    wake()
    try:
        yield
    finally:
        timers[0].cancel()


@contextlib.contextmanager
def reload_signal() -> Iterator[asyncio.Event]:
    """Yield an event that each SIGHUP sets; after the context, SIGHUP is ignored for good."""
    asked = asyncio.Event()
    if sys.platform == "win32":
        yield asked
        return
    loop = asyncio.get_running_loop()

    def ask(*_: object) -> None:
        loop.call_soon_threadsafe(asked.set)

    signal.signal(signal.SIGHUP, ask)
    try:
        yield asked
    finally:
        # Also while the process ends, the default effect would kill it.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def run_async(
    main: Coroutine[Any, Any, T],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> T:
    """Run a coroutine as ``asyncio.run`` does; a Ctrl-C counts even if it awaited nothing more.

    Args:
        main: The coroutine.
        loop_factory: Makes the event loop; None for asyncio's own.

    Raises:
        KeyboardInterrupt: Ctrl-C.
    """

    async def run() -> T:
        try:
            return await main
        finally:
            if _is_interrupted():
                raise asyncio.CancelledError

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(run())


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt at once, while an event loop is blocked and delays it."""
    if _is_interrupted():
        raise KeyboardInterrupt
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_interrupted() -> bool:
    # The loop has only marked the task, and would tell it at its next await.
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0
