"""Deliveries: for each kind of change, which sessions receive what; without a loop or a socket."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
from msgspec import structs

from imtui.protocol import chat
from imtui.protocol import messages as m
from imtui.protocol.friendship import FriendApplicationType
from imtui.protocol.messages import Method, SubscriptionReason
from imtui.protocol.profiles import UserFullInfo
from imtui.protocol.status import ChangedBy, Platform
from imtui.server.core import deliveries
from imtui.server.core.accounts import changes as a
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import CloseReason
from imtui.server.core.archive import StoredMessage
from imtui.server.core.change import Change
from imtui.server.core.console import Console, ConsoleChanged
from imtui.server.core.delivery import (
    CloseDelivery,
    Delivery,
    ForgetDelivery,
    LoginDelivery,
    PushDelivery,
    StatusDelivery,
)
from imtui.server.core.friends import changes as f
from imtui.server.core.friends.request import FriendRequest
from imtui.server.core.logins.administration import set_console
from imtui.server.core.messages import changes as c
from imtui.server.core.messages.conversation import Conversation, Member
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.core.subscriptions.changes import SubscriptionsChanged
from tests.server.core.fingerprint import fingerprint
from tests.server.core.world import JSON, World

PHONE, LAPTOP, BOB, CAROL, NOBODY = 1, 2, 3, 4, 99
"""Alice's two sessions, one of bob and one of carol, and a connection without a login."""

HERE: Final = ChangedBy("i1", "phone", Platform.ANDROID)
MESSAGE: Final = chat.Message("m1", "alice", "bob", 5, 1, 1, text="Hi")
STORED: Final = StoredMessage(1, 1, 1, 1, "m1", 5, text="Hi")

Pushed = list[tuple[tuple[int, ...], str, JSON]]


def make_world() -> World:
    """Return a world with alice, bob and carol; bob has alice as a friend, carol subscribed."""
    world = World()
    for session_id, user_id in (
        (PHONE, "alice"),
        (LAPTOP, "alice"),
        (BOB, "bob"),
        (CAROL, "carol"),
    ):
        world.login(session_id, user_id, f"i{session_id}")
    world.call(BOB, Method.ADD_FRIEND, m.AddFriendParams("alice", add_type=m.FriendType.SINGLE))
    world.call(CAROL, Method.SUBSCRIBE_USER_STATUS, m.UserIDListParams(["alice"]))
    world.take_changes()
    return world


@pytest.fixture
def world() -> World:
    return make_world()


def delivered(world: World, *changes: Change) -> list[Delivery]:
    """Return the deliveries of changes, which leave the state as it is and come up twice the same."""
    before = fingerprint(world.state)
    found = world.core.deliveries(changes)
    assert world.core.deliveries(changes) == found
    assert fingerprint(world.state) == before
    return found


def pushed(world: World, *changes: Change, is_chat: bool = False) -> Pushed:
    """Return pushes, which are all that is delivered."""
    found: Pushed = []
    for one in delivered(world, *changes):
        assert isinstance(one, PushDelivery)
        assert one.is_chat is is_chat
        push = msgspec.json.decode(one.data)
        assert push.pop("jsonrpc") == "2.0"
        found.append((one.session_ids, push["method"], push["params"]))
    return found


def conversation(world: World, **joined: int) -> Conversation:
    """Return a conversation of alice and bob, who may have joined it late."""
    members = [
        Member(
            1, world.account(user_id).key, user_id, joined.get(user_id, 0), joined.get(user_id, 0)
        )
        for user_id in ("alice", "bob")
    ]
    return Conversation(1, last_seq=1, version=1, members=members)


def sent(world: World, **more: Any) -> c.MessageSent:
    """Return that alice's phone has sent a message to bob."""
    given: dict[str, Any] = {"message": MESSAGE, "stored": STORED, "session_id": PHONE, **more}
    return c.MessageSent(**{"conversation": conversation(world), **given})


