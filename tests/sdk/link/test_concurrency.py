import asyncio

import pytest

from imtui.sdk.link.concurrency import first_of


async def says(what: str | None) -> str | None:
    return what


async def test_the_first_result_ends_the_other_steps() -> None:
    stopped = asyncio.Event()

    async def forever() -> str | None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return None

    assert await first_of(forever(), says(None), says("now")) == "now"
    assert stopped.is_set()


async def test_of_several_results_at_once_the_first_argument_counts() -> None:
    assert await first_of(says("one"), says("other")) == "one"


async def test_a_bug_in_a_step_is_not_hidden() -> None:
    async def fails() -> str | None:
        raise ZeroDivisionError

    async def forever() -> str | None:
        await asyncio.Event().wait()
        return None

    with pytest.raises(ExceptionGroup) as group:
        await first_of(forever(), fails())
    assert group.group_contains(ZeroDivisionError)
