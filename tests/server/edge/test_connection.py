"""Connections: which requests reach the core, and in which order they are answered."""

import asyncio
from typing import Any

import pytest
from msgspec import UNSET

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import encode_answer, encode_push
from imtui.protocol.limits import CONNECTION_HELD_MAX
from imtui.protocol.messages import CloseCode, Empty, Push
from imtui.protocol.rest.callback import OptPlatform
from imtui.protocol.status import Platform
from imtui.protocol.usersig import sign
from imtui.server.edge.before_callbacks.request_checks import Verdict
from imtui.server.edge.request_socket import QUEUE_MAX, REQUESTS_MAX
from imtui.server.node.backend import Backend
from tests.server.commands.test_rest import post
from tests.server.edge.talk import KEY, Checks, talking, turns
from tests.server.wire import ANSWER_TIMEOUT, wire


async def test_the_edge_answers_in_turn_with_the_core() -> None:
    async with talking() as talk:
        talk.login()
        talk.ask("getUserStatus", 1)
        talk.send("no JSON")
        talk.ask("getUserStatus", 2)
        talk.send("[]")
        talk.ask("login", 3, sdkAppID=1, userID="alice", userSig="wrong")
        assert talk.asked() == ["getUserStatus", "getUserStatus"]
        assert talk.got() == []
        talk.answer(1)
        assert talk.got() == [1, (None, -32700)]
        talk.answer(2)
        assert talk.got() == [2, (None, -32600), (3, 70003)]


async def test_a_heartbeat_is_answered_by_the_edge_as_long_as_nothing_is_under_way() -> None:
    async with talking() as talk:
        talk.ask("heartbeat", 1)
        assert talk.got() == [(1, 6014)]
        talk.login()
        talk.ask("heartbeat", 2)
        talk.send('{"jsonrpc": "2.0", "id": 3, "method": "heartbeat"}')
        talk.ask("heartbeat", UNSET)
        assert talk.got() == [2, 3]
        assert talk.asked() == []
        talk.edge.push((1,), encode_push(Push.KICKED_OFFLINE, Empty()), is_chat=False)
        talk.edge.login_changed(1, "", None)
        talk.edge.flush()
        talk.ask("heartbeat", 4)
        assert talk.got() == ["onKickedOffline", (4, 6014)]
        assert talk.metrics.ws.by_method["heartbeat"] == 5


async def test_a_heartbeat_with_parameters_is_for_the_core_to_judge() -> None:
    async with talking() as talk:
        talk.login()
        talk.ask("heartbeat", 1, x=1)
        assert talk.asked() == ["heartbeat"]


async def test_a_heartbeat_does_not_wait_for_the_answers_to_other_requests() -> None:
    async with talking() as talk:
        talk.login()
        talk.ask("sendMessage", 1, userID="bob", msgID="m", text="Hello")
        talk.ask("heartbeat", 2)
        assert talk.asked() == ["sendMessage"]
        assert talk.got() == [2]
        talk.answer(1)
        assert talk.got() == [1]


async def test_a_request_without_id_holds_nothing_up() -> None:
    async with talking() as talk:
        talk.login()
        for _ in range(2 * REQUESTS_MAX):
            talk.ask("setSelfStatus", UNSET, customStatus="busy")
        talk.ask("noSuchMethod", UNSET)
        assert len(talk.asked()) == 2 * REQUESTS_MAX + 1
        talk.ask("heartbeat", 1)
        assert talk.got() == [1]


async def test_a_wrong_usersig_does_not_reach_the_core() -> None:
    async with talking() as talk:
        # The UserSig is checked before other fields are read.
        talk.ask("login", 1, sdkAppID=KEY.sdk_app_id, userID="a", userSig="x", instanceID=5)
        assert talk.got() == [(1, 70003)]
        talk.ask("login", UNSET, sdkAppID=1)
        talk.ask("login", 2, sdkAppID="1")
        assert talk.got() == [(2, 6017)]
        assert talk.asked() == []
        talk.ask_login("alice")
        assert talk.asked() == ["login"]


