"""Sleeps between heartbeats, which an alarm can end early."""

import asyncio

from imtui.sdk.link.keep_alive import Alarm
from tests.sdk.virtual_time import in_virtual_time


@in_virtual_time
async def test_an_alarm_ends_a_sleep_early() -> None:
    alarm = Alarm()
    loop = asyncio.get_running_loop()
    sleeping = asyncio.create_task(alarm.sleep(100))
    await asyncio.sleep(1)
    alarm.ring()
    await sleeping
    assert loop.time() < 2


@in_virtual_time
async def test_an_alarm_without_a_sleeper_does_not_shorten_the_next_sleep() -> None:
    alarm = Alarm()
    alarm.ring()
    before = asyncio.get_running_loop().time()
    await alarm.sleep(100)
    assert asyncio.get_running_loop().time() - before >= 100