def test_a_login_and_each_way_of_ending_it(world: World) -> None:
    opened = a.SessionOpened(PHONE, "alice", HERE, False)
    assert delivered(world, opened) == [LoginDelivery(PHONE, "alice", Platform.ANDROID)]

    def ended(reason: CloseReason) -> list[Delivery]:
        return delivered(world, a.SessionClosed(PHONE, "alice", False, reason))

    gone = LoginDelivery(PHONE, "")
    for reason in (CloseReason.LOST, CloseReason.SILENT, CloseReason.LOGGED_OUT):
        assert ended(reason) == [gone]
    kicked, after = ended(CloseReason.KICKED)
    assert isinstance(kicked, PushDelivery)
    assert (kicked.session_ids, after) == ((PHONE,), gone)
    assert msgspec.json.decode(kicked.data)["method"] == "onKickedOffline"
    assert ended(CloseReason.TAKEN_OVER) == [
        gone,
        CloseDelivery(PHONE, m.CloseCode.TAKEN_OVER, "taken over by another login"),
    ]


def test_own_devices_go_to_all_sessions_of_the_account_or_to_one(world: World) -> None:
    devices = (m.SelfDevice("i1", "phone", Platform.ANDROID, 7),)
    shown = {
        "devices": [
            {"instanceID": "i1", "deviceName": "phone", "platform": "Android", "loginTime": 7}
        ]
    }
    for only, session_ids in ((None, (PHONE, LAPTOP)), (LAPTOP, (LAPTOP,))):
        change = a.OwnDevicesChanged("alice", devices, only)
        assert pushed(world, change) == [(session_ids, "onSelfDevicesChanged", shown)]
    assert delivered(world, a.OwnDevicesChanged("nobody", devices)) == []


def test_the_console_goes_to_everybody_if_it_concerns_clients(world: World) -> None:
    console = Console().with_settings({"edition": "standard"})
    shown = {"edition": "standard", "userStatus": "on", "friendStatus": "on"}
    assert pushed(world, ConsoleChanged(console, True, {"edition": "standard"})) == [
        ((PHONE, LAPTOP, BOB, CAROL), "onConsoleChanged", shown)
    ]
    assert delivered(world, ConsoleChanged(console, False, {"login_policy": "single"})) == []


def status_changed(world: World, *, to_watchers: bool) -> StatusChanged:
    status = structs.replace(world.account("alice").status, custom_status="Lunch")
    return StatusChanged(status, structs.replace(status, changed_by=HERE), to_watchers)


def test_a_status_goes_to_own_devices_with_who_changed_it_and_to_each_watcher_once(
    world: World,
) -> None:
    world.call(CAROL, Method.ADD_FRIEND, m.AddFriendParams("alice", add_type=m.FriendType.SINGLE))
    own, watched = delivered(world, status_changed(world, to_watchers=True))
    assert isinstance(own, PushDelivery)
    assert isinstance(watched, StatusDelivery)
    assert own.session_ids == (PHONE, LAPTOP)
    assert not own.is_chat
    push = msgspec.json.decode(own.data)
    assert push["method"] == "onUserStatusChanged"
    (shown,) = push["params"]["userStatusList"]
    assert shown["changedBy"]["instanceID"] == "i1"
    assert (watched.user_id, watched.session_ids) == ("alice", [BOB, CAROL])
    told = msgspec.json.decode(watched.status)
    assert told == {name: value for name, value in shown.items() if name != "changedBy"}


@pytest.mark.parametrize(
    ("settings", "watching"),
    [
        ({}, [BOB, CAROL]),
        ({"friend_status": "off"}, [CAROL]),
        ({"user_status": "off"}, [BOB]),
        ({"edition": "standard"}, [BOB]),
        ({"edition": "standard", "friend_status": "off"}, []),
    ],
)
def test_watchers_are_those_whom_the_console_allows(
    world: World, settings: dict[str, str], watching: list[int]
) -> None:
    set_console(world.admin(), settings)
    _, *told = delivered(world, status_changed(world, to_watchers=True))
    assert [one.session_ids for one in told if isinstance(one, StatusDelivery)] == [watching][
        : bool(watching)
    ]
    assert len(told) == bool(watching)
    assert len(delivered(world, status_changed(world, to_watchers=False))) == 1


