import logging

import pytest

from imtui.sdk import IMSDKListener
from imtui.sdk.listener import Listeners
from tests.sdk.recorder import Recorder


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
