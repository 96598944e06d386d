"""The client's calls, against a backend whose behaviour the test defines."""

import asyncio
import gc
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol.limits import FRAME_MAX_BYTES
from imtui.sdk import (
    ErrorCode,
    FriendType,
    IMClient,
    IMError,
    IMSDKListener,
    LoginStatus,
    Platform,
    SubscriptionReason,
    UserStatusType,
)
from tests.sdk.fake_backend import (
    SILENCE,
    FakeBackend,
    Peer,
    Refusal,
    client_of,
    fake_backend,
    status,
)
from tests.sdk.recorder import Recorder, recorded_client
from tests.sdk.virtual_time import in_virtual_time

ONLINE = UserStatusType.ONLINE


def refuse(code: int, **data: Any) -> Any:
    def handler(peer: Peer, params: dict[str, Any]) -> Any:
        raise Refusal(code, data)

    return handler


def silent(peer: Peer, params: dict[str, Any]) -> Any:
    return SILENCE


async def code_of(call: Any) -> int:
    with pytest.raises(IMError) as error:
        await call
    return int(error.value.code)


async def test_login_sends_the_account_and_the_device() -> None:
    async with (
        fake_backend() as fake,
        client_of(fake, device_name="desk", platform=Platform.MAC, instance_id="me-1") as client,
    ):
        await client.login("alice", "sig", passive=True)
        assert fake.peer.requests[0]["params"] == {
            "sdkAppID": 1400000000,
            "userID": "alice",
            "userSig": "sig",
            "platform": "Mac",
            "instanceID": "me-1",
            "deviceName": "desk",
            "passive": True,
            "resume": False,
        }


async def test_the_handshake_offers_no_compression_and_names_no_origin() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        request = fake.peer.socket.request
        assert request is not None
        assert "Sec-WebSocket-Extensions" not in request.headers
        assert "Origin" not in request.headers


async def test_login_notifies_listeners_and_shows_in_the_client() -> None:
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        client.add_im_sdk_listener(recorder)
        assert client.get_login_status() is LoginStatus.LOGOUT
        await client.login("alice", "sig")
        assert client.get_login_status() is LoginStatus.LOGINED
        assert client.get_login_user() == "alice"
        assert client.connected
        assert recorder.names == ["connecting", "connected", "statuses"]
        assert recorder.texts("alice") == [(ONLINE, "")]


async def test_listeners_see_the_client_in_the_reported_state() -> None:
    seen: list[tuple[str | None, LoginStatus, bool]] = []

    async with fake_backend() as fake, client_of(fake) as client:

        class Looking(IMSDKListener):
            def look(self) -> None:
                state = client.get_login_user(), client.get_login_status(), client.connected
                seen.append(state)

            on_connecting = on_connect_success = on_kicked_offline = look

        client.add_im_sdk_listener(Looking())
        await client.login("alice", "sig")
        await fake.peer.push("onKickedOffline", {})
        await fake.peer.socket.wait_closed()
    assert seen == [
        (None, LoginStatus.LOGINING, False),
        ("alice", LoginStatus.LOGINED, True),
        (None, LoginStatus.LOGOUT, False),
    ]


async def test_a_second_login_under_way_is_7501_and_another_account_logs_the_first_out() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        first = asyncio.create_task(client.login("alice", "sig"))
        await fake.connected(1)
        assert client.get_login_status() is LoginStatus.LOGINING
        assert client.get_login_user() is None
        assert await code_of(client.login("alice", "sig")) == 7501
        await first
        await client.login("alice", "other sig")
        assert len(fake.peers) == 1
        await client.login("bob", "sig")
        assert fake.methods(0) == ["login", "logout"]
        assert client.get_login_user() == "bob"


async def test_a_refused_login_gives_the_backends_code_and_leaves_nothing() -> None:
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        client.add_im_sdk_listener(recorder)
        fake.handlers["login"] = refuse(70009)
        assert await code_of(client.login("alice", "sig")) == 70009
        assert recorder.events == [("connecting",), ("failed", 70009)]
        assert client.get_login_status() is LoginStatus.LOGOUT
        assert len(asyncio.all_tasks()) <= 4
        del fake.handlers["login"]
        fake.handlers["login"] = lambda peer, params: fake.login_answer(params)
        await client.login("alice", "sig")


