"""Losing the connection and reconnecting, in virtual time over a real socket."""

import asyncio
from typing import Any

import pytest

from imtui.protocol.limits import CALLS_UNDER_WAY_MAX
from imtui.sdk import IMError, LoginStatus, UserStatusType
from imtui.sdk.link.suspension import TICK
from tests.sdk.fake_backend import (
    SILENCE,
    Peer,
    Refusal,
    client_of,
    fake_backend,
    status,
    wall_clock,
)
from tests.sdk.recorder import Recorder, recorded_client
from tests.sdk.virtual_time import VirtualTimeLoop, in_virtual_time

ONLINE = UserStatusType.ONLINE
OFFLINE = UserStatusType.OFFLINE


def now() -> float:
    return asyncio.get_running_loop().time()


def silent(peer: Peer, params: dict[str, Any]) -> Any:
    return SILENCE


def refuse(code: int) -> Any:
    def handler(peer: Peer, params: dict[str, Any]) -> Any:
        raise Refusal(code)

    return handler


@in_virtual_time
async def test_a_lost_connection_is_reported_at_once_and_resumed() -> None:
    async with recorded_client() as (fake, client, recorder):
        fake.peer.cut()
        await recorder.saw("statuses", 2)
        assert recorder.names == ["statuses", "scheduled", "connecting", "connected", "statuses"]
        assert recorder.texts("alice") == [(OFFLINE, ""), (ONLINE, "")]
        assert recorder.events[1] == ("scheduled", 0.5)
        params = [peer.requests[0]["params"] for peer in fake.peers]
        assert [p["resume"] for p in params] == [False, True]
        assert params[0]["instanceID"] == params[1]["instanceID"]
        assert client.get_login_status() is LoginStatus.LOGINED


@in_virtual_time
async def test_delays_grow_while_there_is_no_backend() -> None:
    recorder = Recorder()
    async with fake_backend() as fake:
        client = client_of(fake)
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
    await recorder.saw("scheduled", 9)
    delays = [event[1] for event in recorder.events if event[0] == "scheduled"]
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert client.get_login_user() == "alice"
    assert not client.connected
    await client.close()


@in_virtual_time
async def test_only_a_stable_connection_resets_the_delays() -> None:
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        client.add_im_sdk_listener(recorder)
        await client.login("alice", "sig")
        for times in (2, 3):
            fake.peer.cut()
            await recorder.saw("connected", times)
        await asyncio.sleep(11)
        fake.peer.cut()
        await recorder.saw("connected", 4)
        assert [event[1] for event in recorder.events if event[0] == "scheduled"] == [0.5, 1.0, 0.5]


@in_virtual_time
async def test_reconnect_now_does_not_wait() -> None:
    async with recorded_client() as (fake, client, recorder):
        fake.handlers["login"] = refuse(70500)
        fake.peer.cut()
        await recorder.until(lambda r: ("scheduled", 30.0) in r.events)
        fake.handlers["login"] = lambda peer, params: fake.login_answer(params)
        before = now()
        client.reconnect_now()
        await recorder.saw("connected")
        assert now() - before < 1


@in_virtual_time
async def test_a_heartbeat_goes_out_every_interval() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        before = now()
        await fake.asked("heartbeat", 4)
        assert now() - before == pytest.approx(100, abs=1)
        assert len(fake.peers) == 1


@in_virtual_time
async def test_a_silent_backend_is_noticed_by_its_missing_answer() -> None:
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["heartbeat"] = silent
        client.add_im_sdk_listener(recorder)
        await client.login("alice", "sig")
        await recorder.synced()
        recorder.clear()
        fake.peer.socket.transport.pause_reading()
        before = now()
        await recorder.saw("scheduled")
        assert now() - before == pytest.approx(35, abs=0.5)
        assert recorder.texts("alice") == [(OFFLINE, "")]
        fake.peer.cut()
        del fake.handlers["heartbeat"]
        await recorder.saw("connected")


@pytest.mark.parametrize("interval", [0, -5, 1e300])
@in_virtual_time
async def test_an_absurd_heartbeat_interval_is_bounded(interval: float) -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        fake.heartbeat_interval = interval
        await client.login("alice", "sig")
        before = now()
        await fake.asked("heartbeat", 2)
        assert 0.05 <= now() - before <= 51


@in_virtual_time
async def test_a_heartbeat_that_finds_no_login_reconnects() -> None:
    recorder = Recorder()
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["heartbeat"] = refuse(6014)
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
        fake.handlers["login"] = refuse(6208)
        await recorder.saw("kicked")
        assert recorder.count("failed") == 0