async def test_who_calls_next_is_known_once_a_login_is_answered() -> None:
    async with talking() as talk:
        talk.ask_login("alice", 1)
        talk.ask("getUserStatus", 2)
        await turns()
        assert talk.asked() == ["login"]
        talk.answer(1)
        await turns()
        assert talk.asked() == ["getUserStatus"]
        assert talk.got() == [1]


@pytest.mark.parametrize("request_id", [1, UNSET], ids=["with an ID", "without"])
async def test_a_message_right_behind_its_login_is_asked_about(request_id: Any) -> None:
    checks = Checks()
    async with talking(checks) as talk:
        talk.ask_login("alice", request_id)
        talk.ask("sendMessage", 2, userID="bob", msgID="m", text="Hello")
        talk.ask("heartbeat", 3)
        await turns()
        assert (talk.asked(), checks.asked) == (["login"], [])
        talk.edge.answer(1, encode_answer(1, Empty()))
        talk.edge.login_changed(1, "alice", Platform.ANDROID)
        talk.edge.flush()
        await turns()
        assert talk.asked() == []
        ((sender, request),) = checks.asked
        assert (sender.user_id, sender.platform) == ("alice", OptPlatform.ANDROID)
        assert request.method == "sendMessage"
        checks.verdicts.put_nowait(Verdict(request))
        await turns()
        assert talk.asked() == ["sendMessage"]
        talk.answer(2)
        # A heartbeat waits for no answer.
        assert talk.got() == ([3, 2] if request_id is UNSET else [1, 3, 2])


async def test_a_message_behind_a_login_that_is_refused_is_refused_and_not_asked_about() -> None:
    checks = Checks()
    async with talking(checks) as talk:
        talk.ask_login("alice", 1)
        talk.ask("sendMessage", 2, userID="bob", msgID="m", text="Hello")
        talk.answer(1, error=IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND))
        await turns()
        assert talk.got() == [(1, 70107), (2, 6014)]
        assert (talk.asked(), checks.asked) == (["login"], [])


@pytest.mark.parametrize("request_id", [1, UNSET], ids=["with an ID", "without"])
async def test_what_comes_behind_a_logout_comes_from_nobody(request_id: Any) -> None:
    checks = Checks()
    async with talking(checks) as talk:
        talk.login()
        talk.ask("logout", request_id)
        talk.ask("sendMessage", 2, userID="bob", msgID="m", text="Hello")
        talk.ask("heartbeat", 3)
        await turns()
        assert talk.got() == []
        talk.edge.answer(1, encode_answer(1, Empty()))
        talk.edge.login_changed(1, "", None)
        talk.edge.flush()
        await turns()
        refused = [(2, 6014), (3, 6014)]
        assert talk.got() == (refused if request_id is UNSET else [1, *refused])
        assert (talk.asked(), checks.asked) == (["logout"], [])


async def test_what_the_app_refuses_replaces_or_drops_keeps_its_place() -> None:
    checks = Checks()
    async with talking(checks) as talk:
        talk.login()
        talk.ask("getUserStatus", 1)
        for number in (2, 3):
            talk.ask("sendMessage", number, userID="bob", msgID=str(number), text="Hello")
        talk.ask("getUserStatus", 4)
        await turns()
        assert talk.asked() == ["getUserStatus"]
        request = checks.asked[-1][1]
        refusal = IMError(ErrorCode.ERR_SVR_MSG_PUSH_DENY)
        checks.verdicts.put_nowait(Verdict(request, refusal))
        await turns()
        assert talk.got() == []
        request = checks.asked[-1][1]
        checks.verdicts.put_nowait(Verdict(request, is_dropped=True))
        await turns()
        assert talk.asked() == ["sendMessage", "getUserStatus"]
        assert talk.core.dropped == [request]
        talk.answer(1, 3, 4)
        assert talk.got() == [1, (2, 20006), 3, 4]


