"""The sweeper: asleep until the next deadline, and awake for an earlier one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from imtui.server.instant import Instant
from imtui.server.core.app import Timing
from imtui.server.core.logins.logins import Login
from imtui.server.core.service import IMService
from imtui.server.core.stored import StoredApp
from imtui.server.node.backend import present
from imtui.server.sweeper import Sweeper
from tests.server.memory_archive import MemoryArchive


@asynccontextmanager
async def sweeping(timing: Timing) -> AsyncIterator[tuple[IMService, Sweeper, asyncio.Event]]:
    service = IMService(StoredApp(start=1), present(), timing, archive=MemoryArchive())
    swept = asyncio.Event()
    sweeper = Sweeper(service, present, swept.set)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(sweeper.run())
        yield service, sweeper, swept
        running.cancel()


async def test_it_wakes_for_a_deadline_that_came_after_it_fell_asleep() -> None:
    async with sweeping(Timing(heartbeat_timeout=3600)) as (service, sweeper, swept):
        service.login(1, Login("alice", "laptop"), present())
        sweeper.look_again()
        service.set_self_status(1, "Lunch", present().unix_ms + 50, present())
        sweeper.look_again()
        async with asyncio.timeout(20):
            await swept.wait()
        assert service.get_user_status(1, ["alice"], present())[0].custom_status == ""


async def test_a_session_that_spoke_meanwhile_is_not_lost() -> None:
    async with sweeping(Timing(heartbeat_timeout=0.1)) as (service, sweeper, swept):
        service.login(1, Login("alice", "laptop"), present())
        sweeper.look_again()
        now = present()
        service.received(1, Instant(now.monotonic + 5, now.unix_ms))
        async with asyncio.timeout(20):
            await swept.wait()
        assert service.all_sessions() == [1]
        assert service.next_sweep(present()) == now.monotonic + 5 + 0.1