@in_virtual_time
async def test_a_refused_heartbeat_is_a_sign_of_life() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["heartbeat"] = refuse(-32601)
        await client.login("alice", "sig")
        await fake.asked("heartbeat", 3)
        assert len(fake.peers) == 1


@in_virtual_time
async def test_a_shut_lid_sends_a_heartbeat_at_once() -> None:
    asleep = 0.0
    async with fake_backend() as fake:
        client = client_of(fake, wall_clock=lambda: wall_clock() + asleep)
        await client.login("alice", "sig")
        await asyncio.sleep(3)
        assert fake.methods() == ["login"]
        asleep = 3600.0
        before = now()
        await fake.asked("heartbeat")
        assert now() - before <= TICK + 0.5
        await client.close()


@in_virtual_time
async def test_a_lid_opened_while_waiting_reconnects_at_once() -> None:
    asleep = 0.0
    recorder = Recorder()
    async with fake_backend() as fake:
        client = client_of(fake, wall_clock=lambda: wall_clock() + asleep)
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
        fake.handlers["login"] = refuse(70500)
        fake.peer.cut()
        await recorder.until(lambda r: ("scheduled", 30.0) in r.events)
        fake.handlers["login"] = lambda peer, params: fake.login_answer(params)
        asleep = 3600.0
        before = now()
        await recorder.saw("connected")
        assert now() - before <= TICK + 0.5
        await client.close()


@in_virtual_time
async def test_a_stopped_process_does_not_blame_the_backend_for_the_gap() -> None:
    recorder = Recorder()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)

    def stopped_meanwhile(peer: Peer, params: dict[str, Any]) -> Any:
        if len(peer.requests) == 2:
            loop.jump(60)
        return {}

    async with fake_backend() as fake, client_of(fake) as client:
        fake.handlers["heartbeat"] = stopped_meanwhile
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
        await fake.asked("heartbeat", 3)
        assert recorder.events == []


@in_virtual_time
async def test_a_call_while_away_waits_for_the_connection() -> None:
    async with recorded_client() as (fake, client, recorder):
        fake.peer.cut()
        await recorder.saw("scheduled")
        await client.set_self_status("back")
        assert "setSelfStatus" in fake.methods()


@in_virtual_time
async def test_a_call_while_away_fails_in_its_time() -> None:
    recorder = Recorder()
    async with fake_backend() as fake:
        client = client_of(fake)
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
    await recorder.saw("scheduled")
    before = now()
    with pytest.raises(IMError) as error:
        await client.set_self_status("x")
    assert error.value.code == 9508
    assert now() - before == pytest.approx(10, abs=0.5)
    await client.close()


@in_virtual_time
async def test_a_pending_call_fails_when_the_connection_is_lost() -> None:
    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", "sig")
        fake.handlers["setSelfStatus"] = silent
        call = asyncio.create_task(client.set_self_status("x"))
        await fake.asked("setSelfStatus")
        before = now()
        fake.peer.cut()
        with pytest.raises(IMError) as error:
            await call
        assert error.value.code == 9520
        assert now() - before < 1


@pytest.mark.parametrize(
    ("code", "event"),
    [
        (6208, ("kicked",)),
        (70001, ("expired",)),
        (6206, ("expired",)),
        (70009, ("expired",)),
        (70107, ("failed", 70107)),
    ],
)
@in_virtual_time
async def test_a_final_refusal_ends_the_reconnects(code: int, event: tuple[Any, ...]) -> None:
    async with recorded_client() as (fake, client, recorder):
        fake.handlers["login"] = refuse(code)
        fake.peer.cut()
        await recorder.saw(event[0])
        await asyncio.sleep(120)
        assert recorder.events[-1] == event
        assert recorder.count(event[0]) == 1
        assert len(fake.peers) == 2
        assert client.get_login_status() is LoginStatus.LOGOUT
        with pytest.raises(IMError) as error:
            await client.set_self_status("x")
        assert error.value.code == 6014


@pytest.mark.parametrize(
    ("close_code", "event"),
    [
        (4001, ("kicked",)),
        (4003, ("failed", 6014)),
        (1009, ("failed", 9522)),
        (1003, ("failed", 6017)),
    ],
)
@in_virtual_time
async def test_a_final_close_ends_the_session(close_code: int, event: tuple[Any, ...]) -> None:
    async with recorded_client() as (fake, client, recorder):
        await fake.peer.socket.close(close_code)
        await recorder.saw(event[0])
        await asyncio.sleep(120)
        assert recorder.events[-1] == event
        assert len(fake.peers) == 1
        assert client.get_login_user() is None


