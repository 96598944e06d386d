"""A lone change in an idle system, from the call in one app to the callback in another.

Both ends use the SDK, in the process of the benchmark; the other connections are silent.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from time import perf_counter
from typing import Final

from imtui.protocol.status import UserStatus
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMSDKListener
from tests.benchmarks.figures import Figure
from tests.benchmarks.server.crowd import Crowd, new_tag
from tests.benchmarks.server.hosts import OurHost, imtui
from tests.benchmarks.server.setting import OURS, Setting, figure, folder_for, percentile_of
from tests.benchmarks.server.wires import PUBLISHER, text_of

_SECONDS: Final = 10.0


class _Watcher(IMSDKListener):
    """A listener that records the time of a status change."""

    def __init__(self) -> None:
        self._wanted = ""
        self._told: asyncio.Future[float]

    async def wait(self, text: str) -> float:
        """Return the time at which the listener gets a status with ``text``."""
        self._wanted = text
        self._told = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(_SECONDS):
            return await self._told

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        """Record the time if this is the expected status."""
        if statuses[-1].custom_status == self._wanted and not self._told.done():
            self._told.set_result(perf_counter())


class Lone:
    """One app that changes its status, and one that watches."""

    def __init__(self, host: OurHost) -> None:
        """Create both apps without connecting them."""
        self._key = host.key
        self._changing, self._watching = (
            IMClient(f"ws://{ip}:{port}", host.key.sdk_app_id)
            for ip, port in (host.addresses[-1], host.addresses[len(host.others) // 2])
        )
        self._watcher = _Watcher()

    async def connect(self) -> None:
        """Log both apps in, and subscribe."""
        for client, user in ((self._changing, PUBLISHER), (self._watching, "watcher")):
            await client.login(user, sign(user, self._key.sdk_app_id, self._key.secret_key))
        await self._watching.subscribe_user_status([PUBLISHER])
        self._watching.add_im_sdk_listener(self._watcher)

    async def change(self, every: float) -> float:
        """Wait ``every`` seconds, then change the status and return the milliseconds it took."""
        await asyncio.sleep(every)
        text = text_of(new_tag())
        told = asyncio.create_task(self._watcher.wait(text))
        await asyncio.sleep(0)
        began = perf_counter()
        await self._changing.set_self_status(text)
        return (await told - began) * 1000

    async def close(self) -> None:
        """Close both connections."""
        await self._watching.close()
        await self._changing.close()


async def _changes(host: OurHost, count: int, every: float) -> list[float]:
    """Return the time from call to callback of each change, in milliseconds."""
    lone = Lone(host)
    await lone.connect()
    try:
        return [await lone.change(every) for _ in range(count)]
    finally:
        await lone.close()


def measure(setting: Setting) -> Iterator[Figure]:
    """Measure single changes with pauses between them."""
    size = setting.size
    runs: list[Sequence[float]] = []
    with ExitStack() as stack:
        host = stack.enter_context(imtui(stack.enter_context(folder_for(OURS))))
        crowd = stack.enter_context(Crowd(host.address))
        crowd.arrive([host.wire.arrival(f"u{number}") for number in range(size.watchers)])
        for _ in range(size.runs):
            runs.append(asyncio.run(_changes(host, size.lone, size.lone_every)))
    results = {OURS: runs}
    name = f"a lone change, {size.watchers} connections, SDK to SDK"
    for percent, value_max in ((50, 5), (99, 20)):
        yield figure(
            f"{name}: p{percent}",
            "ms",
            results,
            percentile_of(percent),
            value_max=value_max,
        )
