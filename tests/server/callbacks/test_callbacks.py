"""What the app's server is told: a callback for each thing that the core does, and its form."""

from typing import Any

import msgspec
import pytest

from imtui.protocol.chat import ElemType, Message, SendMessageParams
from imtui.protocol.errors import IMError
from imtui.protocol.friendship import AcceptFriendApplicationParams
from imtui.protocol.messages import AddFriendParams
from imtui.protocol.profiles import FriendAllowType, Gender, SetSelfInfoParams
from imtui.protocol.rest.callback import AFTER_EVENTS, Callback, CallbackCommand, OptPlatform
from imtui.protocol.rest.message_key import message_random
from imtui.protocol.status import Platform
from imtui.server.callbacks.callbacks import Batch, callbacks_of
from imtui.server.callbacks.lookups import NO_LOOKUPS, Lookups, lookups_of
from imtui.server.instant import Instant
from imtui.server.core.app import Timing
from imtui.server.core.changes import DeviceChanged, MessageSent
from imtui.server.core.friends import friendships, profiles
from imtui.server.core.logins import accounts
from imtui.server.core.logins.logins import Login
from imtui.server.core.service import IMService
from imtui.server.core.stored import StoredAccount, StoredApp
from tests.server.memory_archive import MemoryArchive


def at(seconds: float) -> Instant:
    return Instant(seconds, 1_000_000 + int(seconds * 1000))


class Core:
    """A core in virtual time, and the callbacks on what it just did."""

    def __init__(self, lookups: Lookups = NO_LOOKUPS) -> None:
        self.archive = MemoryArchive()
        self.service = IMService(StoredApp(start=1), at(0), Timing(400.0), archive=self.archive)
        self._lookups = lookups

    def callbacks(self, seconds: float = 0) -> list[Callback]:
        changes = self.service.take_changes()
        self.archive.write(changes)
        return callbacks_of(Batch(changes, at(seconds).unix_ms, self._lookups), AFTER_EVENTS)

    def one(self, command: CallbackCommand, seconds: float = 0) -> dict[str, Any]:
        """Return the body of the one callback that there is."""
        (callback,) = self.callbacks(seconds)
        assert callback.command is command
        return dict(callback.body)

    def states(self, seconds: float = 0) -> list[dict[str, Any]]:
        found = self.callbacks(seconds)
        return [dict(one.body) for one in found if one.command is CallbackCommand.STATE_CHANGE]


def state(action: str, reason: str, seconds: float, user_id: str = "alice") -> dict[str, Any]:
    info = {"Action": action, "To_Account": user_id, "Reason": reason}
    return {"Info": info, "EventTime": at(seconds).unix_ms}


@pytest.fixture
def core() -> Core:
    """Return a core to which alice and bob are connected, as sessions 1 and 2."""
    core = Core()
    core.service.login(1, Login("alice", "laptop"), at(0))
    core.service.login(2, Login("bob", "phone", Platform.IPHONE), at(0))
    core.callbacks()
    return core


def test_logging_in_and_out_are_told_with_their_reasons() -> None:
    core = Core()
    core.service.login(1, Login("alice", "laptop"), at(1))
    (login,) = core.callbacks(1)
    assert (login.body, login.platform) == (state("Login", "Register", 1), "Linux")
    core.service.logout(1, at(2))
    assert core.states(2) == [state("Logout", "Unregister", 2)]


def test_a_lost_connection_is_a_closed_link_or_a_time_out(core: Core) -> None:
    core.service.received(2, at(100))
    core.service.sweep(at(400))
    assert core.states(400) == [state("Disconnect", "TimeOut", 400)]
    core.service.lost(2, at(401))
    assert core.states(401) == [state("Disconnect", "LinkClose", 401, "bob")]


def test_a_silent_session_that_is_no_device_is_not_told_of(core: Core) -> None:
    core.service.login(3, Login("carol", "shell", passive=True), at(0))
    core.service.received(1, at(100))
    core.service.received(2, at(100))
    core.service.sweep(at(400))
    assert core.states(400) == []


