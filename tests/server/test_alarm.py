"""The alarm: asleep until the next deadline, and awake for an earlier one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from imtui.server.alarm import Alarm
from imtui.server.instant import Instant

TIMEOUT = 20.0
FAR = 3600.0


class Due:
    """One deadline on the loop's clock, and what the alarm makes of it."""

    def __init__(self) -> None:
        """Start with no deadline."""
        self.at: float | None = None
        self.asked = asyncio.Event()
        """Set when the next deadline is asked for."""
        self.carried_out = asyncio.Event()
        self.alarm = Alarm(self.now, self._next_due, self._carry_out)

    def now(self) -> Instant:
        """Return the present."""
        return Instant(asyncio.get_running_loop().time(), 0)

    def set(self, seconds: float) -> None:
        """Let something fall due in some seconds, and have the alarm look again."""
        self.at = self.now().monotonic + seconds
        self.alarm.look_again()
        self.asked.clear()

    async def is_asked(self) -> None:
        """Wait until the alarm asks by itself, before it falls asleep again."""
        async with asyncio.timeout(TIMEOUT):
            await self.asked.wait()

    async def is_carried_out(self) -> None:
        """Wait until what is due is carried out."""
        async with asyncio.timeout(TIMEOUT):
            await self.carried_out.wait()

    def _next_due(self, now: Instant) -> float | None:
        assert now.monotonic <= self.now().monotonic
        self.asked.set()
        return self.at

    def _carry_out(self) -> None:
        assert self.at is not None
        assert self.at <= self.now().monotonic
        self.at = None
        self.carried_out.set()


@asynccontextmanager
async def asleep() -> AsyncIterator[Due]:
    """Run an alarm that has fallen asleep."""
    due = Due()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(due.alarm.run())
        await due.is_asked()
        yield due
        running.cancel()


async def test_it_wakes_for_a_deadline_that_came_after_it_fell_asleep() -> None:
    async with asleep() as due:
        due.set(0.01)
        await due.is_carried_out()


async def test_it_wakes_for_a_deadline_that_is_earlier_than_the_one_it_waits_for() -> None:
    async with asleep() as due:
        due.set(FAR)
        await due.is_asked()
        due.set(0.01)
        await due.is_carried_out()


async def test_a_deadline_that_was_put_off_meanwhile_is_not_carried_out() -> None:
    async with asleep() as due:
        due.set(0.01)
        await due.is_asked()
        due.set(FAR)
        # It wakes for the one that it was waiting for, and finds another.
        await due.is_asked()
        assert not due.carried_out.is_set()
        due.set(0)
        await due.is_carried_out()


async def test_it_sleeps_on_if_nothing_is_due_or_only_something_later() -> None:
    async with asleep() as due:
        due.alarm.look_again()
        due.asked.clear()
        for _ in range(9):
            await asyncio.sleep(0)
        assert not due.asked.is_set()
        due.set(FAR)
        await due.is_asked()
        due.set(FAR + 1)
        for _ in range(9):
            await asyncio.sleep(0)
        assert not due.asked.is_set()


async def test_what_has_arrived_already_comes_before_what_is_due() -> None:
    """A process that was stopped finds both: who has spoken meanwhile is not silent."""
    async with asleep() as due:
        arrived: list[bool] = []
        due.set(0)

        def poll() -> None:
            asyncio.get_running_loop().call_soon(lambda: arrived.append(due.carried_out.is_set()))

        asyncio.get_running_loop().call_soon(poll)
        await due.is_carried_out()
        assert arrived == [False]
