"""The edge: what the core sends reaches connections in order, and statuses at ticks."""

from collections.abc import Iterator

import pytest

from imtui.protocol.messages import CloseCode
from imtui.protocol.status import Platform
from imtui.server.edge.edge import TICK_MAX, TICK_MIN
from imtui.server.edge.websocket.text_frames import text_frame
from imtui.server.node.backend import Backend
from tests.server.edge.fakes import TIMEOUT, Bench
from tests.server.virtual_loop import virtual_loop
from tests.server.wire import wire


@pytest.fixture
def bench() -> Iterator[Bench]:
    with virtual_loop() as loop:
        yield Bench(loop)


def framed(*texts: bytes) -> list[bytes]:
    return [text_frame(text) for text in texts]


def test_answers_and_pushes_keep_their_order_and_are_sent_by_the_flush(bench: Bench) -> None:
    alice = bench.connect(1)
    bench.edge.answer(1, b"answer")
    bench.edge.push((1,), b"push", is_chat=False)
    bench.edge.push((1,), b"message", is_chat=True)
    assert alice.taken() == []
    bench.edge.flush()
    assert alice.taken() == framed(b"answer", b"push", b"message")


def test_each_connection_that_was_touched_is_flushed_once(bench: Bench) -> None:
    touched, other, untouched = (bench.connect(number) for number in (1, 2, 3))
    bench.edge.answer(1, b"answer")
    for _ in range(3):
        bench.edge.push((1, 2), b"push", is_chat=False)
    bench.edge.flush()
    assert (touched.writes, other.writes, untouched.writes) == (1, 1, 0)
    bench.edge.flush()
    assert (touched.writes, other.writes, untouched.writes) == (1, 1, 0)


def test_all_are_sent_the_same_frame(bench: Bench) -> None:
    alice, bob = bench.connect(1), bench.connect(2)
    bench.edge.push((1, 2), b"push", is_chat=False)
    bench.edge.flush()
    (one,), (other,) = alice.taken(), bob.taken()
    assert one is other


def test_a_status_is_sent_at_the_next_tick_and_only_the_last_one(bench: Bench) -> None:
    alice = bench.connect(1, "alice")
    bench.status("bob", "old", 1)
    bench.status("bob", "new", 1)
    bench.loop.advance(TICK_MIN * 0.9)
    assert alice.taken() == []
    bench.loop.advance(TICK_MIN * 0.2)
    (frame,) = alice.taken()
    assert isinstance(frame, bytes)
    assert b'["new"]' in frame
    assert (bench.metrics.coalesced, bench.metrics.deliveries) == (1, 1)
    assert bench.metrics.ticks.count == 1
    assert bench.loop.pending() == 0


def test_without_a_tick_what_is_flushed_together_is_delivered_at_once_and_then_rests() -> None:
    with virtual_loop() as loop:
        bench = Bench(loop, tick_min=0.0)
        alice = bench.connect(1, "alice")
        alice.delay = 0.01
        for user in ("bob", "carol"):
            bench.edge.status(user, b'"first"', [1])
        assert alice.taken() == []
        bench.edge.flush()
        assert len(alice.taken()) == 1
        assert bench.metrics.deliveries == 2
        assert loop.pending() == 0
        bench.status("bob", "second", 1)
        loop.advance(0.039)
        assert alice.taken() == []
        bench.status("bob", "third", 1)
        loop.advance(0.002)
        (frame,) = alice.taken()
        assert isinstance(frame, bytes)
        assert b'["third"]' in frame


def test_statuses_wait_for_others_while_there_is_more_to_do_but_not_for_long(bench: Bench) -> None:
    alice = bench.connect(1, "alice")
    busy = True
    bench.edge.is_busy = lambda: busy
    bench.status("bob", "first", 1)
    bench.loop.advance(0.009)
    bench.status("carol", "other", 1)
    bench.loop.turn()
    assert alice.taken() == []
    bench.loop.advance(0.001)
    bench.loop.turn()
    (frame,) = alice.taken()
    assert isinstance(frame, bytes)
    assert b'["first","other"]' in frame
    bench.loop.advance(TICK_MAX)
    bench.status("bob", "second", 1)
    bench.loop.advance(TICK_MIN)
    bench.loop.turn()
    assert alice.taken() == []
    busy = False
    bench.loop.turn()
    assert len(alice.taken()) == 1


