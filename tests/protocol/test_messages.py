"""Messages go out and come back the same, under the names of the wire."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from imtui import protocol
from imtui.protocol import limits, messages
from imtui.protocol.chat import (
    ChangedMessages,
    Conversation,
    GetChangedMessagesParams,
    Message,
    MessageStatus,
)
from imtui.protocol.friendship import (
    AcceptFriendApplicationParams,
    FriendAcceptType,
    FriendApplication,
    FriendApplicationList,
    FriendApplicationType,
    FriendGroup,
    FriendGroupList,
    FriendInfoResult,
    FriendInfoResultList,
    FriendRelationType,
)
from imtui.protocol.messages import (
    AddFriendParams,
    CloseCode,
    DeleteFromFriendListParams,
    FriendInfo,
    FriendInfoList,
    FriendListPage,
    FriendType,
    GetFriendListParams,
    LoginParams,
    LoginResult,
    LogoutResult,
    Method,
    Push,
    SelfDevice,
    SelfDevices,
    SetSelfStatusParams,
    SubscriptionReason,
    Subscriptions,
    SubscriptionsChanged,
    UnsubscribeParams,
    UserIDList,
    UserIDListParams,
    UserStatusList,
)
from imtui.protocol.profiles import (
    FriendAllowType,
    SetSelfInfoParams,
    UserFullInfo,
    UserInfoList,
)
from imtui.protocol.status import Platform, UserStatus, UserStatusType

README = (Path(protocol.__file__).parent / "README.md").read_text(encoding="utf-8")
STATUS = UserStatus("a", UserStatusType.ONLINE, "On the call", ["Linux"], 5, 7)
STATUS_DOCUMENT = {
    "userID": "a",
    "statusType": 1,
    "customStatus": "On the call",
    "onlineDevices": ["Linux"],
    "since": 5,
    "revision": 7,
}

MESSAGES: list[tuple[Struct, dict[str, Any]]] = [
    (
        LoginParams(1400000000, "a", "sig", Platform.IPHONE, "i1", "phone", True, True),
        {
            "sdkAppID": 1400000000,
            "userID": "a",
            "userSig": "sig",
            "platform": "iPhone",
            "instanceID": "i1",
            "deviceName": "phone",
            "passive": True,
            "resume": True,
        },
    ),
    (
        LoginResult(25.0, 1795438693000, STATUS),
        {"heartbeatInterval": 25.0, "serverTime": 1795438693000, "selfStatus": STATUS_DOCUMENT},
    ),
    (SetSelfStatusParams("x", 9), {"customStatus": "x", "expiresAt": 9}),
    (UserIDListParams(["a"]), {"userIDList": ["a"]}),
    (UnsubscribeParams(), {"userIDList": None}),
    (UserStatusList([STATUS]), {"userStatusList": [STATUS_DOCUMENT]}),
    (Subscriptions(["a"]), {"userIDList": ["a"], "clearedAt": None}),
    (AddFriendParams("a"), {"userID": "a"}),
    (
        DeleteFromFriendListParams(["a"], FriendType.SINGLE),
        {"userIDList": ["a"], "deleteType": 1},
    ),
    (GetFriendListParams("a"), {"cursor": "a"}),
    (
        FriendListPage([FriendInfo("a", STATUS), FriendInfo("b")], "b"),
        {
            "friendInfoList": [
                {"userID": "a", "userStatus": STATUS_DOCUMENT},
                {"userID": "b", "userStatus": None},
            ],
            "nextCursor": "b",
        },
    ),
    (
        SelfDevices([SelfDevice("i1", "phone", Platform.WEB, 8)]),
        {
            "devices": [
                {"instanceID": "i1", "deviceName": "phone", "platform": "Web", "loginTime": 8}
            ]
        },
    ),
    (
        SubscriptionsChanged(["a"], ["b"], SubscriptionReason.EVICTED),
        {"added": ["a"], "removed": ["b"], "reason": "evicted"},
    ),
    (LogoutResult(STATUS), {"selfStatus": STATUS_DOCUMENT}),
    (
        Message("m1", "a", "b", 5, 2, 7, own_version=3, status=MessageStatus.HAS_DELETED),
        {
            "msgID": "m1",
            "sender": "a",
            "receiver": "b",
            "timestamp": 5,
            "seq": 2,
            "version": 7,
            "status": 4,
            "ownVersion": 3,
        },
    ),
    (
        Conversation("c2c_b", 7, own_version=3, cleared_seq=2),
        {"conversationID": "c2c_b", "version": 7, "ownVersion": 3, "clearedSeq": 2},
    ),
    (Conversation("c2c_b"), {"conversationID": "c2c_b"}),
    (
        GetChangedMessagesParams("b", 7, 50, 3),
        {"userID": "b", "sinceVersion": 7, "count": 50, "sinceOwnVersion": 3},
    ),
    (
        ChangedMessages([], False, 2, 7, 3),
        {
            "messageList": [],
            "isFinished": False,
            "clearedSeq": 2,
            "nextVersion": 7,
            "nextOwnVersion": 3,
        },
    ),
    (
        FriendInfoList([FriendInfo("a", STATUS)]),
        {"friendInfoList": [{"userID": "a", "userStatus": STATUS_DOCUMENT}]},
    ),
    (UserIDList(["a"]), {"userIDList": ["a"]}),
    (
        AddFriendParams("a", "hi", "Al", "Work", FriendType.SINGLE),
        {
            "userID": "a",
            "addWording": "hi",
            "friendRemark": "Al",
            "friendGroup": "Work",
            "addType": 1,
        },
    ),
    (
        FriendInfo("a", None, "Al", ["Work"], "Alice", "Ad astra"),
        {
            "userID": "a",
            "userStatus": None,
            "friendRemark": "Al",
            "friendGroups": ["Work"],
            "nickName": "Alice",
            "selfSignature": "Ad astra",
        },
    ),
    (
        FriendApplicationList(
            [
                FriendApplication("a", FriendApplicationType.COME_IN, 9, "hi", "Alice"),
                FriendApplication("b", FriendApplicationType.SEND_OUT, 8),
            ],
            1,
        ),
        {
            "friendApplicationList": [
                {
                    "userID": "a",
                    "type": 1,
                    "addTime": 9,
                    "addWording": "hi",
                    "nickName": "Alice",
                },
                {"userID": "b", "type": 2, "addTime": 8},
            ],
            "unreadCount": 1,
        },
    ),
    (
        AcceptFriendApplicationParams("a", FriendAcceptType.AGREE, "Al"),
        {"userID": "a", "acceptType": 0, "friendRemark": "Al"},
    ),
    (
        FriendInfoResultList([FriendInfoResult(FriendRelationType.BOTH_WAY, FriendInfo("a"))]),
        {"resultList": [{"relation": 3, "friendInfo": {"userID": "a", "userStatus": None}}]},
    ),
    (
        FriendGroupList([FriendGroup("Work", 3)]),
        {"friendGroupList": [{"groupName": "Work", "friendCount": 3}]},
    ),
    (
        SetSelfInfoParams(nick_name="", allow_type=FriendAllowType.DENY_ANY),
        {"nickName": "", "allowType": 2},
    ),
    (
        UserInfoList([UserFullInfo("a", "Alice"), UserFullInfo("b")]),
        {"userInfoList": [{"userID": "a", "nickName": "Alice"}, {"userID": "b"}]},
    ),
]


@pytest.mark.parametrize(("message", "document"), MESSAGES, ids=lambda value: type(value).__name__)
def test_a_message_and_its_document(message: Struct, document: dict[str, Any]) -> None:
    assert json.loads(msgspec.json.encode(message)) == document
    assert msgspec.json.decode(json.dumps(document), type=type(message)) == message


@pytest.mark.parametrize(("message", "document"), MESSAGES, ids=lambda value: type(value).__name__)
def test_unknown_fields_are_ignored(message: Struct, document: dict[str, Any]) -> None:
    newer = document | {"somethingNewer": [1]}
    assert msgspec.json.decode(json.dumps(newer), type=type(message)) == message


def test_what_a_login_may_leave_out() -> None:
    least = msgspec.json.decode(b'{"sdkAppID": 1, "userID": "a"}', type=LoginParams)
    assert least == LoginParams(1, "a", "", Platform.LINUX, "", "", False, False)


def test_what_changed_messages_may_leave_out() -> None:
    """A backend from before own versions sends no more than this, and a client asks no more."""
    answer = msgspec.json.decode(b'{"messageList": [], "isFinished": true}', type=ChangedMessages)
    assert answer == ChangedMessages([], True, 0, 0, 0)
    params = msgspec.json.decode(b'{"userID": "b"}', type=GetChangedMessagesParams)
    assert params.since_own_version is None


def test_a_deletion_concerns_both_lists_by_default() -> None:
    assert DeleteFromFriendListParams(["a"]).delete_type is FriendType.BOTH


@pytest.mark.parametrize("method", list(Method))
def test_the_page_of_the_wire_tells_of_each_method(method: Method) -> None:
    assert f"### `{method}`" in README


@pytest.mark.parametrize("push", list(Push))
def test_the_page_of_the_wire_tells_of_each_push(push: Push) -> None:
    assert f"`{push}`" in README


@pytest.mark.parametrize("code", list(CloseCode))
def test_the_page_of_the_wire_tells_of_each_close_code(code: CloseCode) -> None:
    assert f"| {code.value} |" in README


def test_the_page_of_the_wire_tells_of_no_other_method() -> None:
    assert set(re.findall(r"^### `(\w+)`", README, re.MULTILINE)) == set(Method)


def test_the_limits_of_the_page() -> None:
    assert (limits.QUERY_MAX_USERS, limits.SUBSCRIBE_MAX_USERS) == (500, 100)
    assert (limits.UNSUBSCRIBE_MAX_USERS, limits.SUBSCRIPTIONS_MAX) == (100, 200)
    assert (limits.RATE_CALLS, limits.RATE_WINDOW) == (20, 5.0)
    assert limits.HEARTBEAT_TIMEOUT == 400.0


@pytest.mark.parametrize(
    ("timeout", "interval", "answer"),
    [(400.0, 25.0, 10.0), (100.0, 25.0, 10.0), (60.0, 15.0, 10.0), (3.0, 0.75, 0.75)],
)
def test_a_heartbeat_is_due_four_times_in_the_time_out(
    timeout: float, interval: float, answer: float
) -> None:
    assert limits.heartbeat_interval(timeout) == interval
    assert limits.heartbeat_answer_timeout(interval) == answer


def test_the_limits_of_friendship() -> None:
    assert (limits.FRIENDS_MAX, limits.FRIEND_APPLICATIONS_MAX) == (3000, 100)
    assert (limits.FRIEND_GROUPS_MAX, limits.BLACK_LIST_MAX) == (32, 1000)


def test_the_protocol_has_a_version() -> None:
    assert messages.PROTOCOL_VERSION >= 1
