"""Callbacks on devices that come and go, and on custom statuses."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol import messages as m
from imtui.protocol.messages import Method
from imtui.protocol.rest.callback import CallbackCommand
from imtui.protocol.status import Platform, UserStatusType
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.logins.administration import set_console
from imtui.server.core.logins.registration import delete, import_account, kick
from tests.server.callbacks.calling import Core, make_core, state
from tests.server.core.world import instant


@pytest.fixture
def core() -> Core:
    return make_core()


def test_logging_in_and_out_are_told_with_their_reasons() -> None:
    core = Core()
    core.seconds = 1
    core.login(1, "alice", "laptop")
    (login,) = core.callbacks()
    assert (login.body, login.platform) == (state("Login", "Register", 1), "Linux")
    core.seconds = 2
    core.call(1, Method.LOGOUT)
    assert core.states() == [state("Logout", "Unregister", 2)]


def test_a_lost_connection_is_a_closed_link_or_a_time_out(core: Core) -> None:
    core.seconds = 400
    core.lose(1, CloseReason.SILENT)
    assert core.states() == [state("Disconnect", "TimeOut", 400)]
    core.seconds = 401
    core.lose(2)
    assert core.states() == [state("Disconnect", "LinkClose", 401, "bob")]


def test_a_silent_session_that_is_no_device_is_not_told_of(core: Core) -> None:
    core.login(3, "carol", "shell", passive=True)
    core.lose(3, CloseReason.SILENT)
    assert core.states() == []


def test_silence_of_one_device_is_not_told_of_another(core: Core) -> None:
    core.login(3, "alice", "shell", passive=True)
    core.callbacks()
    core.lose(3, CloseReason.SILENT)
    core.lose(1)
    assert core.states() == [state("Disconnect", "LinkClose", 0)]


def test_whoever_was_connected_as_the_backend_ended_is_told_of_as_it_starts(
    tmp_path: Path,
) -> None:
    core = Core(tmp_path / "db")
    core.seconds = 1
    core.login(1, "carol", "laptop")
    core.callbacks()
    core.seconds = 5
    core.restart()
    assert core.states() == [state("Disconnect", "LinkClose", 5, "carol")]
    core.close()


def test_a_resumed_and_a_taken_over_login_are_logins(core: Core) -> None:
    core.seconds = 1
    core.lose(1)
    core.callbacks()
    core.seconds = 2
    core.login(3, "alice", "laptop", resume=True)
    assert core.states() == [state("Login", "Register", 2)]
    core.seconds = 3
    core.login(4, "alice", "laptop", resume=True)
    assert core.states() == [state("Login", "Register", 3)]
    core.seconds = 4
    core.lose(3)
    assert core.states() == []


def test_a_login_that_kicks_names_the_kicked_devices_and_they_have_no_callback(core: Core) -> None:
    core.seconds = 1
    core.login(3, "alice", "phone", Platform.IPHONE)
    core.seconds = 2
    set_console(core.admin(), {"login_policy": "single"})
    assert [one["Info"]["Action"] for one in core.states()] == ["Login", "Logout"]
    core.seconds = 3
    core.login(4, "alice", "tablet", Platform.IPAD)
    kicks = {"KickedDevice": [{"Platform": "iOS"}]}
    assert core.states() == [state("Login", "Register", 3) | kicks]


def test_the_platform_of_an_iphone_is_written_as_the_field_does_in_this_callback() -> None:
    core = Core()
    core.login(1, "alice", "phone", Platform.IPHONE)
    assert [one.platform for one in core.callbacks()] == ["IOS"]


def test_a_device_that_no_login_kicks_is_logged_out(core: Core) -> None:
    core.seconds = 1
    core.login(3, "alice", "phone", Platform.ANDROID)
    core.callbacks()
    core.seconds = 2
    set_console(core.admin(), {"login_policy": "single"})
    assert core.states() == [state("Logout", "Unregister", 2)]


@given(
    devices=st.lists(st.sampled_from(("live", "lost", "logged out")), max_size=5),
    is_deleted=st.booleans(),
)
def test_a_kick_tells_one_logout_for_each_connected_device_or_one_for_a_lost_account(
    devices: list[str], is_deleted: bool
) -> None:
    core = Core()
    import_account(core.admin(), "alice", None, None)
    for number, how in enumerate(devices):
        core.login(number, "alice", f"device-{number}", Platform.ANDROID)
        if how == "lost":
            core.lose(number)
        elif how == "logged out":
            core.call(number, Method.LOGOUT)
    core.callbacks()
    before = core.account("alice").status.status_type
    core.seconds = 2
    (delete if is_deleted else kick)(core.admin(), "alice")
    told = [one for one in core.callbacks() if one.command is CallbackCommand.STATE_CHANGE]
    connected = devices.count("live")
    was_lost = before is UserStatusType.OFFLINE
    assert [one.body for one in told] == [state("Logout", "Unregister", 2)] * (
        connected or was_lost
    )
    assert {one.platform for one in told} <= {"Android" if connected else "RESTAPI"}
    if not is_deleted:
        kick(core.admin(), "alice")
        assert core.states() == []


def test_logging_in_as_another_logs_the_first_out(core: Core) -> None:
    core.seconds = 1
    core.login(1, "carol", "laptop")
    assert core.states() == [
        state("Logout", "Unregister", 1),
        state("Login", "Register", 1, "carol"),
    ]


def test_passive_logins_are_not_told_of(core: Core) -> None:
    core.seconds = 1
    core.login(3, "carol", "shell", passive=True)
    core.seconds = 2
    core.call(3, Method.LOGOUT)
    assert core.callbacks() == []


def test_a_custom_status_that_changes_is_told_and_nothing_else_of_it(core: Core) -> None:
    def told(text: str, seconds: float) -> list[dict[str, Any]]:
        body = state("CustomStatusChange", "SetCustomStatus", seconds)
        body["Info"]["CustomStatus"] = text
        return [body]

    core.seconds = 1
    core.call(1, Method.SET_SELF_STATUS, m.SetSelfStatusParams("Reading", None))
    assert core.states() == told("Reading", 1)
    core.seconds = 2
    core.call(1, Method.SET_SELF_STATUS, m.SetSelfStatusParams("Reading", None))
    assert core.states() == []
    core.seconds = 3
    core.call(1, Method.SET_SELF_STATUS, m.SetSelfStatusParams("Lunch", instant(10).unix_ms))
    assert core.states() == told("Lunch", 3)
    core.seconds = 10
    core.sweep()
    assert core.states() == told("Reading", 10)
    core.seconds = 11
    core.lose(1)
    assert core.states() == [state("Disconnect", "LinkClose", 11)]