def test_whoever_was_connected_as_the_backend_ended_is_told_of_as_it_starts(core: Core) -> None:
    core.service.login(1, Login("carol", "laptop"), at(1))
    changes = core.service.take_changes()
    devices = [one.device for one in changes if isinstance(one, DeviceChanged)]
    stored = StoredApp(start=2, accounts=[StoredAccount("carol", 0)], devices=devices[1:])
    core.service = IMService(stored, at(5), archive=core.archive)
    assert core.states(5) == [state("Disconnect", "LinkClose", 5, "carol")]


def test_a_resumed_and_a_taken_over_login_are_logins(core: Core) -> None:
    core.service.lost(1, at(1))
    core.callbacks()
    core.service.login(3, Login("alice", "laptop", resume=True), at(2))
    assert core.states(2) == [state("Login", "Register", 2)]
    core.service.login(4, Login("alice", "laptop", resume=True), at(3))
    assert core.states(3) == [state("Login", "Register", 3)]
    core.service.lost(3, at(4))
    assert core.states(4) == []


def test_a_login_that_kicks_names_the_kicked_devices_and_they_have_no_callback(core: Core) -> None:
    core.service.login(3, Login("alice", "phone", Platform.IPHONE), at(1))
    core.service.set_console({"login_policy": "single"}, at(2))
    assert [one["Info"]["Action"] for one in core.states(2)] == ["Login", "Logout"]
    core.service.login(4, Login("alice", "tablet", Platform.IPAD), at(3))
    kicks = {"KickedDevice": [{"Platform": "iOS"}]}
    assert core.states(3) == [state("Login", "Register", 3) | kicks]


def test_the_platform_of_an_iphone_is_written_as_the_field_does_in_this_callback() -> None:
    core = Core()
    core.service.login(1, Login("alice", "phone", Platform.IPHONE), at(0))
    assert [one.platform for one in core.callbacks()] == ["IOS"]


def test_a_device_that_no_login_kicks_is_logged_out(core: Core) -> None:
    core.service.login(3, Login("alice", "phone", Platform.ANDROID), at(1))
    core.callbacks()
    core.service.set_console({"login_policy": "single"}, at(2))
    assert core.states(2) == [state("Logout", "Unregister", 2)]


def test_logging_in_as_another_logs_the_first_out(core: Core) -> None:
    core.service.login(1, Login("carol", "laptop"), at(1))
    assert core.states(1) == [
        state("Logout", "Unregister", 1),
        state("Login", "Register", 1, "carol"),
    ]


def test_passive_logins_are_not_told_of(core: Core) -> None:
    core.service.login(3, Login("carol", "shell", passive=True), at(1))
    core.service.logout(3, at(2))
    assert core.callbacks(2) == []


def test_a_custom_status_that_changes_is_told_and_nothing_else_of_it(core: Core) -> None:
    def told(text: str, seconds: float) -> list[dict[str, Any]]:
        info = {"Action": "CustomStatus", "To_Account": "alice", "CustomStatus": text}
        return [{"Info": info, "EventTime": at(seconds).unix_ms}]

    core.service.set_self_status(1, "Reading", None, at(1))
    assert core.states(1) == told("Reading", 1)
    core.service.set_self_status(1, "Reading", None, at(2))
    assert core.states(2) == []
    core.service.set_self_status(1, "Lunch", at(10).unix_ms, at(3))
    assert core.states(3) == told("Lunch", 3)
    core.service.sweep(at(10))
    assert core.states(10) == told("Reading", 10)
    core.service.lost(1, at(11))
    assert core.states(11) == [state("Disconnect", "LinkClose", 11)]


def test_a_message_is_told_with_its_key_and_contents() -> None:
    core = Core(
        Lookups(
            platform_of=lambda session_id: {0: OptPlatform.REST_API, 1: OptPlatform.MAC}[
                session_id
            ],
            count_unread={"bob": 7}.__getitem__,
        )
    )
    core.service.login(1, Login("alice", "laptop", Platform.MAC), at(0))
    core.service.login(2, Login("bob", "phone"), at(0))
    core.callbacks()
    wish = SendMessageParams("bob", "m-1", text="Hello", cloud_custom_data="{}")
    core.service.send_message(1, wish, at(2.5))
    (callback,) = core.callbacks(2.5)
    random = message_random("m-1")
    assert callback == Callback(
        CallbackCommand.AFTER_SEND_MSG,
        "alice",
        {
            "From_Account": "alice",
            "To_Account": "bob",
            "MsgSeq": 1,
            "MsgRandom": random,
            "MsgTime": 1002,
            "MsgKey": f"1_{random}_1002",
            "OnlineOnlyFlag": 0,
            "SendMsgResult": 0,
            "ErrorInfo": "",
            "UnreadMsgNum": 7,
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "Hello"}}],
            "CloudCustomData": "{}",
            "EventTime": at(2.5).unix_ms,
        },
        "Mac",
    )


