"""The core as a whole, where no clause of the reference page has its own test."""

from imtui.protocol import messages as m
from imtui.protocol.limits import DEVICE_RECORDS_MAX
from imtui.protocol.messages import Method
from imtui.protocol.status import Platform, UserStatusType
from imtui.server.core.accounts.changes import CloseReason, DeviceForgotten, SessionClosed
from imtui.server.core.logins.administration import set_console
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.core.rates import Rates
from tests.server.core.world import World, instant


def status_of(world: World, session_id: int, user_id: str) -> UserStatusType:
    found = world.call(session_id, Method.GET_USER_STATUS, m.UserIDListParams([user_id]))
    status: UserStatusType = found.user_status_list[0].status_type
    return status


def test_records_of_old_devices_are_bounded_and_a_lost_one_outlasts_logged_out_ones() -> None:
    world = World()
    world.login(1, "alice", "lost")
    world.seconds = 1
    world.lose(1)
    for number in range(2 * DEVICE_RECORDS_MAX):
        world.seconds = 2 + number
        world.login(2, "alice", f"device-{number}")
        world.seconds += 0.5
        world.call(2, Method.LOGOUT)
    forgotten = [one for one in world.take_changes() if isinstance(one, DeviceForgotten)]
    assert len(forgotten) == DEVICE_RECORDS_MAX + 1
    assert "lost" not in {change.instance_id for change in forgotten}
    assert len(world.account("alice").devices) == DEVICE_RECORDS_MAX
    world.login(3, "bob")
    # However the others left: the last one logged out.
    assert status_of(world, 3, "alice") is UserStatusType.UNLOGINED


def test_a_stricter_policy_kicks_at_once_whoever_it_does_not_admit() -> None:
    world = World()
    world.login(1, "alice", "laptop")
    world.seconds = 1
    world.login(2, "alice", "phone", Platform.ANDROID)
    world.take_changes()
    world.seconds = 2
    set_console(world.admin(), {"login_policy": "single"})
    changes = world.take_changes()
    assert [change for change in changes if isinstance(change, SessionClosed)] == [
        SessionClosed(1, "alice", False, CloseReason.KICKED)
    ]
    told = [change for change in changes if isinstance(change, StatusChanged)]
    assert [(change.status.online_devices, change.to_watchers) for change in told] == [
        (["Android"], False)
    ]


def test_the_next_sweep_never_waits_long_on_the_wall_clock() -> None:
    world = World()
    world.login(1, "alice")
    start = world.now.monotonic
    assert world.core.next_due(world.now) is None
    for seconds, due in ((3600, 1.0), (0.5, 0.5)):
        end = instant(seconds).unix_ms
        world.call(1, Method.SET_SELF_STATUS, m.SetSelfStatusParams("Lunch", end))
        assert world.core.next_due(world.now) == start + due


def test_the_earlier_of_a_text_that_ends_and_subscriptions_that_are_cleared_is_due_next() -> None:
    world = World()
    world.login(1, "alice")
    world.login(2, "bob")
    world.call(2, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["alice"]))
    world.lose(2)
    due = world.core.next_due(world.now)
    cleared_after = world.state.timing.subscriptions_cleared_after
    assert due == world.now.monotonic + cleared_after
    end = instant(cleared_after + 10).unix_ms
    world.call(1, Method.SET_SELF_STATUS, m.SetSelfStatusParams("Lunch", end))
    assert world.core.next_due(world.now) == min(due, world.now.monotonic + 1)
    world.seconds = cleared_after - 0.5
    assert world.core.next_due(world.now) == due


def test_windows_of_old_calls_are_forgotten_by_a_sweep_a_minute_later() -> None:
    world = World()
    world.login(1, "alice")
    world.login(2, "bob")
    assert status_of(world, 1, "bob") is UserStatusType.ONLINE
    world.seconds = 59
    world.sweep()
    assert list(world.state[Rates]._windows) == [("alice", Method.GET_USER_STATUS)]
    world.seconds = 60
    world.sweep()
    assert not world.state[Rates]._windows


def test_a_newly_registered_account_is_befriended_with_whom_the_backend_says() -> None:
    world = World(befriend=lambda new, known: known != "stranger")
    for session, user_id in enumerate(["bob", "stranger", "alice"]):
        world.login(session, user_id)
    friends = world.call(2, Method.GET_FRIEND_LIST, m.GetFriendListParams()).friend_info_list
    assert [friend.user_id for friend in friends] == ["bob"]


def test_sessions_are_counted_for_each_account_passive_ones_included() -> None:
    world = World()
    world.login(1, "alice", "laptop")
    world.login(2, "alice", passive=True)
    world.login(3, "bob")
    assert world.core.logged_in() == {"alice": 2, "bob": 1}
    world.lose(2)
    world.lose(99)
    assert world.core.logged_in() == {"alice": 1, "bob": 1}


def test_changes_that_were_taken_are_not_taken_again() -> None:
    world = World()
    assert not world.core.has_changes
    set_console(world.admin(), {"edition": "standard"})
    assert world.core.has_changes
    assert world.take_changes()
    assert not world.core.has_changes
    assert world.take_changes() == []
