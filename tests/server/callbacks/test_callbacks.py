"""What the app's server is told: a callback for each thing that the core does, and its form."""

import msgspec
import pytest

from imtui.protocol import messages as m
from imtui.protocol.chat import (
    CleanUnreadParams,
    DeleteMessagesParams,
    ElemType,
    Message,
    RevokeMessageParams,
    SendMessageParams,
)
from imtui.protocol.errors import IMError
from imtui.protocol.friendship import AcceptFriendApplicationParams
from imtui.protocol.messages import AddFriendParams, Method
from imtui.protocol.profiles import FriendAllowType, Gender, SetSelfInfoParams
from imtui.protocol.rest.callback import AFTER_EVENTS, Callback, CallbackCommand
from imtui.protocol.rest.message_key import message_random
from imtui.protocol.status import Platform
from imtui.server.callbacks.callbacks import Batch, callbacks_of
from imtui.server.core.friends import friendships, profiles
from imtui.server.core.logins.registration import register
from imtui.server.core.messages import sending
from imtui.server.core.messages.changes import MessageSent
from tests.server.callbacks.calling import Core, make_core
from tests.server.core.world import WALL_START, instant

SECOND = WALL_START // 1000


@pytest.fixture
def core() -> Core:
    return make_core()


def test_a_message_is_told_with_its_key_and_contents() -> None:
    core = Core()
    core.login(1, "alice", "laptop", Platform.MAC)
    core.login(2, "bob", "phone")
    core.callbacks()
    core.seconds = 2.5
    params = SendMessageParams("bob", "m-1", text="Hello", cloud_custom_data="{}")
    core.call(1, Method.SEND_MESSAGE, params)
    (callback,) = core.callbacks()
    random = message_random("m-1")
    assert callback == Callback(
        CallbackCommand.AFTER_SEND_MSG,
        "alice",
        {
            "From_Account": "alice",
            "To_Account": "bob",
            "MsgSeq": 1,
            "MsgRandom": random,
            "MsgTime": SECOND + 2,
            "MsgKey": f"1_{random}_{SECOND + 2}",
            "OnlineOnlyFlag": 0,
            "SendMsgResult": 0,
            "ErrorInfo": "",
            "UnreadMsgNum": 1,
            "MsgBody": [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "Hello"}}],
            "CloudCustomData": "{}",
            "EventTime": instant(2.5).unix_ms,
        },
        "Mac",
        contents_key="message 1 1",
    )


def test_an_online_only_custom_message_is_told_as_such(core: Core) -> None:
    params = SendMessageParams(
        "bob", "m", ElemType.CUSTOM, data=b"typing \xff", online_user_only=True
    )
    core.seconds = 1
    core.call(1, Method.SEND_MESSAGE, params)
    body = core.one(CallbackCommand.AFTER_SEND_MSG)
    assert body["OnlineOnlyFlag"] == 1
    assert body["MsgBody"] == [
        {"MsgType": "TIMCustomElem", "MsgContent": {"Data": "typing \N{REPLACEMENT CHARACTER}"}}
    ]
    assert body["UnreadMsgNum"] == 0


def test_further_elements_are_told_as_the_rest_api_was_given_them(core: Core) -> None:
    elements = [{"MsgType": "TIMFaceElem", "MsgContent": {"Index": 1, "Data": "x"}}] * 2
    message = Message("m", "alice", "bob", msg_body=msgspec.json.encode(elements).decode())
    batch = Batch([MessageSent(message, None, None, 0)], 0)
    (told,) = callbacks_of(batch, AFTER_EVENTS)
    assert told.body["MsgBody"] == elements


def test_a_message_of_which_the_apps_server_wants_to_hear_nothing_is_not_told() -> None:
    sent = MessageSent(
        Message("m", "alice", "bob"), None, None, 0, is_after_callback_forbidden=True
    )
    assert callbacks_of(Batch([sent], 0), AFTER_EVENTS) == []


def test_a_message_that_is_there_already_is_not_told_again(core: Core) -> None:
    for _ in range(2):
        core.seconds = 1
        core.call(1, Method.SEND_MESSAGE, SendMessageParams("bob", "m", text="once"))
        told = core.callbacks()
    assert told == []


