"""Waiting for one of several things."""

import asyncio

import pytest

from imtui.server.node.parts import until_either


async def test_the_others_are_cancelled_once_one_is_done() -> None:
    loop = asyncio.get_running_loop()
    first, second = loop.create_future(), loop.create_future()
    kept = loop.create_future()
    loop.call_soon(first.set_result, 1)
    assert await until_either(first, second, asyncio.shield(kept)) == {first}
    assert second.cancelled()
    assert not kept.cancelled()


async def test_the_error_of_what_failed_is_raised_and_nothing_is_left() -> None:
    loop = asyncio.get_running_loop()
    first, second = loop.create_future(), loop.create_future()
    loop.call_soon(first.set_exception, ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        await until_either(second, first)
    assert second.cancelled()


async def test_who_waits_may_be_cancelled() -> None:
    never = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(until_either(never))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    assert never.cancelled()