def test_an_online_only_custom_message_is_told_as_such(core: Core) -> None:
    wish = SendMessageParams(
        "bob", "m", ElemType.CUSTOM, data=b"typing \xff", online_user_only=True
    )
    core.service.send_message(1, wish, at(1))
    body = core.one(CallbackCommand.AFTER_SEND_MSG)
    assert body["OnlineOnlyFlag"] == 1
    assert body["MsgBody"] == [
        {"MsgType": "TIMCustomElem", "MsgContent": {"Data": "typing \N{REPLACEMENT CHARACTER}"}}
    ]
    assert "UnreadMsgNum" not in body


def test_further_elements_are_told_as_the_rest_api_was_given_them(core: Core) -> None:
    elements = [{"MsgType": "TIMFaceElem", "MsgContent": {"Index": 1, "Data": "x"}}] * 2
    message = Message("m", "alice", "bob", msg_body=msgspec.json.encode(elements).decode())
    batch = Batch([MessageSent(message, 0, True)], 0)
    (told,) = callbacks_of(batch, AFTER_EVENTS)
    assert told.body["MsgBody"] == elements


def test_a_message_of_which_the_apps_server_wants_to_hear_nothing_is_not_told() -> None:
    sent = MessageSent(Message("m", "alice", "bob"), 0, True, is_after_callback_forbidden=True)
    assert callbacks_of(Batch([sent], 0), AFTER_EVENTS) == []


def test_a_message_that_is_there_already_is_not_told_again(core: Core) -> None:
    for _ in range(2):
        core.service.send_message(1, SendMessageParams("bob", "m", text="once"), at(1))
        told = core.callbacks()
    assert told == []


def test_reading_and_recalling_are_told_and_deleting_is_not(core: Core) -> None:
    core.service.send_message(1, SendMessageParams("bob", "m", text="Hello"), at(1))
    sent = core.one(CallbackCommand.AFTER_SEND_MSG)
    core.service.clean_unread(2, "c2c_alice", 0, at(2))
    assert core.one(CallbackCommand.AFTER_MSG_REPORT, 2) == {
        "Report_Account": "bob",
        "Peer_Account": "alice",
        "LastReadTime": 1002,
        "EventTime": at(2).unix_ms,
    }
    core.service.revoke_message(1, "bob", "m", at(3))
    assert core.one(CallbackCommand.AFTER_MSG_WITHDRAW, 3) == {
        "From_Account": "alice",
        "To_Account": "bob",
        "MsgKey": sent["MsgKey"],
        "EventTime": at(3).unix_ms,
    }
    core.service.delete_messages(2, "alice", [1])
    assert core.callbacks() == []


def test_unread_messages_are_counted_over_all_conversations_of_the_reader(core: Core) -> None:
    core.service.login(3, Login("carol", "phone", Platform.ANDROID), at(0))
    for session_id, sender in ((1, "alice"), (3, "carol")):
        core.service.send_message(session_id, SendMessageParams("bob", sender, text="Hi"), at(1))
        core.callbacks()
    lookups = lookups_of(core.service.app)
    assert lookups.count_unread is not None
    assert [lookups.count_unread(who) for who in ("alice", "bob", "nobody")] == [0, 2, 0]
    assert [lookups.platform_of(number) for number in (0, 1, 3, 99)] == [
        OptPlatform.REST_API,
        OptPlatform.LINUX,
        OptPlatform.ANDROID,
        OptPlatform.UNKNOWN,
    ]


def pair(one: str, other: str) -> dict[str, str]:
    return {"From_Account": one, "To_Account": other}


