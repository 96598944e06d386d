"""The demo on a real backend."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from imtui.demo import script
from imtui.demo.cast import CAST, are_friends
from imtui.demo.runner import Demo, instance_id
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMSDKListener, SelfDevice, UserStatus, UserStatusType
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig

FRIENDS = {person.user_id for person in CAST if person.friend}


class Watch(IMSDKListener):
    """The statuses and devices that an account is notified of."""

    def __init__(self) -> None:
        self.statuses: dict[str, UserStatus] = {}
        self.devices: list[SelfDevice] = []
        self.seen: set[UserStatusType] = set()
        self._changed = asyncio.Event()

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        self.statuses |= {status.user_id: status for status in statuses}
        self.seen |= {status.status_type for status in statuses}
        self._changed.set()

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        self.devices = devices
        self._changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await self._changed.wait()
                self._changed.clear()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "_LIVELY_PAUSE", (0.001, 0.01))


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with Backend(BackendConfig(tmp_path / "d", befriend=are_friends)) as running:
        yield running


def signer(backend: Backend) -> Callable[[str], str]:
    key = backend.app_key
    return lambda user_id: sign(user_id, key.sdk_app_id, key.secret_key, 600)


def demo_on(backend: Backend, seed: int = 1) -> Demo:
    return Demo(backend.address.ws, backend.address.sdk_app_id, signer(backend), Random(seed))


@contextlib.asynccontextmanager
async def playing(demo: Demo) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(demo.run())
        yield
        task.cancel()


@contextlib.asynccontextmanager
async def person(backend: Backend, user_id: str, watch: Watch) -> AsyncIterator[IMClient]:
    async with IMClient(backend.address.ws, backend.address.sdk_app_id) as client:
        client.add_im_sdk_listener(watch)
        await client.login(user_id, partial(signer(backend), user_id))
        yield client


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is counted announces nothing
            await asyncio.sleep(0.01)


async def test_friends_change_status_and_strangers_are_not_shown(backend: Backend) -> None:
    watch = Watch()
    async with playing(demo_on(backend)), person(backend, "alice", watch) as client:
        await watch.until(lambda: watch.statuses.keys() - {"alice"} == FRIENDS)
        every = {UserStatusType.ONLINE, UserStatusType.OFFLINE, UserStatusType.UNLOGINED}
        await watch.until(lambda: watch.seen == every)
        await watch.until(lambda: any(status.custom_status for status in watch.statuses.values()))

        friends = {friend.user_id for friend in await client.get_friend_list()}
        assert friends == FRIENDS


async def test_connections_of_the_demo_are_counted(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "_LIVELY_PAUSE", (60.0, 61.0))
    demo, watch = demo_on(backend), Watch()
    async with playing(demo):
        await until(lambda: sum(demo.connections().values()) > len(CAST) + 5)
        await until(lambda: backend.logged_in() == demo.connections())

        async with person(backend, "alice", watch):
            # The first steps may still be under way and change the connections of the demo.
            await until(lambda: backend.logged_in() - demo.connections() == {"alice": 1})
        async with person(backend, "bob", watch):
            await watch.until(lambda: len(watch.devices) == 1)
            await until(lambda: backend.logged_in() - demo.connections() == {"bob": 1})

    await until(lambda: not backend.logged_in())
    assert not demo.connections()


async def test_a_user_logs_out_for_a_visitor_and_returns(backend: Backend) -> None:
    watch = Watch()
    demo_ids = {instance_id("bob", platform) for platform in CAST[1].platforms}

    def demo_is_here() -> bool:
        return any(device.instance_id in demo_ids for device in watch.devices)

    async with playing(demo_on(backend)), contextlib.AsyncExitStack() as stack:
        passive = await stack.enter_async_context(
            IMClient(backend.address.ws, backend.address.sdk_app_id)
        )
        passive.add_im_sdk_listener(watch)
        await passive.login("bob", partial(signer(backend), "bob"), passive=True)
        await watch.until(demo_is_here)

        async with person(backend, "bob", Watch()) as bob:
            await watch.until(lambda: [d.instance_id for d in watch.devices] == [bob.instance_id])
            await bob.set_self_status("It is me")
            await watch.until(lambda: watch.statuses["bob"].custom_status == "It is me")
            await bob.logout()

        await watch.until(demo_is_here)


async def test_a_visitor_from_before_the_start_is_not_disturbed(backend: Backend) -> None:
    watch = Watch()
    async with person(backend, "bob", watch) as bob, playing(demo_on(backend)):
        other = Watch()
        async with person(backend, "alice", other):
            await other.until(lambda: len(other.statuses) > 5)
        assert [device.instance_id for device in watch.devices] == [bob.instance_id]


async def test_a_lost_device_returns_with_the_same_id(backend: Backend) -> None:
    [dmitri] = [each for each in CAST if each.user_id == "dmitri"]
    watch = Watch()
    async with person(backend, "alice", watch):
        for _ in range(2):
            alone = Demo(
                backend.address.ws,
                backend.address.sdk_app_id,
                signer(backend),
                Random(2),
                cast=[dmitri],
            )
            async with playing(alone):
                # A lost device that never returned would keep the account OFFLINE.
                watch.seen.clear()
                await watch.until(lambda: UserStatusType.UNLOGINED in watch.seen)
                await watch.until(lambda: is_online(watch, "dmitri"))
            await watch.until(
                lambda: watch.statuses["dmitri"].status_type is UserStatusType.OFFLINE
            )


def is_online(watch: Watch, user_id: str) -> bool:
    """Return whether the last known status of a user is ONLINE."""
    return watch.statuses[user_id].status_type is UserStatusType.ONLINE


async def test_refused_logins_do_not_stop_the_demo(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    demo = Demo(backend.address.ws, backend.address.sdk_app_id, lambda _: "no UserSig", Random(1))

    async with playing(demo):
        await until(lambda: sum("LogIn" in line.message for line in caplog.records) > 20)
        await until(lambda: not demo.connections())

    assert not backend.logged_in()