def test_subscriptions_go_to_own_devices_and_what_is_watched_no_longer_is_forgotten_after_it(
    world: World,
) -> None:
    gone = SubscriptionsChanged("bob", ("dave",), ("erin", "alice"), SubscriptionReason.EVICTED, 0)
    push, forgotten = delivered(world, gone)
    assert isinstance(push, PushDelivery)
    assert push.session_ids == (BOB,)
    assert msgspec.json.decode(push.data) == {
        "jsonrpc": "2.0",
        "method": "onSubscriptionsChanged",
        "params": {"added": ["dave"], "removed": ["erin", "alice"], "reason": "evicted"},
    }
    # Alice is still watched, as a friend.
    assert forgotten == ForgetDelivery((BOB,), ("erin",))
    added = SubscriptionsChanged("bob", ("dave",), (), SubscriptionReason.SUBSCRIBED, 0)
    assert len(delivered(world, added)) == 1


def test_friends_who_are_deleted_are_forgotten_unless_they_are_watched_otherwise(
    world: World,
) -> None:
    push, forgotten = delivered(world, f.FriendsDeleted("carol", ("alice", "bob")))
    assert isinstance(push, PushDelivery)
    assert msgspec.json.decode(push.data)["params"] == {"userIDList": ["alice", "bob"]}
    assert (push.session_ids, forgotten) == ((CAROL,), ForgetDelivery((CAROL,), ("bob",)))
    assert delivered(world, f.FriendsDeleted("nobody", ("alice",))) == []


REQUEST: Final = FriendRequest("alice", "bob", 5, "Hello")


def shown_request(user_id: str, kind: FriendApplicationType, unread: int) -> JSON:
    return {
        "friendApplicationList": [
            {"userID": user_id, "type": int(kind), "addTime": 5, "addWording": "Hello"}
        ],
        "unreadCount": unread,
    }


def group(*user_ids: str) -> JSON:
    return {"groupName": "Work", "userIDList": list(user_ids)}


@pytest.mark.parametrize(
    ("change", "method", "params"),
    [
        (f.FriendGroupCreated("alice", "Work", ("bob",)), "onFriendGroupCreated", group("bob")),
        (
            f.FriendGroupsDeleted("alice", ("Work", "Home")),
            "onFriendGroupDeleted",
            {"groupNameList": ["Work", "Home"]},
        ),
        (
            f.FriendGroupRenamed("alice", "Work", "Home"),
            "onFriendGroupNameChanged",
            {"oldName": "Work", "newName": "Home"},
        ),
        (f.FriendsGrouped("alice", "Work", ("bob",)), "onFriendsAddedToGroup", group("bob")),
        (f.FriendsUngrouped("alice", "Work", ("bob",)), "onFriendsDeletedFromGroup", group("bob")),
        (f.FriendRequestsRead("alice"), "onFriendApplicationListRead", {}),
        (f.BlackListAdded("alice", ("bob",)), "onBlackListAdded", {"userIDList": ["bob"]}),
        (f.BlackListDeleted("alice", ("bob",)), "onBlackListDeleted", {"userIDList": ["bob"]}),
    ],
)
def test_what_one_does_oneself_goes_to_own_devices_only(
    world: World, change: Change, method: str, params: JSON
) -> None:
    assert pushed(world, change) == [((PHONE, LAPTOP), method, params)]


def test_new_friends_are_shown_with_their_statuses_and_noted_ones_without(world: World) -> None:
    ((session_ids, method, params),) = pushed(world, f.FriendsAdded("bob", ("alice",)))
    (friend,) = params["friendInfoList"]
    assert (session_ids, method) == ((BOB,), "onFriendListAdded")
    assert (friend["userID"], friend["userStatus"]["userID"]) == ("alice", "alice")
    noted = f.FriendNoted("bob", "alice", f.FriendNote("Al"), 0)
    ((session_ids, method, params),) = pushed(world, noted)
    (friend,) = params["friendInfoList"]
    assert (session_ids, method) == ((BOB,), "onFriendInfoChanged")
    assert friend == {"userID": "alice", "userStatus": None}
    assert delivered(world, f.FriendsAdded("nobody", ("alice",))) == []


