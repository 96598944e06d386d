"""The core as a whole, where no clause of the reference page has its own test."""

from imtui.protocol.limits import DEVICE_RECORDS_MAX
from imtui.protocol.status import Platform, UserStatusType
from imtui.server.instant import Instant
from imtui.server.core.changes import DeviceForgotten, SessionKicked, StatusChanged
from imtui.server.core.logins.logins import Login
from imtui.server.core.service import IMService
from imtui.server.core.stored import StoredApp
from tests.server.memory_archive import MemoryArchive


def at(seconds: float) -> Instant:
    return Instant(seconds, 1_000_000 + int(seconds * 1000))


def service() -> IMService:
    return IMService(StoredApp(start=1), at(0), archive=MemoryArchive())


def test_records_of_old_devices_are_bounded_and_a_lost_one_outlasts_logged_out_ones() -> None:
    core = service()
    core.login(1, Login("alice", "lost"), at(0))
    core.lost(1, at(1))
    for number in range(2 * DEVICE_RECORDS_MAX):
        core.login(2, Login("alice", f"device-{number}"), at(2 + number))
        core.logout(2, at(2.5 + number))
    forgotten = [change for change in core.take_changes() if isinstance(change, DeviceForgotten)]
    assert len(forgotten) == DEVICE_RECORDS_MAX + 1 - 1 + (
        DEVICE_RECORDS_MAX + 1 - DEVICE_RECORDS_MAX
    )
    assert "lost" not in {change.instance_id for change in forgotten}
    core.login(3, Login("bob", "b"), at(999))
    assert core.get_user_status(3, ["alice"], at(999))[0].status_type is UserStatusType.OFFLINE


def test_a_stricter_policy_kicks_at_once_whoever_it_does_not_admit() -> None:
    core = service()
    core.login(1, Login("alice", "laptop"), at(0))
    core.login(2, Login("alice", "phone", Platform.ANDROID), at(1))
    core.take_changes()
    core.set_console({"login_policy": "single"}, at(2))
    changes = core.take_changes()
    assert [change for change in changes if isinstance(change, SessionKicked)] == [SessionKicked(1)]
    told = [change for change in changes if isinstance(change, StatusChanged)]
    assert [(change.status.online_devices, change.to_watchers) for change in told] == [
        (["Android"], False)
    ]


def test_the_next_sweep_never_waits_long_on_the_wall_clock() -> None:
    core = service()
    assert core.next_sweep(at(0)) is None
    core.login(1, Login("alice", "laptop"), at(0))
    assert core.next_sweep(at(0)) == 400.0
    core.set_self_status(1, "Lunch", at(3600).unix_ms, at(0))
    assert core.next_sweep(at(0)) == 30.0
    core.set_self_status(1, "Lunch", at(3).unix_ms, at(0))
    assert core.next_sweep(at(0)) == 3.0


def test_a_newly_registered_account_is_befriended_with_whom_the_backend_says() -> None:
    core = IMService(
        StoredApp(start=1),
        at(0),
        befriend=lambda new, known: known != "stranger",
        archive=MemoryArchive(),
    )
    for session, user_id in enumerate(["bob", "stranger", "alice"]):
        core.login(session, Login(user_id, user_id), at(0))
    friends = core.get_friend_list(2, "").friend_info_list
    assert [friend.user_id for friend in friends] == ["bob"]
