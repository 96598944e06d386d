"""The witnesses tell what nobody should have noticed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.protocol.usersig import sign
from imtui.sdk import IMClient, IMSDKListener
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.checker.witnesses import SHOWN, Witnesses

TIMEOUT = 10.0


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with Backend(BackendConfig(tmp_path / "data")) as running:
        yield running


@pytest.fixture
async def witnesses(backend: Backend) -> AsyncIterator[Witnesses]:
    made = Witnesses()
    await made.start(backend.address.ws, backend.app_key)
    yield made
    await made.stop()


async def test_nothing_is_wrong_if_nothing_happens(witnesses: Witnesses) -> None:
    await witnesses.look("nothing")
    await witnesses.settle()
    assert (witnesses.wrong, witnesses.looks) == ([], 2)


async def test_a_cleared_text_is_told(backend: Backend, witnesses: Witnesses) -> None:
    key = backend.app_key
    async with IMClient(backend.address.ws, key.sdk_app_id) as client:
        await client.login(SHOWN, sign(SHOWN, key.sdk_app_id, key.secret_key))
        await client.set_self_status("")
        await witnesses.look("a fault")
    assert f"after a fault: the text of {SHOWN} was cleared" in witnesses.wrong


async def test_that_somebody_was_not_online_is_told(backend: Backend, witnesses: Witnesses) -> None:
    key, is_told = backend.app_key, asyncio.Event()

    class Listener(IMSDKListener):
        def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
            if statuses[-1].status_type is UserStatusType.UNLOGINED:
                is_told.set()

    witnesses.watchers[0].add_im_sdk_listener(Listener())
    await witnesses.shown.logout()
    # Watchers are told only of the last of several statuses that follow each other at once.
    async with asyncio.timeout(TIMEOUT):
        await is_told.wait()
    await witnesses.shown.login(SHOWN, sign(SHOWN, key.sdk_app_id, key.secret_key))
    await witnesses.look("a fault")
    assert f"after a fault: {SHOWN} was UNLOGINED" in witnesses.wrong


async def test_what_happens_while_they_are_excused_does_not_count(
    backend: Backend, witnesses: Witnesses
) -> None:
    acting = asyncio.create_task(witnesses.act())
    witnesses.excuse()
    await witnesses.shown.logout()
    user_sig = sign(SHOWN, backend.app_key.sdk_app_id, backend.app_key.secret_key)
    await witnesses.shown.login(SHOWN, user_sig)
    await witnesses.look("a fault")
    assert (witnesses.wrong, witnesses.looks) == ([], 0)
    await witnesses.come_back()
    await witnesses.look("nothing")
    acting.cancel()
    await asyncio.wait({acting})
    assert (witnesses.wrong, witnesses.looks) == ([], 2)


async def test_a_stale_list_is_told(witnesses: Witnesses) -> None:
    witnesses.kept[0].friends.add("nobody")
    witnesses.kept[1].subscribed.clear()
    await witnesses.settle()
    stale_friends, stale_subscriptions = witnesses.wrong
    assert "device 0 has stale friends" in stale_friends
    assert "device 1 has stale subscriptions" in stale_subscriptions
