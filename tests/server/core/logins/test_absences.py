"""Clients whose edge or core is gone have 75 s to come back, and nobody is told; decision 49."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import RETURN_WITHIN
from imtui.protocol.messages import Method, SetSelfStatusParams
from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.core.logins.registration import delete, kick
from imtui.server.core.presence.changes import StatusChanged
from tests.server.core.world import World, instant

TEXT = "Listening to music"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a core on a database whose edges keep the connections."""
    world = World(tmp_path / "db", keeps_devices=True)
    yield world
    world.close()


def status(world: World) -> UserStatus:
    return world.account("alice").own_status


def set_text(world: World, session_id: int, text: str, expires_at: int | None = None) -> None:
    world.call(session_id, Method.SET_SELF_STATUS, SetSelfStatusParams(text, expires_at))


def told(world: World) -> list[StatusChanged]:
    return [change for change in world.take_changes() if isinstance(change, StatusChanged)]


def test_a_restart_changes_nobodys_status(world: World) -> None:
    world.login(1, "alice", "i1")
    world.login(2, "alice", "i2")
    world.login(3, "alice", "shell", passive=True)
    set_text(world, 1, TEXT)
    before = status(world)
    world.take_changes()
    world.seconds += 5
    world.restart()
    assert status(world) == before
    assert before.custom_status == TEXT
    assert not told(world)


def test_who_does_not_come_back_in_time_is_lost_then_and_not_before(world: World) -> None:
    world.login(1, "alice")
    set_text(world, 1, TEXT)
    world.restart()
    began = world.seconds
    world.take_changes()
    world.seconds = began + RETURN_WITHIN - 0.001
    assert world.core.next_due(world.now) == instant(began + RETURN_WITHIN).monotonic
    world.sweep()
    assert status(world).status_type is UserStatusType.ONLINE
    world.seconds = began + RETURN_WITHIN
    world.sweep()
    assert (status(world).status_type, status(world).custom_status) == (UserStatusType.OFFLINE, "")
    assert [change.to_watchers for change in told(world)] == [True]


def test_who_comes_back_elsewhere_in_time_is_as_before(world: World) -> None:
    world.login(1, "alice", "i1")
    set_text(world, 1, TEXT)
    world.restart()
    before = status(world)
    world.take_changes()
    world.seconds += RETURN_WITHIN - 1
    world.login(7, "alice", "i1", resume=True)
    world.seconds += RETURN_WITHIN
    world.sweep()
    assert status(world) == before
    assert not told(world)
    set_text(world, 7, "")
    assert status(world).revision > before.revision


def test_an_edge_that_is_gone_and_one_that_is_there_again(world: World) -> None:
    world.login(1, "alice")
    world.login(2, "bob")
    world.core.away((1, 2, 99), world.now)
    world.seconds += RETURN_WITHIN - 1
    world.core.back((1,))
    # It is gone once more, which gives bob no more time.
    world.core.away((1, 2), world.now)
    world.seconds += 1
    world.sweep()
    assert world.account("bob").status.status_type is UserStatusType.OFFLINE
    assert status(world).status_type is UserStatusType.ONLINE
    world.seconds += RETURN_WITHIN - 1
    world.sweep()
    assert status(world).status_type is UserStatusType.OFFLINE


def test_a_text_that_ended_meanwhile_gives_way_to_the_earlier_one(world: World) -> None:
    world.login(1, "alice")
    set_text(world, 1, TEXT)
    set_text(world, 1, "Lunch", world.now.unix_ms + 10_000)
    world.seconds += 9
    world.restart()
    assert status(world).custom_status == "Lunch"
    world.seconds += 1
    world.sweep()
    assert status(world).custom_status == TEXT


def test_whoever_is_kicked_meanwhile_does_not_come_back(world: World) -> None:
    world.login(1, "alice", "i1")
    world.restart()
    kick(world.admin(), "alice")
    world.seconds += 2
    with pytest.raises(IMError) as refused:
        world.login(7, "alice", "i1", resume=True)
    assert refused.value.code == ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER
    assert status(world).status_type is UserStatusType.UNLOGINED


def test_in_one_process_a_restart_forgets_statuses_also_for_later(world: World) -> None:
    world.login(1, "alice", "i1")
    set_text(world, 1, TEXT)
    world.keeps_devices = False
    world.restart()
    assert status(world).status_type is UserStatusType.OFFLINE
    world.keeps_devices = True
    world.restart()
    world.login(1, "alice", "i1")
    assert status(world).custom_status == ""


def test_an_account_that_is_registered_anew_has_no_text_of_the_former(world: World) -> None:
    world.login(1, "alice", "i1")
    set_text(world, 1, TEXT)
    delete(world.admin(), "alice")
    world.seconds += 2
    world.login(2, "alice", "i1")
    world.restart()
    assert status(world).custom_status == ""