@pytest.mark.parametrize(("takes", "rest"), [(0.01, 0.04), (1.0, TICK_MAX)])
def test_the_longer_a_delivery_takes_the_longer_is_the_next_tick(
    bench: Bench, takes: float, rest: float
) -> None:
    alice = bench.connect(1, "alice")
    alice.delay = takes
    bench.status("bob", "slow", 1)
    bench.loop.advance(TICK_MIN + takes)
    assert len(alice.taken()) == 1
    bench.status("bob", "next", 1)
    bench.loop.advance(rest * 0.99)
    assert alice.taken() == []
    bench.loop.advance(rest * 0.02)
    assert len(alice.taken()) == 1


def test_forgotten_users_are_not_sent_wherever_their_status_waits(bench: Bench) -> None:
    alice, carol = bench.connect(1, "alice"), bench.connect(2, "carol")
    alice.take_all(False)
    bench.edge.push((1,), b"first", is_chat=False)
    bench.status("bob", "waits in the outbox", 1)
    bench.loop.advance(1.0)
    bench.status("bob", "waits for the tick", 1, 2)
    bench.edge.forget((1,), ("bob", "nobody"))
    bench.edge.forget((99,), ("bob",))
    bench.loop.advance(1.0)
    alice.take_all(True)
    assert alice.taken() == framed(b"first")
    assert len(carol.taken()) == 1


@pytest.mark.parametrize("goes_on_as", ["", "carol"])
def test_whose_login_changes_is_sent_no_status_that_was_for_the_one_before(
    bench: Bench, goes_on_as: str
) -> None:
    alice, dave = bench.connect(1, "alice"), bench.connect(2, "dave")
    alice.take_all(False)
    bench.edge.push((1,), b"first", is_chat=False)
    bench.status("bob", "waits in the outbox", 1)
    bench.loop.advance(1.0)
    bench.status("bob", "waits for the tick", 1, 2)
    bench.edge.login_changed(1, "", None)
    if goes_on_as:
        bench.edge.login_changed(1, goes_on_as, Platform.ANDROID)
        bench.status("eve", "for the next one", 1)
    bench.loop.advance(1.0)
    alice.take_all(True)
    frames = [one for one in alice.taken() if isinstance(one, bytes)]
    assert frames[0] == text_frame(b"first")
    assert len(frames) == (2 if goes_on_as else 1)
    assert b"waits" not in b"".join(frames)
    assert len(dave.taken()) == 1


def test_a_connection_is_told_of_its_login_in_order_with_what_is_sent(bench: Bench) -> None:
    alice = bench.connect(1)
    bench.edge.login_changed(1, "alice", Platform.ANDROID)
    assert alice.taken() == [f"alice on {Platform.ANDROID}"]
    bench.edge.push((1,), b"kicked", is_chat=False)
    bench.edge.login_changed(1, "", None)
    bench.edge.flush()
    assert alice.taken() == ["nobody on None", *framed(b"kicked")]


def test_a_login_is_watched_for_silence_until_it_ends(bench: Bench) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    bench.edge.on_due_changed = look
    bench.connect(1)
    assert bench.edge.liveness.next_due() is None
    bench.edge.login_changed(1, "alice", Platform.LINUX)
    assert bench.edge.liveness.next_due() == bench.loop.time() + TIMEOUT
    assert looks == 1
    bench.edge.login_changed(1, "", None)
    assert bench.edge.liveness.next_due() is None


