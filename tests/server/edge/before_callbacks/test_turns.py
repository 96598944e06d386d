"""Turns of accounts in asking: bounded, fair, and given back on every way out."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.errors import ErrorCode, IMError
from imtui.server.edge.before_callbacks.turns import AT_ONCE, RESERVED, WAITING_MAX, Turns

AT_ONCE_SMALL, WAITING_SMALL, RESERVED_SMALL = 4, 2, 1


class Asking:
    """Callbacks of accounts, each under way until it is ended."""

    def __init__(self, *options: int) -> None:
        self.turns = Turns(*options)
        self.asked: list[str] = []
        """The accounts, in the order of their turns."""
        self.tasks: dict[asyncio.Task[None], str] = {}
        self._ends: dict[asyncio.Task[Any], asyncio.Event] = {}

    async def ask(self, user_id: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._ask(user_id))
        self.tasks[task] = user_id
        await settle()
        return task

    async def end(self, task: asyncio.Task[None]) -> None:
        self._ends[task].set()
        await settle()

    async def _ask(self, user_id: str) -> None:
        async with self.turns.take(user_id):
            self.asked.append(user_id)
            task = asyncio.current_task()
            assert task is not None
            end = self._ends[task] = asyncio.Event()
            try:
                await end.wait()
            finally:
                del self._ends[task]

    @property
    def under_way(self) -> list[asyncio.Task[Any]]:
        return list(self._ends)

    @property
    def waiting(self) -> list[asyncio.Task[None]]:
        return [task for task in self.tasks if not task.done() and task not in self._ends]


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def test_one_account_may_have_a_few_and_lets_the_others_in() -> None:
    asking = Asking()
    tasks = [await asking.ask("eve") for _ in range(AT_ONCE + WAITING_MAX)]
    assert len(asking.under_way) == AT_ONCE - RESERVED
    assert len(asking.waiting) == WAITING_MAX
    refused = [task for task in tasks if task.done()]
    assert len(refused) == RESERVED
    for task in refused:
        error = task.exception()
        assert isinstance(error, IMError)
        assert error.code == ErrorCode.ERR_SDK_COMM_API_CALL_FREQUENCY_LIMIT
        assert error.data["retryAfterMs"] > 0
    for number in range(RESERVED):
        await asking.ask(f"user-{number}")
    assert len(asking.under_way) == AT_ONCE
    last = await asking.ask("ann")
    assert last in asking.waiting
    await asking.end(tasks[0])
    assert last in asking.under_way
    for task in asking.tasks:
        task.cancel()


async def test_accounts_that_wait_take_turns() -> None:
    asking = Asking(1, 8, 0)
    first = await asking.ask("ann")
    for user_id in ("eve", "eve", "eve", "bob", "cid", "bob"):
        await asking.ask(user_id)
    await asking.end(first)
    while asking.under_way:
        await asking.end(asking.under_way[0])
    assert asking.asked == ["ann", "eve", "bob", "cid", "eve", "bob", "eve"]


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("ask"), st.sampled_from("abcde")),
            st.tuples(st.sampled_from(("end", "cancel", "end and cancel")), st.integers(0, 30)),
        ),
        max_size=60,
    )
)
def test_no_place_is_lost_or_given_twice(steps: list[tuple[str, Any]]) -> None:
    async def play() -> None:
        asking = Asking(AT_ONCE_SMALL, WAITING_SMALL, RESERVED_SMALL)
        for what, which in steps:
            if what == "ask":
                await asking.ask(which)
            elif what == "end" and asking.under_way:
                await asking.end(asking.under_way[which % len(asking.under_way)])
            elif what == "cancel":
                left = [task for task in asking.tasks if not task.done()]
                if left:
                    left[which % len(left)].cancel()
                    await settle()
            elif what == "end and cancel" and asking.under_way:
                # Whoever gets the turn is cancelled before it runs again.
                task = asking.under_way[which % len(asking.under_way)]
                task.cancel()
                await asyncio.sleep(0)
                for waiting in asking.waiting[:1]:
                    waiting.cancel()
                await settle()
            check(asking)
        while asking.under_way:
            await asking.end(asking.under_way[0])
        assert not asking.waiting
        for user_id in "vwxyz":
            await asking.ask(user_id)
        assert len(asking.under_way) == AT_ONCE_SMALL
        for task in asking.tasks:
            task.cancel()
        await asyncio.wait(asking.tasks)

    asyncio.run(play())


def check(asking: Asking) -> None:
    under_way = Counter(asking.tasks[task] for task in asking.under_way)
    waiting = Counter(asking.tasks[task] for task in asking.waiting)
    free = AT_ONCE_SMALL - under_way.total()
    assert free >= 0
    assert all(count <= WAITING_SMALL for count in waiting.values())
    for user_id in waiting:
        assert free <= (RESERVED_SMALL if under_way[user_id] else 0)


async def test_a_refused_request_leaves_nothing_behind() -> None:
    asking = Asking(1, 1, 0)
    first, second, third = [await asking.ask("eve") for _ in range(3)]
    with pytest.raises(IMError):
        await third
    await asking.end(first)
    await asking.end(second)
    assert (await asking.ask("eve")) in asking.under_way
    for task in asking.tasks:
        task.cancel()
