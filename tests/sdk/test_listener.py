import asyncio
import logging

import pytest

from imtui.sdk import IMSDKListener
from imtui.sdk.listener import Listeners
from tests.sdk.recorder import Recorder
from tests.sdk.virtual_time import in_virtual_time


class Failing(IMSDKListener):
    def on_connecting(self) -> None:
        raise RuntimeError("mine")


class Remover(IMSDKListener):
    def __init__(self, listeners: Listeners, victims: list[IMSDKListener]) -> None:
        self.listeners = listeners
        self.victims = victims

    def on_connecting(self) -> None:
        for victim in self.victims:
            self.listeners.remove(victim)


def test_all_listeners_are_notified_with_the_arguments() -> None:
    listeners, one, other = Listeners(), Recorder(), Recorder()
    listeners.add(one)
    listeners.add(other)
    listeners.add(one)
    listeners.notify(IMSDKListener.on_connect_failed, 9508, "no")
    assert one.events == other.events == [("failed", 9508)]


def test_a_failing_listener_affects_no_other_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listeners, other = Listeners(), Recorder()
    listeners.add(Failing())
    listeners.add(other)
    with caplog.at_level(logging.ERROR):
        listeners.notify(IMSDKListener.on_connecting)
    assert other.names == ["connecting"]
    assert "on_connecting" in caplog.text


def test_a_listener_removed_during_an_event_is_not_notified() -> None:
    listeners, victim, last = Listeners(), Recorder(), Recorder()
    remover = Remover(listeners, [victim])
    remover.victims.append(remover)
    for listener in (remover, victim, last):
        listeners.add(listener)
    listeners.notify(IMSDKListener.on_connecting)
    listeners.notify(IMSDKListener.on_connecting)
    assert victim.names == []
    assert last.names == ["connecting", "connecting"]


def test_removing_an_unknown_listener_does_nothing() -> None:
    Listeners().remove(IMSDKListener())


def test_every_event_of_the_base_class_does_nothing() -> None:
    listener = IMSDKListener()
    listener.on_connecting()
    listener.on_user_status_changed([])
    listener.on_friend_list_deleted(["bob"])


class Eager(IMSDKListener):
    """Handles events in the background, the first more slowly than the others."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.gate = asyncio.Event()

    async def on_reconnect_scheduled(self, delay: float) -> None:
        if delay == 1:
            await self.gate.wait()
        self.handled.append(int(delay))
        if delay == 2:
            raise asyncio.CancelledError

    async def on_connecting(self) -> None:
        await asyncio.sleep(3600)


def schedule(listeners: Listeners, *delays: float) -> None:
    for delay in delays:
        listeners.notify(IMSDKListener.on_reconnect_scheduled, delay)


async def test_coroutines_of_a_listener_run_in_order_and_errors_are_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listeners, eager, other = Listeners(), Eager(), Recorder()
    listeners.add(eager)
    listeners.add(other)
    schedule(listeners, 1, 2, 3)
    assert other.count("scheduled") == 3
    eager.gate.set()
    await listeners.finish(10)
    assert eager.handled == [1, 2, 3]
    assert "on_reconnect_scheduled" in caplog.text
    schedule(listeners, 4)
    await listeners.finish(10)
    assert eager.handled == [1, 2, 3, 4]


async def test_a_removed_listener_handles_nothing_more() -> None:
    listeners, eager = Listeners(), Eager()
    listeners.add(eager)
    schedule(listeners, 1, 2)
    await asyncio.sleep(0)
    listeners.remove(eager)
    eager.gate.set()
    await listeners.finish(10)
    assert eager.handled == [1]


@in_virtual_time
async def test_a_coroutine_without_end_is_cancelled() -> None:
    listeners = Listeners()
    listeners.add(Eager())
    listeners.notify(IMSDKListener.on_connecting)
    await listeners.finish(10)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_coroutine_can_wait_for_the_others_to_finish() -> None:
    listeners = Listeners()
    finished = asyncio.Event()

    class Closing(IMSDKListener):
        async def on_connecting(self) -> None:
            await asyncio.create_task(listeners.finish(3600))
            finished.set()

    listeners.add(Closing())
    listeners.add(Closing())
    listeners.notify(IMSDKListener.on_connecting)
    await finished.wait()


async def test_too_many_waiting_coroutines_are_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("imtui.sdk.coroutine_queue.WAITING_MAX", 2)
    listeners, eager = Listeners(), Eager()
    listeners.add(eager)
    schedule(listeners, 3, 4, 5, 6)
    await listeners.finish(10)
    assert eager.handled == [3, 4]
    assert caplog.text.count("too slow") == 1


def test_without_an_event_loop_a_coroutine_is_dropped_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listeners = Listeners()
    listeners.add(Eager())
    schedule(listeners, 3)
    assert "No event loop" in caplog.text


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_listener_can_end_the_program(stop: type[BaseException]) -> None:
    class Ending(IMSDKListener):
        def on_connecting(self) -> None:
            raise stop

    listeners = Listeners()
    listeners.add(Ending())
    with pytest.raises(stop):
        listeners.notify(IMSDKListener.on_connecting)