async def test_no_backend_is_9511() -> None:
    async with fake_backend() as fake:
        url = fake.url
    assert await code_of(IMClient(url, 1).login("alice", "sig")) == 9511
    assert await code_of(IMClient("ws+unix:///nowhere/ws.sock", 1).login("alice", "sig")) == 9511


@in_virtual_time
async def test_a_login_that_is_not_answered_ends_in_time() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["login"] = silent
        assert await code_of(client.login("alice", "sig")) == 9520


@in_virtual_time
async def test_a_handshake_that_is_not_answered_is_9510() -> None:
    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await code_of(IMClient(f"ws://127.0.0.1:{port}", 1).login("alice", "sig")) == 9510


async def test_tls_against_a_backend_without_it_fails_with_a_code() -> None:
    async with fake_backend() as fake:
        client = IMClient(fake.url.replace("ws:", "wss:"), 1, ssl=ssl.create_default_context())
        assert await code_of(client.login("alice", "sig")) == 9508


async def test_cancelling_a_login_leaves_nothing() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["login"] = silent
        login = asyncio.create_task(client.login("alice", "sig"))
        await fake.asked("login")
        login.cancel()
        with pytest.raises(asyncio.CancelledError):
            await login
        await fake.peer.socket.wait_closed()
        assert client.get_login_status() is LoginStatus.LOGOUT


async def test_closing_during_a_login_ends_it_with_6023() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["login"] = silent
        login = asyncio.create_task(client.login("alice", "sig"))
        await fake.asked("login")
        await client.logout()
        assert await code_of(login) == ErrorCode.ERR_LOGGED_OUT_BEFORE_LOGIN_FINISHED


async def test_closing_at_any_moment_of_a_login_ends_it_for_good() -> None:
    async with fake_backend() as fake:
        for steps in range(60):
            recorder = Recorder()
            client = client_of(fake)
            client.add_im_sdk_listener(recorder)
            login = asyncio.create_task(client.login("alice", "sig"))
            for _ in range(steps):
                await asyncio.sleep(0)
            closing = asyncio.create_task(client.close())
            await asyncio.sleep(0)
            before = list(recorder.events)
            await closing
            result = (await asyncio.gather(login, return_exceptions=True))[0]
            assert result is None or (isinstance(result, IMError) and result.code == 6023)
            assert recorder.events == before
            assert client.get_login_status() is LoginStatus.LOGOUT
            assert not client.connected


async def test_every_call_is_6014_without_a_login() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        for call in (
            client.set_self_status("x"),
            client.get_user_status(["bob"]),
            client.subscribe_user_status(["bob"]),
            client.unsubscribe_user_status(None),
            client.get_subscriptions(),
            client.add_friend("bob"),
            client.delete_from_friend_list(["bob"]),
            client.get_friend_list(),
            client.logout(),
        ):
            assert await code_of(call) == 6014


async def test_calls_carry_their_parameters() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        await client.set_self_status("busy", 99)
        await client.subscribe_user_status(("bob", "ann"))
        await client.unsubscribe_user_status(None)
        await client.add_friend("bob")
        await client.delete_from_friend_list(["bob"], FriendType.SINGLE)
        calls = [(r["method"], r["params"]) for r in fake.peer.requests[1:]]
        assert [call for call in calls if call[0] != "getConversationList"] == [
            ("setSelfStatus", {"customStatus": "busy", "expiresAt": 99}),
            ("subscribeUserStatus", {"userIDList": ["bob", "ann"]}),
            ("unsubscribeUserStatus", {"userIDList": None}),
            ("addFriend", {"userID": "bob"}),
            ("deleteFromFriendList", {"userIDList": ["bob"], "deleteType": 1}),
        ]


async def test_a_refusal_keeps_code_message_and_data() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        fake.handlers["getUserStatus"] = refuse(7008, retryAfterMs=1200)
        with pytest.raises(IMError) as error:
            await client.get_user_status(["bob"])
        assert (error.value.code, error.value.message) == (7008, "refused")
        assert error.value.data == {"retryAfterMs": 1200}