def test_a_request_is_shown_to_each_of_the_two_from_their_side(world: World) -> None:
    added = pushed(world, f.FriendRequestAdded(REQUEST))
    assert [(session_ids, method) for session_ids, method, _ in added] == [
        ((PHONE, LAPTOP), "onFriendApplicationListAdded"),
        ((BOB,), "onFriendApplicationListAdded"),
    ]
    (of_asker,), (of_receiver,) = (params["friendApplicationList"] for _, _, params in added)
    assert (of_asker["userID"], of_asker["type"]) == ("bob", FriendApplicationType.SEND_OUT)
    assert (of_receiver["userID"], of_receiver["type"]) == ("alice", FriendApplicationType.COME_IN)
    method = "onFriendApplicationListDeleted"
    assert pushed(world, f.FriendRequestDeleted("alice", "bob")) == [
        ((PHONE, LAPTOP), method, {"userIDList": ["bob"]}),
        ((BOB,), method, {"userIDList": ["alice"]}),
    ]


def test_a_profile_goes_to_own_devices_and_to_those_who_have_the_user_as_a_friend(
    world: World,
) -> None:
    info = UserFullInfo("alice", "Alice")
    (own,) = pushed(world, f.ProfileChanged(info, False))
    assert own[:2] == ((PHONE, LAPTOP), "onSelfInfoUpdated")
    assert own[2]["userInfo"]["nickName"] == "Alice"
    first, (session_ids, method, _) = pushed(world, f.ProfileChanged(info, True))
    assert first == own
    assert (session_ids, method) == ((BOB,), "onFriendInfoChanged")
    world.lose(BOB)
    assert len(delivered(world, f.ProfileChanged(info, True))) == 1


SHOWN: Final = {"messageList": [msgspec.to_builtins(MESSAGE)], "isFinished": True}


@pytest.mark.parametrize(
    ("more", "session_ids"),
    [
        ({}, (LAPTOP, BOB)),
        ({"session_id": 0}, (PHONE, LAPTOP, BOB)),
        ({"to_sender": False}, (BOB,)),
        ({"to_receiver": False}, (LAPTOP,)),
        ({"stored": None, "conversation": None}, (LAPTOP, BOB)),
    ],
)
def test_a_message_goes_to_all_devices_of_both_but_the_sending_one_encoded_once(
    world: World, more: dict[str, Any], session_ids: tuple[int, ...]
) -> None:
    found = pushed(world, sent(world, **more), is_chat=True)
    assert found == [(session_ids, "onRecvNewMessage", SHOWN)]


def test_nobody_is_pushed_what_has_no_session_to_go_to(world: World) -> None:
    assert delivered(world, sent(world, to_sender=False, to_receiver=False)) == []
    world.lose(BOB)
    world.lose(LAPTOP)
    assert delivered(world, sent(world)) == []


def test_whoever_joined_late_counts_from_there_and_sees_nothing_of_before(world: World) -> None:
    message = structs.replace(MESSAGE, seq=9, version=8)
    late = conversation(world, bob=7)
    first, second = pushed(world, sent(world, message=message, conversation=late), is_chat=True)
    told = [
        (session_ids, params["messageList"][0]["seq"], params["messageList"][0]["version"])
        for session_ids, _, params in (first, second)
    ]
    assert told == [((LAPTOP,), 9, 8), ((BOB,), 2, 1)]
    # A hint that is not stored has no place that could be counted.
    hint = structs.replace(MESSAGE, seq=0, version=0, online_user_only=True)
    for _, _, params in pushed(world, sent(world, message=hint, conversation=late), is_chat=True):
        assert "seq" not in params["messageList"][0]


def revoked(world: World, hidden: dict[str, int], **joined: int) -> list[tuple[Any, ...]]:
    recalled = structs.replace(
        MESSAGE, seq=9, version=10, text="", status=chat.MessageStatus.LOCAL_REVOKED
    )
    there = conversation(world, **joined)
    change = c.MessageRevoked(recalled, STORED.erased(10), there, 0, hidden)
    found = []
    for session_ids, method, params in pushed(world, change, is_chat=True):
        assert method == "onMessagesChanged"
        (one,) = params["messageList"]
        found.append(
            (session_ids, one["status"], one["seq"], one["version"], one.get("ownVersion"))
        )
    return found


