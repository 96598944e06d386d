"""How the last connected device left decides the status, over restarts too; see decision 1."""

import pytest

from imtui.protocol.errors import IMError
from imtui.protocol.limits import DEVICE_RECORDS_MAX
from imtui.protocol.messages import LogoutResult, Method
from imtui.protocol.status import Platform, UserStatusType
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.changes import AccountLeft, CloseReason
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.logins.administration import set_console
from imtui.server.core.logins.registration import delete, kick, register
from imtui.server.core.presence.changes import StatusChanged
from tests.server.core.world import World, instant

ONLINE, OFFLINE = UserStatusType.ONLINE, UserStatusType.OFFLINE
UNLOGINED = UserStatusType.UNLOGINED


def status_of(world: World) -> UserStatusType:
    return world.account("alice").status.status_type


def check(world: World, status: UserStatusType, since: float) -> None:
    """Check alice's status and since when it is so, now and after a restart much later."""
    found = world.account("alice").status
    assert (found.status_type, found.since) == (status, instant(since).unix_ms)
    assert status is not ONLINE, "a restart ends it"
    world.seconds += 1000
    for _ in range(2):
        world.restart()
        found = world.account("alice").status
        assert (found.status_type, found.since) == (status, instant(since).unix_ms)


def test_an_account_that_never_logged_in_is_unlogined_since_its_registration(world: World) -> None:
    world.seconds = 5
    register(world.admin(), "alice")
    check(world, UNLOGINED, 5)


@pytest.mark.parametrize("reason", [CloseReason.LOST, CloseReason.SILENT])
def test_a_lost_device_leaves_offline(world: World, reason: CloseReason) -> None:
    world.login(1, "alice")
    world.seconds = 7
    world.lose(1, reason)
    check(world, OFFLINE, 7)


def test_the_last_of_several_devices_decides_and_not_one_that_was_lost_before(
    world: World,
) -> None:
    for session_id in (1, 2, 3):
        world.login(session_id, "alice", f"i{session_id}")
    world.lose(1)
    world.call(2, Method.LOGOUT)
    assert status_of(world) is ONLINE
    world.seconds = 9
    answer: LogoutResult = world.call(3, Method.LOGOUT)
    assert answer.self_status is not None
    assert answer.self_status.status_type is UNLOGINED
    check(world, UNLOGINED, 9)


def test_the_last_of_several_devices_that_is_lost_leaves_offline(world: World) -> None:
    world.login(1, "alice", "i1")
    world.login(2, "alice", "i2")
    answer: LogoutResult = world.call(1, Method.LOGOUT)
    assert answer.self_status is not None
    assert answer.self_status.status_type is ONLINE
    world.seconds = 9
    world.lose(2)
    check(world, OFFLINE, 9)


def test_what_later_becomes_of_a_lost_device_changes_nothing(world: World) -> None:
    set_console(world.admin(), {"login_policy": "single"})
    world.login(1, "alice", "i1")
    world.lose(1)
    world.login(2, "alice", "i2")
    # A newer login has its place: the lost device is kicked as it tries to go on.
    with pytest.raises(IMError) as refused:
        world.login(3, "alice", "i1", resume=True)
    assert refused.value.code == 6208
    assert world.account("alice").devices["i1"].state is DeviceState.KICKED
    world.seconds = 6
    world.lose(2)
    world.seconds = 8
    with pytest.raises(IMError):
        world.login(3, "alice", "i1", resume=True)
    world.login(3, "alice", "shell", passive=True)
    world.call(3, Method.LOGOUT)
    check(world, OFFLINE, 6)


def test_passive_logins_never_count(world: World) -> None:
    world.login(1, "alice", passive=True)
    world.lose(1)
    check(world, UNLOGINED, 0)


def test_a_policy_kick_never_decides_as_the_kicking_device_is_there(world: World) -> None:
    set_console(world.admin(), {"login_policy": "single"})
    world.login(1, "alice", "i1")
    world.login(2, "alice", "i2")
    assert status_of(world) is ONLINE
    world.seconds = 3
    world.lose(2)
    check(world, OFFLINE, 3)


def test_an_admins_kick_of_a_connected_account_leaves_unlogined(world: World) -> None:
    world.login(1, "alice", "i1")
    world.login(2, "alice", "i2", Platform.WEB)
    world.seconds = 4
    world.take_changes()
    kick(world.admin(), "alice")
    changed = [one.status for one in world.take_changes() if isinstance(one, StatusChanged)]
    assert [one.status_type for one in changed] == [UNLOGINED]
    check(world, UNLOGINED, 4)


def test_an_admins_kick_makes_an_offline_account_unlogined(world: World) -> None:
    world.login(1, "alice")
    world.seconds = 2
    world.lose(1)
    world.restart()
    world.seconds = 4
    world.take_changes()
    kick(world.admin(), "alice")
    changes = world.take_changes()
    assert [one.status.status_type for one in changes if isinstance(one, StatusChanged)] == [
        UNLOGINED
    ]
    (left,) = [one for one in changes if isinstance(one, AccountLeft)]
    assert left == AccountLeft(world.account("alice").key, LeftAs.LOGGED_OUT, instant(4).unix_ms)
    assert world.account("alice").devices["alice-device"].state is DeviceState.KICKED
    check(world, UNLOGINED, 4)


def test_an_admins_kick_of_an_unlogined_account_changes_no_status(world: World) -> None:
    world.login(1, "alice")
    world.seconds = 2
    world.call(1, Method.LOGOUT)
    world.take_changes()
    world.seconds = 4
    kick(world.admin(), "alice")
    changes = world.take_changes()
    assert not [one for one in changes if isinstance(one, (StatusChanged, AccountLeft))]
    check(world, UNLOGINED, 2)


@pytest.mark.parametrize("is_lost", [True, False])
def test_forgotten_records_of_devices_decide_nothing(world: World, is_lost: bool) -> None:
    for number in range(2 * DEVICE_RECORDS_MAX):
        # Of those before, half were lost and half logged out.
        world.seconds += 1
        world.login(1, "alice", f"i{number}")
        if number % 2:
            world.lose(1)
        else:
            world.call(1, Method.LOGOUT)
    world.seconds += 1
    world.login(1, "alice", "last")
    if is_lost:
        world.lose(1)
    else:
        world.call(1, Method.LOGOUT)
    assert len(world.account("alice").devices) == DEVICE_RECORDS_MAX
    check(world, OFFLINE if is_lost else UNLOGINED, world.seconds)


def test_whoever_was_connected_as_the_backend_ended_is_offline_since_the_start(
    world: World,
) -> None:
    world.login(1, "alice", "i1")
    world.login(2, "alice", "i2")
    world.seconds = 50
    world.restart()
    changes = world.take_changes()
    lefts = [one for one in changes if isinstance(one, AccountLeft)]
    assert lefts == [AccountLeft(world.account("alice").key, LeftAs.LOST, instant(50).unix_ms)]
    check(world, OFFLINE, 50)


def test_whoever_comes_back_after_a_restart_and_leaves_decides_anew(world: World) -> None:
    world.login(1, "alice", "i1")
    world.restart()
    assert status_of(world) is OFFLINE
    world.login(1, "alice", "i1", resume=True)
    assert status_of(world) is ONLINE
    world.seconds = 60
    world.call(1, Method.LOGOUT)
    check(world, UNLOGINED, 60)


def test_an_id_that_is_registered_anew_starts_unlogined(world: World) -> None:
    world.login(1, "alice")
    world.lose(1)
    delete(world.admin(), "alice")
    world.seconds = 30
    register(world.admin(), "alice")
    check(world, UNLOGINED, 30)