async def test_friend_lists_come_in_pages() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        pages = {"": (["a", "b"], "b"), "b": (["c"], None)}

        def page(peer: Peer, params: dict[str, Any]) -> Any:
            users, cursor = pages[params["cursor"]]
            infos = [{"userID": user, "userStatus": status(user)} for user in users]
            return {"friendInfoList": infos, "nextCursor": cursor}

        fake.handlers["getFriendList"] = page
        friends = await client.get_friend_list()
        assert [friend.user_id for friend in friends] == ["a", "b", "c"]
        fake.handlers["getFriendList"] = lambda peer, params: {
            "friendInfoList": [],
            "nextCursor": "again",
        }
        assert await code_of(client.get_friend_list()) == 6001


async def test_pushes_reach_listeners_once_for_each_batch() -> None:
    async with recorded_client() as (fake, _client, recorder):
        batch = [status("bob", 2), status("ann", 3)]
        device = {"instanceID": "i", "deviceName": "d", "platform": "Web", "loginTime": 5}
        info = {"userID": "bob", "userStatus": status("bob", 9)}
        await fake.peer.push("onUserStatusChanged", {"userStatusList": batch})
        await fake.peer.push("onUserStatusChanged", {"userStatusList": [status("bob", 1)]})
        await fake.peer.push("onSelfDevicesChanged", {"devices": [device]})
        await fake.peer.push(
            "onSubscriptionsChanged", {"added": ["bob"], "removed": [], "reason": "subscribed"}
        )
        await fake.peer.push("onFriendListAdded", {"friendInfoList": [info]})
        await fake.peer.push("onFriendListDeleted", {"userIDList": ["bob"]})
        await recorder.saw("friends deleted")
        assert recorder.names == [
            "statuses",
            "devices",
            "subscriptions",
            "friends added",
            "friends deleted",
        ]
        assert len(recorder.events[0][1]) == 2
        assert recorder.events[2] == (
            "subscriptions",
            ["bob"],
            [],
            SubscriptionReason.SUBSCRIBED,
        )


async def test_the_own_status_is_told_once_at_each_login() -> None:
    devices: tuple[str, Any] = ("onSelfDevicesChanged", {"devices": []})
    own: tuple[str, Any] = (
        "onUserStatusChanged",
        {"userStatusList": [status("alice"), status("bob")]},
    )
    async with fake_backend() as fake, client_of(fake) as client:
        recorder = Recorder()
        client.add_im_sdk_listener(recorder)
        # Without the repetition after the login, the same text set again is told all the same.
        for pushes, times in (([own, devices, own], 2), ([devices, own], 2), ([own], 1)):
            recorder.clear()
            await client.login("alice", "sig")
            for push in pushes:
                await fake.peer.push(*push)
            await fake.peer.push("onFriendListDeleted", {"userIDList": []})
            await recorder.saw("friends deleted")
            assert len(recorder.texts("alice")) == times
            assert len(recorder.texts("bob")) == pushes.count(own)
            await client.close()


@in_virtual_time
async def test_an_unanswered_call_is_9520_and_leaves_nothing() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        fake.handlers["setSelfStatus"] = silent
        assert await code_of(client.set_self_status("x")) == 9520
        assert pending(client) == 0


async def test_a_cancelled_call_leaves_nothing_and_its_answer_is_ignored() -> None:
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        client.add_im_sdk_listener(recorder)
        await client.login("alice", "sig")
        await recorder.synced()
        answer = asyncio.Event()

        async def later(peer: Peer, params: dict[str, Any]) -> Any:
            await answer.wait()
            return {}

        fake.handlers["setSelfStatus"] = later
        call = asyncio.create_task(client.set_self_status("x"))
        await fake.asked("setSelfStatus")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert pending(client) == 0
        answer.set()
        assert (await client.get_user_status(["bob"]))[0].user_id == "bob"


async def test_unsendable_parameters_are_refused_before_sending() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        assert await code_of(client.set_self_status("x" * FRAME_MAX_BYTES)) == 9522
        assert await code_of(client.set_self_status("\ud800")) == 6017
        assert await code_of(client.get_user_status("bob")) == 6017
        assert fake.methods() == ["login"]


