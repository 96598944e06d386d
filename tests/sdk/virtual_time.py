"""An event loop whose clock jumps to the next timer instead of waiting for it."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")

_SETTLE = 0.01


class _JumpingSelector(selectors.DefaultSelector):
    """Waits briefly for data on real sockets, then skips the rest of the wait."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return super().select(5.0)
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(min(timeout, _SETTLE))
        if not ready:
            self.passed += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop in which hours pass at once."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed

    def jump(self, seconds: float) -> None:
        """Advance the clock at once, as if the process had been stopped."""
        self._jumping.passed += seconds


class _SocketlessSelector(selectors.DefaultSelector):
    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("Every task waits, and nothing will ever happen.")
        self.passed += max(timeout, 0.0)
        return []


class SocketlessLoop(asyncio.SelectorEventLoop):
    """An event loop in which time passes at once, and that fails if nothing can ever happen."""

    def __init__(self) -> None:
        self._selector_without_sockets = _SocketlessSelector()
        super().__init__(self._selector_without_sockets)

    def time(self) -> float:
        return self._selector_without_sockets.passed


def in_virtual_time(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an asynchronous test in an event loop of its own with virtual time."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run