def test_friends_who_are_made_at_once_are_one_callback(core: Core) -> None:
    core.service.add_friend(1, AddFriendParams("bob"), at(1))
    assert core.one(CallbackCommand.FRIEND_ADD, 1) == {
        "PairList": [
            pair("alice", "bob") | {"Initiator_Account": "alice"},
            pair("bob", "alice") | {"Initiator_Account": "alice"},
        ],
        "ClientCmd": "friend_add",
        "ForceFlag": 0,
        "EventTime": at(1).unix_ms,
    }


def test_a_request_that_is_agreed_to_was_begun_by_whoever_asked(core: Core) -> None:
    core.service.set_self_info(2, SetSelfInfoParams(allow_type=FriendAllowType.NEED_CONFIRM))
    assert core.one(CallbackCommand.PORTRAIT_SET)["From_Account"] == "bob"
    with pytest.raises(IMError, match="30539"):
        core.service.add_friend(1, AddFriendParams("bob"), at(1))
    assert core.callbacks() == []
    core.service.accept_friend_application(2, AcceptFriendApplicationParams("alice"), at(2))
    body = core.one(CallbackCommand.FRIEND_ADD)
    assert body["ClientCmd"] == "friend_response"
    assert body["PairList"] == [
        pair("alice", "bob") | {"Initiator_Account": "alice"},
        pair("bob", "alice") | {"Initiator_Account": "alice"},
    ]


def test_friends_who_part_and_people_who_are_blocked_are_told(core: Core) -> None:
    core.service.add_friend(1, AddFriendParams("bob"), at(1))
    core.callbacks()
    core.service.add_to_black_list(1, ["bob"], at(2))
    deleted, blocked = core.callbacks(2)
    assert deleted.command is CallbackCommand.FRIEND_DELETE
    assert deleted.body["PairList"] == [pair("alice", "bob"), pair("bob", "alice")]
    assert blocked.command is CallbackCommand.BLACK_LIST_ADD
    assert blocked.body["PairList"] == [pair("alice", "bob")]
    core.service.delete_from_black_list(1, ["bob"])
    assert core.one(CallbackCommand.BLACK_LIST_DELETE)["PairList"] == [pair("alice", "bob")]


def test_a_profile_is_told_as_it_is_now(core: Core) -> None:
    core.service.set_self_info(1, SetSelfInfoParams(nick_name="Alice"))
    assert core.one(CallbackCommand.PORTRAIT_SET, 1) == {
        "From_Account": "alice",
        "Operator_Account": "alice",
        "ProfileItem": [
            {"Tag": "Tag_Profile_IM_Nick", "Value": "Alice"},
            {"Tag": "Tag_Profile_IM_SelfSignature", "Value": ""},
            {"Tag": "Tag_Profile_IM_AllowType", "Value": "AllowType_Type_AllowAny"},
        ],
        "EventTime": at(1).unix_ms,
    }


def test_fields_of_a_profile_that_only_an_admin_sets_are_told(core: Core) -> None:
    profiles.change(core.service.app, "alice", gender=Gender.MALE, custom_info={"Team": "red"})
    items = core.one(CallbackCommand.PORTRAIT_SET)["ProfileItem"]
    assert {"Tag": "Tag_Profile_IM_Gender", "Value": "Gender_Type_Male"} in items
    assert {"Tag": "Tag_Profile_Custom_Team", "Value": "red"} in items
    assert len(items) == 5


def test_many_friendships_that_end_at_once_are_told_in_several_callbacks(core: Core) -> None:
    app = core.service.app
    for number in range(1001):
        accounts.register(app, f"u{number}", at(0))
        friendships.add(app, "alice", f"u{number}", 0)
    made = core.callbacks()
    friendships.remove(app, "alice", list(app.friends.members("alice")))
    for told in (made, core.callbacks()):
        pairs = [one.body["PairList"] for one in told]
        assert [len(some) for some in pairs] == [1000, 1]
        assert pairs[1][0]["To_Account"] == "u1000"


def test_only_what_is_asked_for_is_told(core: Core) -> None:
    core.service.set_self_status(1, "Reading", None, at(1))
    core.service.send_message(1, SendMessageParams("bob", "m", text="Hello"), at(1))
    batch = Batch(core.service.take_changes(), 0)
    assert callbacks_of(batch, {CallbackCommand.FRIEND_ADD}) == []
    (told,) = callbacks_of(batch, {CallbackCommand.AFTER_SEND_MSG})
    assert told.command is CallbackCommand.AFTER_SEND_MSG