def test_reading_and_recalling_are_told_and_deleting_is_not(core: Core) -> None:
    core.seconds = 1
    core.call(1, Method.SEND_MESSAGE, SendMessageParams("bob", "m", text="Hello"))
    sent = core.one(CallbackCommand.AFTER_SEND_MSG)
    core.seconds = 2
    core.call(2, Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT, CleanUnreadParams("c2c_alice", 0))
    assert core.one(CallbackCommand.AFTER_MSG_REPORT) == {
        "Report_Account": "bob",
        "Peer_Account": "alice",
        "LastReadTime": SECOND + 2,
        "UnreadMsgNum": 0,
        "EventTime": instant(2).unix_ms,
    }
    core.seconds = 3
    core.call(1, Method.REVOKE_MESSAGE, RevokeMessageParams("bob", "m"))
    assert core.one(CallbackCommand.AFTER_MSG_WITHDRAW) == {
        "From_Account": "alice",
        "To_Account": "bob",
        "MsgKey": sent["MsgKey"],
        "UnreadMsgNum": 0,
        "EventTime": instant(3).unix_ms,
    }
    core.call(2, Method.DELETE_MESSAGES, DeleteMessagesParams("alice", [1]))
    assert core.callbacks() == []


def test_unread_messages_are_counted_over_all_conversations_of_the_reader(core: Core) -> None:
    core.login(3, "carol", "phone", Platform.ANDROID)
    core.callbacks()
    unread, platforms = [], []
    for session_id, msg_id in ((1, "m1"), (3, "m2"), (1, "m3")):
        core.call(session_id, Method.SEND_MESSAGE, SendMessageParams("bob", msg_id, text="Hi"))
        (told,) = core.callbacks()
        unread.append(told.body["UnreadMsgNum"])
        platforms.append(told.platform)
    assert unread == [1, 2, 3]
    assert platforms == ["Linux", "Android", "Linux"]
    read = Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT
    core.call(2, read, CleanUnreadParams("c2c_carol"))
    assert core.one(CallbackCommand.AFTER_MSG_REPORT)["UnreadMsgNum"] == 2
    core.call(1, Method.REVOKE_MESSAGE, RevokeMessageParams("bob", "m1"))
    assert core.one(CallbackCommand.AFTER_MSG_WITHDRAW)["UnreadMsgNum"] == 1


def test_what_an_admin_sends_comes_from_the_rest_api(core: Core) -> None:
    sending.send_message(core.admin("alice"), SendMessageParams("bob", "m", text="Hi"))
    (told,) = core.callbacks()
    assert (told.platform, told.body["UnreadMsgNum"]) == ("RESTAPI", 1)


def test_what_a_passive_login_sends_comes_from_its_platform(core: Core) -> None:
    core.login(3, "alice", "shell", Platform.WEB, passive=True)
    core.callbacks()
    core.call(3, Method.SEND_MESSAGE, SendMessageParams("bob", "m", text="Hi"))
    assert [one.platform for one in core.callbacks()] == ["Web"]


def pair(one: str, other: str) -> dict[str, str]:
    return {"From_Account": one, "To_Account": other}


def test_friends_who_are_made_at_once_are_one_callback(core: Core) -> None:
    core.seconds = 1
    core.call(1, Method.ADD_FRIEND, AddFriendParams("bob"))
    assert core.one(CallbackCommand.FRIEND_ADD) == {
        "PairList": [
            pair("alice", "bob") | {"Initiator_Account": "alice"},
            pair("bob", "alice") | {"Initiator_Account": "alice"},
        ],
        "ClientCmd": "friend_add",
        "ForceFlag": 0,
        "EventTime": instant(1).unix_ms,
    }


