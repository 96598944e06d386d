"""Processes whose event loops run in one virtual time: they can be stopped and killed."""

import asyncio
import heapq
import itertools
import math
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from random import Random
from typing import Any, Final, TypeVar, cast

from imtui.server.instant import Instant

TICK: Final = 2.0**-20
"""All times are multiples of it, in seconds, so that sums and differences are exact."""
WALL_START: Final = 1_800_000_000
"""The wall clock when the virtual time is 0, in Unix seconds."""
_TURNS_MAX: Final = 20_000
"""After so many turns without time passing, something is wrong."""

T = TypeVar("T")


class World:
    """The time, and all processes that share it."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.now = 1000.0
        self.processes: list[Process] = []
        self.wrong: list[str] = []
        """What was broken, with its time."""
        self.delivering: Any = None
        """The end of the connection whose bytes are being read."""
        self._turns = 0

    def blame(self, what: str) -> None:
        """Note that something is broken."""
        self.wrong.append(f"{self.now:.3f}: {what}")

    def delay(self, most: float) -> float:
        """Return a random delay of up to so many seconds."""
        return exact(self.random.random() * most)

    def run_until(self, until: float) -> None:
        """Let all processes run until a time, or until something is broken."""
        while not self.wrong:
            at, process = math.inf, None
            for one in self.processes:
                if (due := one.next_turn()) < at:
                    at, process = due, one
            if process is None or at > until:
                break
            self._turns = 0 if at > self.now else self._turns + 1
            if self._turns > _TURNS_MAX:
                raise RuntimeError(f"{process.name} never comes to rest")
            self.now = max(self.now, at)
            process.turn()
        self.now = max(self.now, until)

    def run_for(self, seconds: float) -> None:
        """Let all processes run for a time."""
        self.run_until(self.now + exact(seconds))


class Process:
    """One process: its event loop, its clocks, and what the system has for it.

    It has as much of an event loop as the code of edges and core needs.
    """

    def __init__(self, world: World, name: str, *, skew: float = 0.0, wall_skew: float = 0.0):
        """Start.

        Args:
            world: The time.
            name: For people.
            skew: How far ahead its monotonic clock is, in seconds.
            wall_skew: The same of its wall clock.
        """
        self.world = world
        self.name = name
        self.skew = exact(skew)
        self.wall_skew = wall_skew
        self._cpu = 0.0
        self.is_stopped = False
        self.is_dead = False
        self._soon: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._arrivals: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.loop = cast(asyncio.AbstractEventLoop, self)
        """The same for asyncio."""
        world.processes.append(self)

    # As the world sees it

    def clock(self) -> Instant:
        """Return its time."""
        wall = WALL_START + self.world.now + self.wall_skew
        return Instant(self.time(), int(wall * 1000))

    def cpu_clock(self) -> float:
        """Return the CPU time that it has used: a little more each time, and at times much more."""
        random = self.world.random.random()
        self._cpu += 0.0002 + (0.3 * random if random > 0.93 else 0.0)
        return self._cpu

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Run a coroutine, beside what it does already."""
        return self.create_task(coroutine)

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function as a part of this process, at once."""
        earlier = events._get_running_loop()
        events._set_running_loop(self.loop)
        try:
            return function(*args)
        finally:
            events._set_running_loop(earlier)

    def arrive(self, at: float, callback: Callable[[], None]) -> None:
        """Let the system have something for it at a time: it is handled first in a turn."""
        heapq.heappush(self._arrivals, (at, next(self._numbers), callback))

    def next_turn(self) -> float:
        """Return when it has something to do; infinite if never, as far as it knows."""
        if self.is_stopped:
            return math.inf
        if self._soon:
            return self.world.now
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        at = self._timers[0][0] - self.skew if self._timers else math.inf
        return min(at, self._arrivals[0][0]) if self._arrivals else at

    def turn(self) -> None:
        """Take one turn, as asyncio does: what the system has, then timers, then the rest."""
        now, time = self.world.now, self.time()
        while self._arrivals and self._arrivals[0][0] <= now:
            self.call_soon(heapq.heappop(self._arrivals)[2])
        while self._timers and self._timers[0][0] <= time:
            self._soon.append(heapq.heappop(self._timers)[2])
        self.call(self._run_soon)

    def end(self) -> None:
        """End it at once: nothing of it runs any more."""
        self.is_dead = True
        self.world.processes.remove(self)
        self._arrivals.clear()
        self._timers.clear()
        self._soon.clear()
        # Only so that Python does not complain: nobody sees what they still do.
        for task in self._tasks:
            task.cancel()
        for _ in range(20):
            self.turn()
        self._soon.clear()
        for task in self._tasks:
            # One that has not begun is not cancelled.
            cast(Coroutine[Any, Any, Any], task.get_coro()).close()

    def _run_soon(self) -> None:
        for _ in range(len(self._soon)):
            if self._soon:
                handle = self._soon.popleft()
                if not handle.cancelled():
                    handle._run()

    # As its own code and asyncio see it

    def time(self) -> float:
        return self.world.now + self.skew

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self.loop, context)
        self._soon.append(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        when = exact(when)
        handle = asyncio.TimerHandle(when, callback, args, self.loop, context)
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self.loop)

    def create_task(
        self,
        coro: Coroutine[Any, Any, T],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> "asyncio.Task[T]":
        task = asyncio.Task(coro, loop=self.loop, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self.is_dead:
            self.world.blame(f"{self.name}: {context.get('message')}: {context.get('exception')!r}")

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self.is_dead

    def is_closed(self) -> bool:
        return False

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Note nothing: cancelled timers are skipped."""


def new_process(world: World, name: str, wall_skew_max: float = 50.0) -> Process:
    """Start a process whose clocks are wrong by some time; the monotonic one begins anywhere."""
    random = world.random
    skew, wall_skew = (random.random() - 0.5) * 1000, (random.random() - 0.5) * 2 * wall_skew_max
    return Process(world, name, skew=skew, wall_skew=wall_skew)


def exact(seconds: float) -> float:
    """Return a time as the next multiple of a tick."""
    return math.ceil(seconds / TICK) * TICK