def test_a_recall_goes_to_both_as_each_sees_the_message(world: World) -> None:
    alice = ((PHONE, LAPTOP), 6, 9, 10, None)
    assert revoked(world, {}) == [alice, ((BOB,), 6, 9, 10, None)]
    assert revoked(world, {}, bob=7) == [alice, ((BOB,), 6, 2, 3, None)]
    assert revoked(world, {"bob": 3}) == [alice, ((BOB,), 4, 9, 10, 3)]
    # Cleared, or from before bob's account: they are told nothing of it.
    assert revoked(world, {"bob": 0}) == [alice]


def test_deleted_messages_and_changed_conversations_go_to_own_devices_only(world: World) -> None:
    hidden = c.MessagesHidden("alice", 1, 1, (c.Hidden(1, 1),), (MESSAGE,))
    member = conversation(world).member("alice")
    changed = c.ConversationChanged("alice", chat.Conversation("c2c_bob", 3), member)
    assert pushed(world, hidden, changed, is_chat=True) == [
        ((PHONE, LAPTOP), "onMessagesChanged", SHOWN),
        (
            (PHONE, LAPTOP),
            "onConversationChanged",
            {"conversationList": [{"conversationID": "c2c_bob", "version": 3}], "nextCursor": None},
        ),
    ]


def test_a_read_receipt_goes_to_the_other_one_who_may_be_gone(world: World) -> None:
    world.call(PHONE, Method.SEND_MESSAGE, chat.SendMessageParams("bob", "m1", text="Hi"))
    world.take_changes()
    change = c.ConversationRead("alice", "bob", 1, 1, 7, 0)
    receipt = {"receiptList": [{"userID": "bob", "readSeq": 1, "timestamp": 7}]}
    assert pushed(world, change, is_chat=True) == [
        ((PHONE, LAPTOP), "onRecvC2CReadReceipt", receipt)
    ]
    assert delivered(world, c.ConversationRead("carol", "bob", 1, 1, 7, 0)) == []


SILENT: Final[list[Callable[[World], Change]]] = [
    lambda world: a.AccountRegistered(9, "dave", 0),
    lambda world: a.AccountDeleted(1, "alice", 0),
    lambda world: a.AccountLeft(1, a.LeftAs.LOST, 0),
    lambda world: a.UserSigsRevoked(1, 0, frozenset()),
    lambda world: a.DeviceChanged(1, world.account("alice").devices["i1"]),
    lambda world: a.DeviceForgotten(1, "i1"),
    lambda world: c.ConversationCreated(conversation(world)),
    lambda world: c.MemberJoined(conversation(world).member("alice")),
    lambda world: c.ConversationCleared(1, 1, 1),
]
"""Changes of which no session hears by themselves."""


@pytest.mark.parametrize("make", SILENT)
def test_of_what_is_only_kept_nobody_hears(world: World, make: Callable[[World], Change]) -> None:
    assert delivered(world, make(world)) == []


def test_every_kind_of_change_is_delivered_or_known_to_be_silent() -> None:
    kinds = {kind for kind in Change.__subclasses__() if kind.__module__.startswith("imtui.")}
    world = make_world()
    silent = {type(make(world)) for make in SILENT}
    assert kinds - deliveries._DELIVERIES.keys() == silent
    assert world.state[Accounts].session(PHONE).user_id == "alice"


def test_deliveries_come_in_the_order_of_their_changes(world: World) -> None:
    changes = [
        f.FriendsAdded("alice", ("bob",)),
        sent(world),
        a.SessionClosed(BOB, "bob", False, CloseReason.LOST),
        f.FriendsAdded("alice", ("carol",)),
    ]
    kinds = [type(one).__name__ for one in delivered(world, *changes)]
    assert kinds == ["PushDelivery", "PushDelivery", "LoginDelivery", "PushDelivery"]
