"""Fill a backend with many messages by sending them, which works with any storage format."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

from tests.benchmarks.peers.imtui_serve import WireDevice
from tests.benchmarks.peers.quotas import lift_quotas
from tests.benchmarks.server.hosts import OurHost

_AT_ONCE: Final = 16
"""The number of conversations that are filled concurrently."""
_UNDER_WAY: Final = 256
"""The number of sends under way in each of them."""
_WITHIN: Final = 1200.0


class Talk(NamedTuple):
    """Messages from one account to another, which is offline."""

    sender: str
    receiver: str
    messages: int


def fill(host: OurHost, talks: Sequence[Talk]) -> None:
    """Register the accounts and send the messages; return when all messages are durable."""
    accounts = {user: () for talk in talks for user in (talk.sender, talk.receiver)}
    host.make_friends(accounts)
    asyncio.run(lift_quotas(host.rest_url, host.key))
    asyncio.run(_fill(host, talks))


async def _fill(host: OurHost, talks: Sequence[Talk]) -> None:
    waiting = iter(talks)

    async def send_some() -> None:
        for talk in waiting:
            await _send(host, talk)

    async with asyncio.timeout(_WITHIN), asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(send_some())


async def _send(host: OurHost, talk: Talk) -> None:
    device = await WireDevice.connect(host.url, host.key, talk.sender, talk.receiver)
    are_kept = asyncio.get_running_loop().create_future()

    def on_kept(number: int) -> None:
        if number + _UNDER_WAY <= talk.messages:
            device.send(number + _UNDER_WAY)
        if number == talk.messages:
            are_kept.set_result(None)

    device.on_kept = on_kept
    for number in range(1, min(_UNDER_WAY, talk.messages) + 1):
        device.send(number)
    await are_kept
    if (stored := await device.count_stored()) != talk.messages:
        raise RuntimeError(f"{talk.messages} messages were acknowledged, {stored} are stored")
    await device.close()