def test_a_silent_session_is_lost_and_closed_and_no_sooner(bench: Bench) -> None:
    alice, bob = bench.connect(1, "alice"), bench.connect(2, "bob")
    idle = bench.connect(3)
    bench.loop.advance(TIMEOUT * 0.9)
    bench.edge.received(2)
    bench.edge.close_silent()
    assert alice.taken() == []
    bench.loop.advance(TIMEOUT * 0.1)
    bench.edge.close_silent()
    assert alice.taken() == [CloseCode.HEARTBEAT_MISSED]
    assert bench.core.lost_ones == [(1, True), (1, False)]
    assert bench.metrics.heartbeats_lost == 1
    assert bob.taken() == idle.taken() == []
    bench.loop.advance(TIMEOUT * 0.9)
    bench.edge.close_silent()
    assert bob.taken() == [CloseCode.HEARTBEAT_MISSED]


def test_what_came_before_the_end_is_sent_before_it(bench: Bench) -> None:
    alice = bench.connect(1, "alice")
    bench.edge.answer(1, b"answer")
    bench.edge.push((1,), b"push", is_chat=False)
    bench.status("bob", "too late", 1)
    bench.edge.close(1, CloseCode.TAKEN_OVER, "taken over")
    bench.edge.push((1,), b"too late", is_chat=False)
    bench.edge.flush()
    bench.loop.advance(1.0)
    assert alice.taken() == [*framed(b"answer", b"push"), CloseCode.TAKEN_OVER]


def test_of_a_connection_that_ended_nothing_is_left_and_all_else_is_skipped(bench: Bench) -> None:
    alice = bench.connect(1, "alice")
    bench.status("bob", "pending", 1)
    bench.edge.push((1,), b"not flushed", is_chat=False)
    assert bench.metrics.connections == 1
    bench.edge.leave(1)
    bench.edge.leave(1)
    assert bench.core.lost_ones == [(1, False)]
    assert bench.metrics.connections == 0
    bench.edge.answer(1, b"answer")
    bench.edge.push((1,), b"push", is_chat=True)
    bench.edge.forget((1,), ("bob",))
    bench.edge.login_changed(1, "alice", Platform.LINUX)
    bench.edge.close(1, CloseCode.TAKEN_OVER, "taken over")
    bench.edge.received(1)
    bench.edge.flush()
    bench.loop.advance(1.0)
    assert alice.taken() == []
    assert bench.is_empty()
    assert not bench.edge._updates
    assert not bench.edge._updates._logged_out


def test_nothing_is_sent_at_ticks_after_the_end(bench: Bench) -> None:
    alice = bench.connect(1, "alice")
    bench.edge.stop()
    bench.status("bob", "busy", 1)
    bench.edge.stop()
    bench.loop.advance(1.0)
    assert alice.taken() == []
    assert bench.loop.pending() == 0


async def test_own_devices_get_every_change_and_watchers_the_last(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("addFriend", userID="bob")
        for number in range(300):
            await bob.notify("setSelfStatus", customStatus=str(number))
        own: list[str] = []
        while "299" not in own:
            for status in (await bob.push("onUserStatusChanged"))["userStatusList"]:
                own.append(status["customStatus"])
        assert own[-300:] == [str(number) for number in range(300)]
        seen: list[tuple[int, str]] = []
        while not seen or seen[-1][1] != "299":
            for status in (await alice.push("onUserStatusChanged"))["userStatusList"]:
                if status["userID"] == "bob":
                    assert "changedBy" not in status
                    seen.append((status["revision"], status["customStatus"]))
        assert seen == sorted(seen)


async def test_no_push_of_a_user_follows_the_answer_to_the_unsubscription(
    backend: Backend,
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("subscribeUserStatus", userIDList=["bob"])
        for number in range(50):
            await bob.notify("setSelfStatus", customStatus=str(number))
        await alice.call("unsubscribeUserStatus")
        alice.pushes.clear()
        await bob.call("setSelfStatus", customStatus="done")
        for _ in range(5):
            await alice.call("heartbeat")
        told = [push for push in alice.pushes if push["method"] == "onUserStatusChanged"]
        assert told == []