async def test_so_many_requests_are_under_way_and_the_others_wait() -> None:
    async with talking() as talk:
        talk.login()
        for number in range(3 * REQUESTS_MAX):
            talk.ask("getUserStatus", number)
        await turns()
        assert len(talk.asked()) == REQUESTS_MAX
        talk.ask("heartbeat", "beat")
        assert talk.got() == ["beat"]
        talk.answer(0)
        await turns()
        assert len(talk.asked()) == 1
        talk.answer(*range(1, REQUESTS_MAX + 1))
        await turns()
        assert len(talk.asked()) == REQUESTS_MAX
        talk.answer(*range(REQUESTS_MAX + 1, 2 * REQUESTS_MAX + 1))
        await turns()
        assert len(talk.asked()) == REQUESTS_MAX - 1


async def test_who_asks_too_far_ahead_is_not_read_from() -> None:
    async with talking() as talk:
        talk.login()
        sent = 0
        while talk.wire.is_read:
            talk.ask("getUserStatus", sent, userIDList=["x" * 1000])
            sent += 1
        assert len(talk.asked()) == REQUESTS_MAX
        assert talk.connection._queue_size < QUEUE_MAX + 2000
        for start in range(0, sent, REQUESTS_MAX):
            talk.answer(*range(start, min(start + REQUESTS_MAX, sent)))
            await turns()
        assert talk.wire.is_read
        assert len(talk.asked()) == sent - REQUESTS_MAX
        assert not talk.connection._queue_size


async def test_answers_of_the_edge_that_wait_count_as_well() -> None:
    async with talking() as talk:
        talk.login()
        talk.ask("getUserStatus", 1)
        for _ in range(2 * REQUESTS_MAX):
            talk.send("no JSON")
        talk.ask("getUserStatus", 2)
        await turns()
        assert talk.asked() == ["getUserStatus"]
        talk.answer(1)
        await turns()
        assert talk.got() == [1, *[(None, -32700)] * 2 * REQUESTS_MAX]
        assert talk.asked() == ["getUserStatus"]


async def test_who_takes_no_answers_is_served_no_more_until_they_do() -> None:
    async with talking() as talk:
        talk.login()
        talk.connection.pause_writing()
        sent = 0
        while talk.wire.is_read:
            talk.ask("heartbeat", sent)
            sent += 1
        await turns()
        assert talk.got() == []
        assert talk.connection.outbox.size < CONNECTION_HELD_MAX // 4
        talk.connection.resume_writing()
        await turns()
        assert talk.got() == list(range(sent))
        assert talk.wire.is_read


async def test_who_takes_no_pushes_is_served_all_the_same() -> None:
    async with talking() as talk:
        talk.login()
        talk.connection.pause_writing()
        for _ in range(100):
            talk.edge.push(
                (1,), encode_push(Push.KICKED_OFFLINE, Empty()) + bytes(20_000), is_chat=False
            )
            talk.edge.flush()
            talk.ask("setSelfStatus", UNSET, customStatus="busy")
        await turns()
        assert len(talk.asked()) == 100
        assert talk.connection.outbox.size < CONNECTION_HELD_MAX


async def test_the_end_of_a_connection_is_told_once_and_nothing_is_left() -> None:
    async with talking() as talk:
        talk.login()
        assert talk.metrics.connections == 1
        talk.ask("getUserStatus", 1)
        talk.connection.connection_lost(None)
        assert talk.core.lost_ones == [(1, False)]
        talk.answer(1)
        talk.edge.push((1,), b"{}", is_chat=False)
        talk.edge.flush()
        assert talk.got() == []
        assert talk.metrics.connections == 0
        assert not talk.connection._shared.connections
        assert (talk.edge.liveness.next_due(), talk.connection._login_timer) == (None, None)


async def test_a_connection_that_is_closed_for_silence_is_told_why() -> None:
    async with talking() as talk:
        talk.login()
        talk.edge.answer(1, encode_answer(1, Empty()))
        talk.edge.close(1, CloseCode.HEARTBEAT_MISSED, "no sign of life")
        talk.ask("getUserStatus", 2)
        assert talk.got() == [1, ("closed", 4002)]
        assert talk.asked() == []
        assert talk.connection._login_timer is None


