"""The SDK against the real backend, on free ports."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.usersig import sign
from imtui.sdk import (
    Backoff,
    ErrorCode,
    IMClient,
    IMError,
    LoginStatus,
    SubscriptionReason,
    UserStatusType,
)
from imtui.sdk.rest import RestClient
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.over_edges import new_backend
from tests.sdk.recorder import Recorder
from tests.sdk.relay import relay_to

ONLINE = UserStatusType.ONLINE
OFFLINE = UserStatusType.OFFLINE
UNLOGINED = UserStatusType.UNLOGINED
UNKNOWN = UserStatusType.UNKNOWN


@pytest.fixture
async def backend(tmp_path: Path, edges: int) -> AsyncIterator[Backend]:
    async with new_backend(BackendConfig(tmp_path / "data"), edges) as running:
        yield running


def sig_of(backend: Backend, user_id: str) -> str:
    return sign(user_id, backend.app_key.sdk_app_id, backend.app_key.secret_key)


@asynccontextmanager
async def device(
    backend: Backend, user_id: str, url: str = "", **options: Any
) -> AsyncIterator[tuple[IMClient, Recorder]]:
    """Give a client that is logged in, and the recorder of its events."""
    recorder = Recorder()
    options.setdefault("backoff", Backoff(0.02, 0.1))
    async with IMClient(url or backend.address.ws, backend.address.sdk_app_id, **options) as client:
        client.add_im_sdk_listener(recorder)
        await client.login(user_id, sig_of(backend, user_id))
        yield client, recorder


def rest_of(backend: Backend) -> RestClient:
    return RestClient(
        backend.address.rest,
        backend.address.sdk_app_id,
        "administrator",
        sig_of(backend, "administrator"),
    )


async def console(backend: Backend, **settings: str) -> None:
    await rest_of(backend).call("imtui_console/set", {"Settings": settings})


def last(user_id: str, *expected: Any) -> Callable[[Recorder], bool]:
    return lambda recorder: recorder.texts(user_id)[-1:] == [expected]


async def code_of(call: Any) -> int:
    with pytest.raises(IMError) as error:
        await call
    return int(error.value.code)


async def test_two_devices_of_a_user_see_each_others_changes(backend: Backend) -> None:
    async with (
        device(backend, "alice", device_name="desk") as (desk, _),
        device(backend, "alice", device_name="couch") as (_, couch),
    ):
        await desk.set_self_status("Listening to music")
        await couch.until(last("alice", ONLINE, "Listening to music"))
        status = couch.events[-1][1][-1]
        assert (status.changed_by.device_name, status.changed_by.instance_id) == (
            "desk",
            desk.instance_id,
        )
        await couch.until(lambda r: any(len(e[1]) == 2 for e in r.events if e[0] == "devices"))


async def test_friends_and_subscribers_are_notified(backend: Backend) -> None:
    async with (
        device(backend, "alice") as (alice, _),
        device(backend, "bob") as (_, bob),
        device(backend, "carol") as (carol, watcher),
    ):
        await alice.add_friend("bob")
        await bob.saw("friends added")
        await carol.subscribe_user_status(["alice"])
        await alice.set_self_status("busy")
        await bob.until(last("alice", ONLINE, "busy"))
        await watcher.until(last("alice", ONLINE, "busy"))
        assert [f.user_id for f in await alice.get_friend_list()] == ["bob"]
        assert (await carol.get_subscriptions()).user_id_list == ["alice"]
        await carol.unsubscribe_user_status(None)
        await watcher.saw("subscriptions", 2)
        await alice.delete_from_friend_list(["bob"])
        await bob.saw("friends deleted")
        await alice.logout()
        assert (await carol.get_user_status(["alice"]))[0].status_type is UNLOGINED


async def test_refusals_carry_the_backends_code(backend: Backend) -> None:
    async with device(backend, "alice") as (alice, _):
        assert await code_of(alice.set_self_status("x" * 101)) == 6017
        assert await code_of(alice.get_user_status(["nobody"])) == 70107
        await console(backend, user_status="off")
        assert await code_of(alice.subscribe_user_status(["bob"])) == 72001
        await console(backend, user_status="on", edition="standard")
        assert await code_of(alice.get_user_status(["bob"])) == 7013
    client = IMClient(backend.address.ws, backend.address.sdk_app_id)
    assert await code_of(client.login("alice", "rubbish")) == 70003
    assert await code_of(client.login("alice", sig_of(backend, "bob"))) == 70013


async def test_closing_makes_offline_and_logging_out_unlogined(backend: Backend) -> None:
    async with device(backend, "bob") as (bob, watcher):
        async with device(backend, "alice", instance_id="desk"):
            await bob.add_friend("alice")
        await watcher.until(last("alice", OFFLINE, ""))
        async with device(backend, "alice", instance_id="desk") as (alice, _):
            await alice.logout()
        await watcher.until(last("alice", UNLOGINED, ""))


async def test_a_passive_login_makes_nobody_online(backend: Backend) -> None:
    async with IMClient(backend.address.ws, backend.address.sdk_app_id) as client:
        await client.login("alice", sig_of(backend, "alice"), passive=True)
        assert (await client.get_user_status(["alice"]))[0].status_type is UNLOGINED
        assert await code_of(client.set_self_status("x")) == 7014


async def test_a_half_open_socket_is_taken_over_unnoticed(backend: Backend) -> None:
    async with (
        device(backend, "bob") as (bob, watcher),
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url) as (alice, recorder),
    ):
        await bob.add_friend("alice")
        await alice.set_self_status("busy")
        await watcher.until(last("alice", ONLINE, "busy"))
        watcher.clear()
        relay.drop_clients()
        await recorder.until(last("alice", OFFLINE, ""))
        await recorder.until(last("alice", ONLINE, "busy"))
        await alice.set_self_status("back")
        await watcher.until(last("alice", ONLINE, "back"))
        assert watcher.texts("alice") == [(ONLINE, "back")]
        assert backend.logged_in()["alice"] == 1


async def test_another_client_of_the_same_device_takes_over(backend: Backend) -> None:
    async with (
        device(backend, "alice", instance_id="same") as (first, recorder),
        device(backend, "alice", instance_id="same") as (second, _),
    ):
        await recorder.saw("kicked")
        assert first.get_login_status() is LoginStatus.LOGOUT
        assert recorder.count("scheduled") == 0
        await second.set_self_status("mine")


async def test_a_device_kicked_while_away_does_not_come_back(backend: Backend) -> None:
    await console(backend, login_policy="single")
    async with (
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url) as (away, recorder),
    ):
        relay.freeze()
        async with device(backend, "alice") as (here, _):
            relay.drop_clients()
            await recorder.saw("kicked")
            assert recorder.count("failed") == 0
            assert away.get_login_user() is None
            await here.set_self_status("mine")
            assert recorder.count("kicked") == 1


async def test_a_kick_is_reported_at_once(backend: Backend) -> None:
    await console(backend, login_policy="single")
    async with device(backend, "alice") as (first, recorder), device(backend, "alice"):
        await recorder.saw("kicked")
        assert await code_of(first.set_self_status("x")) == ErrorCode.ERR_SDK_NOT_LOGGED_IN
        assert "scheduled" not in recorder.names


async def test_a_shut_lid_sends_a_heartbeat_long_before_its_time(backend: Backend) -> None:
    asleep = 0.0
    async with (
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url, wall_clock=lambda: time.time() + asleep),
    ):
        await asyncio.sleep(0)
        relay.client_spoke.clear()
        asleep = 3600.0
        async with asyncio.timeout(15):
            await relay.client_spoke.wait()


async def test_a_paused_backend_is_noticed_and_the_client_recovers(tmp_path: Path) -> None:
    config = BackendConfig(tmp_path / "data", settings={"heartbeat_timeout": 2.0})
    async with (
        Backend(config) as backend,
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url) as (alice, recorder),
    ):
        await alice.set_self_status("busy")
        await recorder.until(last("alice", ONLINE, "busy"))
        relay.freeze()
        await recorder.until(last("alice", OFFLINE, ""))
        await recorder.saw("connected", 2)
        await alice.set_self_status("back")
        await recorder.until(last("alice", ONLINE, "back"))


async def test_a_resync_reports_what_happened_meanwhile(backend: Backend) -> None:
    async with (
        device(backend, "bob") as (bob, _),
        device(backend, "eve") as (eve, _),
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url) as (alice, recorder),
    ):
        await alice.add_friend("bob")
        await alice.subscribe_user_status(["eve"])
        await recorder.saw("subscriptions")
        await alice.get_friend_list()
        await alice.get_subscriptions()
        await alice.get_user_status(["eve"])
        relay.freeze()
        await bob.set_self_status("while you were away")
        await bob.add_friend("eve")
        await eve.logout()
        recorder.clear()
        relay.drop()
        await recorder.until(last("bob", ONLINE, "while you were away"))
        await recorder.until(last("eve", UNLOGINED, ""))
        assert recorder.count("friends added") == recorder.count("friends deleted") == 0
        assert recorder.count("subscriptions") == 0


@pytest.mark.parametrize("earlier_starts", [0, 3])
async def test_revisions_may_grow_or_shrink_over_a_restart(
    tmp_path: Path, earlier_starts: int
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for _ in range(1 + earlier_starts):
        async with Backend(BackendConfig(first)):
            pass
    second.mkdir(mode=0o700)
    if earlier_starts == 0:
        second = first
    else:
        shutil.copy(first / "app_key.json", second / "app_key.json")
    async with Backend(BackendConfig(first)) as backend:
        port = int(backend.address.ws.rsplit(":", 1)[1])
        alice, recorder = IMClient(backend.address.ws, backend.address.sdk_app_id), Recorder()
        bob = IMClient(backend.address.ws, backend.address.sdk_app_id)
        alice.add_im_sdk_listener(recorder)
        await alice.login("alice", sig_of(backend, "alice"))
        await bob.login("bob", sig_of(backend, "bob"))
        await alice.subscribe_user_status(["bob"])
        await bob.set_self_status("before")
        await recorder.until(last("bob", ONLINE, "before"))
        revision = recorder.events[-1][1][-1].revision
        await bob.close()
        await recorder.until(last("bob", OFFLINE, ""))
    async with Backend(BackendConfig(second, port=port)) as backend:
        await recorder.saw("connected", 2)
        await bob.login("bob", sig_of(backend, "bob"))
        await alice.subscribe_user_status(["bob"])
        await bob.set_self_status("after")
        await recorder.until(last("bob", ONLINE, "after"))
        later = recorder.events[-1][1][-1].revision
        assert (later > revision) == (earlier_starts == 0)
        await alice.close()
        await bob.close()


async def test_cleared_subscriptions_are_reported_after_the_reconnect(
    tmp_path: Path,
) -> None:
    config = BackendConfig(tmp_path / "data", subscriptions_cleared_after=0.0)
    async with (
        Backend(config) as backend,
        device(backend, "bob"),
        relay_to(backend.address.ws) as relay,
        device(backend, "alice", relay.url, backoff=Backoff(60.0, 60.0)) as (alice, recorder),
        device(backend, "carol") as (carol, watcher),
    ):
        await carol.subscribe_user_status(["alice"])
        await alice.subscribe_user_status(["bob"])
        await recorder.saw("subscriptions")
        await alice.get_user_status(["bob"])
        relay.drop()
        await recorder.saw("scheduled")
        await watcher.until(last("alice", OFFLINE, ""))
        alice.reconnect_now()
        await recorder.until(
            lambda r: ("subscriptions", [], ["bob"], SubscriptionReason.RESYNC) in r.events
        )
        await recorder.until(last("bob", UNKNOWN, ""))


async def test_the_clients_of_a_backend_that_stops_come_back_at_the_other(
    tmp_path: Path, edges: int
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    async with new_backend(BackendConfig(first), edges):
        pass
    second.mkdir(mode=0o700)
    shutil.copy(first / "app_key.json", second / "app_key.json")
    users = [f"user{number}" for number in range(12)]
    async with (
        new_backend(BackendConfig(second), edges) as staying,
        device(staying, "watcher") as (watcher, recorder),
        AsyncExitStack() as clients,
    ):
        accounts = {"AccountList": [{"UserID": user} for user in users]}
        await rest_of(staying).call("im_open_login_svc/multiaccount_import", accounts)
        await watcher.subscribe_user_status(users)
        async with new_backend(BackendConfig(first), edges) as stopping:
            url = f"{stopping.address.ws},{staying.address.ws}"
            for user in users:
                await clients.enter_async_context(device(staying, user, url))
        for user in users:
            await recorder.until(last(user, ONLINE, ""))


async def test_a_unix_socket_works_like_a_port(tmp_path: Path, edges: int) -> None:
    sockets = tmp_path / "s"
    sockets.mkdir(mode=0o700)
    async with new_backend(BackendConfig(tmp_path / "data", unix_dir=sockets), edges) as backend:
        assert backend.address.ws.startswith("ws+unix:///")
        async with device(backend, "alice") as (alice, _):
            assert (await alice.get_user_status(["alice"]))[0].status_type is ONLINE
        await console(backend, user_status="off")


async def test_a_user_sig_that_expired_stops_the_reconnects(backend: Backend) -> None:
    key = backend.app_key
    expired = sign("alice", key.sdk_app_id, key.secret_key, 1, now=time.time() - 100)
    sigs = iter([sig_of(backend, "alice"), expired])
    recorder = Recorder()
    async with (
        relay_to(backend.address.ws) as relay,
        IMClient(relay.url, key.sdk_app_id, backoff=Backoff(0.02, 0.1)) as client,
    ):
        client.add_im_sdk_listener(recorder)
        await client.login("alice", lambda: next(sigs))
        relay.drop()
        await recorder.saw("expired")
        assert client.get_login_user() is None
        assert recorder.count("failed") == 0


async def test_switching_accounts_logs_the_first_out(backend: Backend) -> None:
    async with device(backend, "alice") as (client, _), device(backend, "bob") as (bob, _):
        await client.login("carol", sig_of(backend, "carol"))
        statuses = await bob.get_user_status(["alice", "carol"])
        assert [s.status_type for s in statuses] == [UNLOGINED, ONLINE]
