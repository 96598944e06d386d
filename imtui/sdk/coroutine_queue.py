"""Running the coroutines of a listener in the background, one after the other."""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Coroutine
from contextvars import ContextVar
from typing import Any, Final

_log = logging.getLogger(__name__)

WAITING_MAX: Final = 10_000
"""The most coroutines that may wait in one queue; later ones are dropped."""

_CANCEL_TIMEOUT: Final = 1.0

_is_inside: Final = ContextVar("is_inside", default=False)
"""Whether the code is part of a coroutine in a queue."""


class CoroutineQueue:
    """Runs coroutines in their order; an error in one is logged and stops no other."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._waiting: deque[tuple[str, Coroutine[Any, Any, object]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._is_full = False

    @property
    def task(self) -> "asyncio.Task[None] | None":
        """Return the task that runs the coroutines, unless all are done."""
        return None if self._task is None or self._task.done() else self._task

    def add(self, name: str, coroutine: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine after those before it; ``name`` is for the log."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _log.error("No event loop runs that could run the listener's %s", name)
            coroutine.close()
            return
        if len(self._waiting) >= WAITING_MAX:
            if not self._is_full:
                self._is_full = True
                _log.error("A listener is too slow; its events are dropped, from %s on", name)
            coroutine.close()
            return
        self._waiting.append((name, coroutine))
        if self.task is None or self.task.get_loop() is not loop:
            self._task = loop.create_task(self._run(), name="imtui listener")

    def clear(self) -> None:
        """Drop the coroutines that have not begun."""
        while self._waiting:
            self._waiting.popleft()[1].close()

    async def _run(self) -> None:
        _is_inside.set(True)
        try:
            while self._waiting:
                await _run_logged(*self._waiting.popleft())
            self._is_full = False
        finally:
            self.clear()


async def finish(queues: Collection[CoroutineQueue], timeout: float) -> None:  # noqa: ASYNC109
    """Wait until the queues are empty, and cancel what is left after a while.

    Inside of a coroutine of any queue this returns at once, because it would wait for itself.

    Args:
        queues: The queues.
        timeout: How long to wait, in seconds.
    """
    tasks = {task for queue in queues if (task := queue.task) is not None}
    if not tasks or _is_inside.get():
        return
    try:
        _, late = await asyncio.wait(tasks, timeout=timeout)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        raise
    for task in late:
        task.cancel()
    if late:
        _log.error("A listener did not finish in time and was cancelled")
        await asyncio.wait(late, timeout=_CANCEL_TIMEOUT)


async def _run_logged(name: str, coroutine: Coroutine[Any, Any, object]) -> None:
    task = asyncio.current_task()
    try:
        await coroutine
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        is_cancelled = task is not None and task.cancelling() > 0
        if isinstance(error, asyncio.CancelledError) and is_cancelled:
            raise
        _log.exception("A listener failed in %s", name)