async def test_close_leaves_without_logging_out_and_may_be_repeated() -> None:
    recorder = Recorder()
    async with fake_backend() as fake:
        client = client_of(fake)
        await client.close()
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
        await client.close()
        await client.close()
        await fake.peer.socket.wait_closed()
        assert fake.methods() == ["login"]
        assert fake.peer.socket.close_code == 1000
        assert recorder.events == []
        assert client.get_login_user() is None


async def test_logout_logs_out_and_closes() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        await client.logout()
        await fake.peer.socket.wait_closed()
        assert fake.methods() == ["login", "logout"]
        assert client.get_login_status() is LoginStatus.LOGOUT
        assert await code_of(client.set_self_status("x")) == 6014


async def test_a_connection_lost_right_after_the_logout_is_not_reported() -> None:
    async with recorded_client() as (fake, client, recorder):

        async def answer_and_go(peer: Peer, params: dict[str, Any]) -> Any:
            await peer.send({"jsonrpc": "2.0", "id": peer.requests[-1]["id"], "result": {}})
            await peer.push("onKickedOffline", {})
            peer.socket.transport.close()
            return SILENCE

        fake.handlers["logout"] = answer_and_go
        await client.logout()
        assert recorder.events == []


async def test_a_failed_logout_still_logs_out() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        fake.handlers["logout"] = refuse(70500)
        assert await code_of(client.logout()) == 70500
        assert client.get_login_user() is None
        await fake.peer.socket.wait_closed()


async def test_a_kick_logs_out_once_and_the_client_closes() -> None:
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        fake.handlers["setSelfStatus"] = silent
        call = asyncio.create_task(client.set_self_status("x"))
        await fake.asked("setSelfStatus")
        client.add_im_sdk_listener(recorder)
        await fake.peer.push("onKickedOffline", {})
        await recorder.saw("kicked")
        assert client.get_login_user() is None
        assert await code_of(client.set_self_status("x")) == 6014
        assert await code_of(call) == 9520
        await fake.peer.socket.wait_closed()
        assert recorder.names == ["kicked"]
        await client.login("alice", "sig")
        assert fake.methods() == ["login"]


async def test_a_user_sig_can_be_made_for_each_login() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", lambda: "made")
        assert fake.peer.requests[0]["params"]["userSig"] == "made"


async def test_a_user_sig_that_cannot_be_made_is_an_error_with_a_code() -> None:
    def broken() -> str:
        raise OSError("no key")

    async with fake_backend() as fake, client_of(fake) as client:
        assert await code_of(client.login("alice", broken)) == 6017


async def test_no_user_sig_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "very-secret-sig")
        fake.peer.cut()
    assert not [r for r in caplog.records if r.name.startswith("imtui") and "secret" in r.message]


def pending(client: IMClient) -> int:
    session = client._link._session
    assert session is not None
    return session.pending


def test_an_instance_id_is_random_unless_given() -> None:
    one, other = IMClient("ws://127.0.0.1:1", 1), IMClient("ws://127.0.0.1:1", 1)
    assert one.instance_id != other.instance_id
    assert IMClient("ws://127.0.0.1:1", 1, instance_id="x").instance_id == "x"
    with pytest.raises(IMError):
        IMClient("ws://127.0.0.1:1", 1, instance_id="a b")
    with pytest.raises(IMError):
        IMClient("ws://127.0.0.1:1", 1, device_name="\x1b[31m")


async def test_a_device_keeps_its_id_when_addresses_are_added(tmp_path: Path) -> None:
    ids = []
    for url in ("wss://a", "wss://a,wss://b", ["wss://a", "wss://c"], "wss://c,wss://a"):
        async with IMClient(url, 1, storage_dir=tmp_path) as client:
            ids.append(client.instance_id)
    assert ids[0] == ids[1] == ids[2] != ids[3]


def test_a_client_works_in_one_event_loop_after_another() -> None:
    closing = [True, False, True]
    clients: list[IMClient] = []

    async def once(is_closed: bool) -> None:
        async with fake_backend() as fake:
            if not clients:
                clients.append(client_of(fake))
            (client,) = clients
            client._link._options = client_of(fake)._link._options
            assert not client.connected
            assert client.get_login_user() is None
            recorder = Recorder()
            client.add_im_sdk_listener(recorder)
            await client.login("alice", "sig")
            await recorder.synced()
            client.queue_c2c_text_message("hello", "bob")
            await fake.asked("sendMessage")
            if is_closed:
                await client.close()
            client.remove_im_sdk_listener(recorder)

    for is_closed in closing:
        asyncio.run(once(is_closed))