async def test_it_waits_for_a_login_whenever_nobody_is_logged_in() -> None:
    async with talking(login_timeout=0.05) as talk:
        talk.login()
        assert talk.connection._login_timer is None
        talk.edge.login_changed(1, "", None)
        talk.edge.login_changed(1, "bob", Platform.LINUX)
        assert talk.connection._login_timer is None
        talk.edge.login_changed(1, "", None)
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await talk.core.has_lost.wait()
        assert talk.got() == [("closed", 4003)]
        assert talk.core.lost_ones == [(1, False)]


async def test_it_waits_on_while_the_core_has_not_answered_a_login() -> None:
    async with talking() as talk:
        first = talk.connection._login_timer
        talk.ask_login("alice", 1)
        talk.connection._end_wait()
        assert talk.got() == []
        assert talk.connection._login_timer is not first
        talk.answer(1, error=IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND))
        talk.connection._end_wait()
        assert talk.got() == [(1, 70107), ("closed", 4003)]


async def test_a_fault_of_the_core_ends_that_connection_only() -> None:
    faults: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context["exception"]))
    fault = RuntimeError("a fault of ours")

    def fail(*_: object, **__: object) -> float:
        raise fault

    async with talking() as talk:
        talk.login()
        talk.core.request = fail  # type: ignore[method-assign]
        talk.ask("getUserStatus", 1)
        assert faults == [fault]
        assert "abort" in talk.wire.happened
    loop.set_exception_handler(None)


async def test_who_is_kicked_is_told_stays_connected_and_may_log_in_again(
    backend: Backend,
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        kicked = await post(backend, "v4/im_open_login_svc/kick", {"UserID": "alice"})
        assert kicked["ErrorCode"] == 0
        assert await alice.push("onKickedOffline") == {}
        assert await alice.code("heartbeat") == 6014
        assert await alice.code("getUserStatus", userIDList=["bob"]) == 6014
        assert await bob.code("heartbeat") == 0
        assert backend.logged_in() == {"bob": 1}
        await alice.login("carol")
        assert await alice.code("heartbeat") == 0


async def test_who_ends_has_all_that_was_sent_before_the_end_answered(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await bob.login("bob")
        key = backend.app_key
        sig = sign("alice", key.sdk_app_id, key.secret_key)
        await alice.notify("login", sdkAppID=key.sdk_app_id, userID="alice", userSig=sig)
        await alice.notify("sendMessage", userID="bob", msgID="m", text="last words")
        await alice.socket.close()
        (message,) = (await bob.push("onRecvNewMessage"))["messageList"]
        assert message["text"] == "last words"
        while backend.logged_in() != {"bob": 1}:
            await bob.call("heartbeat")


async def test_however_connections_end_nothing_of_them_is_left(backend: Backend) -> None:
    async with wire(backend) as bob:
        await bob.login("bob")
        async with wire(backend) as idle, wire(backend) as old, wire(backend) as gone:
            await old.login("alice")
            await old.call("subscribeUserStatus", userIDList=["bob"])
            await bob.call("setSelfStatus", customStatus="busy")
            async with wire(backend) as new, wire(backend) as passive:
                await new.login("alice")
                await passive.login("alice", passive=True, instanceID="passive")
                await passive.call("logout")
                assert await old.close_code() == 4001
            await gone.login("carol")
            gone.socket.transport.abort()
            await idle.socket.send(b"no text")
        while backend.metrics.connections > 1 or backend.logged_in() != {"bob": 1}:
            await bob.call("heartbeat")
        edge, commits = backend.edge.edge, backend.core.host.commits
        assert edge._connections.keys() == edge._outboxes.keys() == edge.liveness._last.keys()
        assert len(edge._connections) == 1
        assert (edge._touched, commits._held) == ({}, [])