@in_virtual_time
async def test_a_session_taken_over_by_its_own_late_login_comes_back() -> None:
    async with recorded_client() as (fake, client, recorder):
        fake.handlers["login"] = silent
        fake.peer.cut()
        await fake.asked("login", index=1)
        fake.handlers["login"] = lambda peer, params: fake.login_answer(params)
        await recorder.saw("connected")
        await fake.peer.socket.close(4001)
        await recorder.saw("connected", 2)
        assert client.get_login_user() == "alice"
        # Too late for a login of this session: another one took it over.
        await asyncio.sleep(40)
        await fake.peer.socket.close(4001)
        await recorder.saw("kicked")
        assert client.get_login_user() is None


@pytest.mark.parametrize("close_code", [1000, 1001, 1011, 4002, 4567])
@in_virtual_time
async def test_other_closes_are_followed_by_a_reconnect(close_code: int) -> None:
    async with recorded_client() as (fake, _client, recorder):
        await fake.peer.socket.close(close_code)
        await recorder.saw("connected")


@in_virtual_time
async def test_a_new_user_sig_is_made_for_each_attempt() -> None:
    made: list[str] = []

    def make() -> str:
        made.append(f"sig {len(made)}")
        return made[-1]

    async with fake_backend() as fake, client_of(fake) as client:
        await client.login("alice", make)
        fake.peer.cut()
        await fake.connected(2)
        await fake.asked("login", index=1)
        assert [peer.requests[0]["params"]["userSig"] for peer in fake.peers] == made


@in_virtual_time
async def test_closing_while_reconnecting_ends_it() -> None:
    recorder = Recorder()
    async with fake_backend() as fake:
        client = client_of(fake)
        await client.login("alice", "sig")
        client.add_im_sdk_listener(recorder)
        fake.peer.cut()
        await recorder.saw("scheduled")
        call = asyncio.create_task(client.set_self_status("x"))
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(IMError) as error:
            await call
        assert error.value.code == 6014
        await asyncio.sleep(60)
        assert len(fake.peers) == 1


@in_virtual_time
async def test_pushes_before_the_answer_to_the_login_are_ignored() -> None:
    recorder = Recorder()

    async def login(peer: Peer, params: dict[str, Any]) -> Any:
        await peer.push("onUserStatusChanged", {"userStatusList": [status("bob", 1)]})
        await peer.push("onKickedOffline", {})
        return fake.login_answer(params)

    async with fake_backend() as fake, client_of(fake) as client:
        client.add_im_sdk_listener(recorder)
        fake.handlers["login"] = login
        await client.login("alice", "sig")
        assert recorder.texts("bob") == []
        assert client.get_login_user() == "alice"


@in_virtual_time
async def test_a_few_calls_are_under_way_and_the_others_wait_for_their_turn() -> None:
    async with recorded_client() as (fake, client, _recorder):
        fake.handlers["setSelfStatus"] = silent

        async def answer(number: int) -> None:
            asked = [one for one in fake.peer.requests if one["method"] == "setSelfStatus"]
            await fake.peer.send({"jsonrpc": "2.0", "id": asked[number]["id"], "result": {}})

        most = CALLS_UNDER_WAY_MAX
        calls = [asyncio.create_task(client.set_self_status(str(n))) for n in range(most + 1)]
        await fake.asked("setSelfStatus", most)
        await asyncio.sleep(5.0)
        assert fake.methods().count("setSelfStatus") == most
        await answer(0)
        await calls[0]
        await fake.asked("setSelfStatus", most + 1)
        await asyncio.sleep(9.0)
        # The time of an answer begins when the call is sent.
        await answer(most)
        await calls[most]
        outcomes = await asyncio.gather(*calls[1:most], return_exceptions=True)
        assert [one.code for one in outcomes if isinstance(one, IMError)] == [9520] * (most - 1)


@in_virtual_time
async def test_a_call_that_has_no_turn_in_time_is_not_sent() -> None:
    async with recorded_client() as (fake, client, recorder):
        fake.handlers["setSelfStatus"] = silent
        many = 3 * CALLS_UNDER_WAY_MAX
        calls = [client.set_self_status(str(n)) for n in range(many)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        codes = [one.code for one in outcomes if isinstance(one, IMError)]
        sent = fake.methods().count("setSelfStatus")
        assert CALLS_UNDER_WAY_MAX <= sent <= 2 * CALLS_UNDER_WAY_MAX
        assert sorted(codes) == [9508] * (many - sent) + [9520] * sent
        # That the client waits for itself is no reason to give up the connection.
        assert "scheduled" not in recorder.names