async def test_a_user_sig_that_ends_as_cancelled_is_an_error_with_a_code() -> None:
    cancelled = asyncio.get_running_loop().create_future()
    cancelled.cancel()
    async with fake_backend() as fake, client_of(fake) as client:
        assert await code_of(client.login("alice", cancelled.result)) == 6017
        assert client.get_login_status() is LoginStatus.LOGOUT


async def test_a_cancelled_session_says_that_it_has_ended() -> None:
    async with recorded_client() as (fake, client, recorder):
        for task in asyncio.all_tasks():
            if task.get_name().startswith("imtui session"):
                task.cancel()
        await recorder.saw("failed")
        assert (client.get_login_user(), client.connected) == (None, False)
        assert recorder.texts("alice") == [(UserStatusType.OFFLINE, "")]
        await fake.peer.socket.wait_closed()
        await client.login("alice", "sig")


async def test_a_client_that_is_thrown_away_warns_and_is_closed() -> None:
    async with fake_backend() as fake:
        client = client_of(fake)
        await client.login("alice", "sig")
        with pytest.warns(ResourceWarning, match="unclosed"):
            del client
            gc.collect()
        await fake.peer.socket.wait_closed()
        assert fake.methods() == ["login"]


async def _logged_in(fake: FakeBackend, folder: Path | None) -> None:
    """Log in with a client that only the garbage collector can find afterwards."""
    client = client_of(fake, storage_dir=folder)
    await client.login("alice", "sig")
    cycle: list[object] = [client]
    cycle.append(cycle)


def _open_files(folder: Path) -> list[Path]:
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(descriptor.readlink())
    return [path for path in found if path.is_relative_to(folder)]


@pytest.mark.parametrize("is_stored", [False, True])
async def test_a_client_may_be_thrown_away_in_another_thread(
    is_stored: bool, tmp_path: Path
) -> None:
    async with fake_backend() as fake:
        with pytest.warns(ResourceWarning, match="unclosed"):
            await _logged_in(fake, tmp_path if is_stored else None)
            await asyncio.to_thread(gc.collect)
        await fake.peer.socket.wait_closed()
    assert _open_files(tmp_path) == []


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_client_may_be_thrown_away_in_another_thread_after_its_loop(
    is_stored: bool, tmp_path: Path
) -> None:
    async def log_in() -> None:
        async with fake_backend() as fake:
            await _logged_in(fake, tmp_path if is_stored else None)

    gc.disable()
    try:
        asyncio.run(log_in())
        with pytest.warns(ResourceWarning, match="unclosed"):
            collector = threading.Thread(target=gc.collect)
            collector.start()
            collector.join()
    finally:
        gc.enable()
    assert _open_files(tmp_path) == []


async def test_a_client_is_closed_when_its_loop_ends_in_that_moment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def ended(*_: object) -> None:
        raise RuntimeError("Event loop is closed")

    async with fake_backend() as fake:
        await _logged_in(fake, tmp_path)
        with monkeypatch.context() as patch, pytest.warns(ResourceWarning, match="unclosed"):
            patch.setattr(asyncio.get_running_loop(), "call_soon_threadsafe", ended)
            gc.collect()
        assert _open_files(tmp_path) == []


async def test_a_client_that_is_closed_or_never_logged_in_does_not_warn() -> None:
    async with fake_backend() as fake:
        fake.handlers["login"] = refuse(70009)
        assert await code_of(client_of(fake).login("alice", "sig")) == 70009
        client_of(fake)
        with pytest.raises(IMError):
            IMClient("nonsense", 1)
        with pytest.raises(IMError):
            IMClient(fake.url, 1, storage_dir="")
        fake.handlers["login"] = lambda peer, params: fake.login_answer(params)
        for leave in (IMClient.close, IMClient.logout):
            client = client_of(fake)
            await client.login("alice", "sig")
            await leave(client)
        del client
        gc.collect()