def test_a_request_that_is_agreed_to_was_begun_by_whoever_asked(core: Core) -> None:
    core.call(2, Method.SET_SELF_INFO, SetSelfInfoParams(allow_type=FriendAllowType.NEED_CONFIRM))
    assert core.one(CallbackCommand.PORTRAIT_SET)["From_Account"] == "bob"
    with pytest.raises(IMError, match="30539"):
        core.seconds = 1
        core.call(1, Method.ADD_FRIEND, AddFriendParams("bob"))
    assert core.callbacks() == []
    core.seconds = 2
    core.call(2, Method.ACCEPT_FRIEND_APPLICATION, AcceptFriendApplicationParams("alice"))
    body = core.one(CallbackCommand.FRIEND_ADD)
    assert body["ClientCmd"] == "friend_response"
    assert body["PairList"] == [
        pair("alice", "bob") | {"Initiator_Account": "alice"},
        pair("bob", "alice") | {"Initiator_Account": "alice"},
    ]


def test_friends_who_part_and_people_who_are_blocked_are_told(core: Core) -> None:
    core.seconds = 1
    core.call(1, Method.ADD_FRIEND, AddFriendParams("bob"))
    core.callbacks()
    core.seconds = 2
    core.call(1, Method.ADD_TO_BLACK_LIST, m.UserIDListParams(["bob"]))
    deleted, blocked = core.callbacks()
    assert deleted.command is CallbackCommand.FRIEND_DELETE
    assert deleted.body["PairList"] == [pair("alice", "bob"), pair("bob", "alice")]
    assert blocked.command is CallbackCommand.BLACK_LIST_ADD
    assert blocked.body["PairList"] == [pair("alice", "bob")]
    core.call(1, Method.DELETE_FROM_BLACK_LIST, m.UserIDListParams(["bob"]))
    assert core.one(CallbackCommand.BLACK_LIST_DELETE)["PairList"] == [pair("alice", "bob")]


def test_a_profile_is_told_as_it_is_now(core: Core) -> None:
    core.seconds = 1
    core.call(1, Method.SET_SELF_INFO, SetSelfInfoParams(nick_name="Alice"))
    assert core.one(CallbackCommand.PORTRAIT_SET) == {
        "From_Account": "alice",
        "Operator_Account": "alice",
        "ProfileItem": [
            {"Tag": "Tag_Profile_IM_Nick", "Value": "Alice"},
            {"Tag": "Tag_Profile_IM_SelfSignature", "Value": ""},
            {"Tag": "Tag_Profile_IM_AllowType", "Value": "AllowType_Type_AllowAny"},
        ],
        "EventTime": instant(1).unix_ms,
    }


def test_fields_of_a_profile_that_only_an_admin_sets_are_told(core: Core) -> None:
    profiles.change(core.admin("alice"), gender=Gender.MALE, custom_info={"Team": "red"})
    items = core.one(CallbackCommand.PORTRAIT_SET)["ProfileItem"]
    assert {"Tag": "Tag_Profile_IM_Gender", "Value": "Gender_Type_Male"} in items
    assert {"Tag": "Tag_Profile_Custom_Team", "Value": "red"} in items
    assert len(items) == 5


def test_many_friendships_that_end_at_once_are_told_in_several_callbacks(core: Core) -> None:
    for number in range(1001):
        register(core.admin(), f"u{number}")
        friendships.add(core.state, "alice", f"u{number}", 0)
    made = core.callbacks()
    friends = [f"u{number}" for number in range(1001)]
    assert friendships.remove(core.state, "alice", friends) == friends
    for told in (made, core.callbacks()):
        pairs = [one.body["PairList"] for one in told]
        assert [len(some) for some in pairs] == [1000, 1]
        assert pairs[1][0]["To_Account"] == "u1000"


def test_only_what_is_asked_for_is_told(core: Core) -> None:
    core.seconds = 1
    core.call(1, Method.SET_SELF_STATUS, m.SetSelfStatusParams("Reading", None))
    core.seconds = 1
    core.call(1, Method.SEND_MESSAGE, SendMessageParams("bob", "m", text="Hello"))
    batch = Batch(core.take_changes(), 0)
    assert callbacks_of(batch, {CallbackCommand.FRIEND_ADD}) == []
    (told,) = callbacks_of(batch, {CallbackCommand.AFTER_SEND_MSG})
    assert told.command is CallbackCommand.AFTER_SEND_MSG
