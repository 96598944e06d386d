"""Deliveries: for each kind of change, which sessions receive what; without a loop or a socket."""

from collections.abc import Callable
from typing import Final

import msgspec
import pytest
from msgspec import structs

from imtui.protocol import messages as m
from imtui.protocol.messages import Method, SubscriptionReason
from imtui.protocol.proof import SigID
from imtui.protocol.status import Platform
from imtui.server.core import deliveries
from imtui.server.core.accounts import changes as a
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.changes import CloseReason
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
from imtui.server.core.logins.administration import set_console
from imtui.server.core.messages import changes as c
from imtui.server.core.messages.conversation import Conversation, Member
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.core.subscriptions.changes import SubscriptionsChanged
from tests.server.core.delivering import (
    BOB,
    CAROL,
    HERE,
    LAPTOP,
    PHONE,
    delivered,
    make_world,
    pushed,
)
from tests.server.core.world import World


@pytest.fixture
def world() -> World:
    return make_world()


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
    assert [getattr(one, "session_ids", None) for one in told] == ([watching] if watching else [])
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


SILENT: Final[list[Callable[[World], Change]]] = [
    lambda world: a.AccountRegistered(9, "dave", 0),
    lambda world: a.AccountDeleted(1, "alice", 0),
    lambda world: a.AccountLeft(1, LeftAs.LOST, 0),
    lambda world: a.UserSigsRevoked(1, 0, ()),
    lambda world: a.RevocationCorrected("alice", 0),
    lambda world: a.UserSigUsed(1, "i1", SigID(b"", 0)),
    lambda world: a.DeviceChanged(1, world.account("alice").devices["i1"]),
    lambda world: a.DeviceForgotten(1, "i1"),
    lambda world: c.ConversationCreated(Conversation(1)),
    lambda world: c.MemberJoined(Member(1, 1, "alice")),
    lambda world: c.ConversationCleared(1, 1, 1),
]
"""Changes of which no session hears by themselves."""


@pytest.mark.parametrize("make", SILENT)
def test_of_what_is_only_kept_nobody_hears(world: World, make: Callable[[World], Change]) -> None:
    assert delivered(world, make(world)) == []


def test_every_kind_of_change_is_delivered_or_known_to_be_silent(world: World) -> None:
    kinds = {kind for kind in Change.__subclasses__() if kind.__module__.startswith("imtui.")}
    silent = {type(make(world)) for make in SILENT}
    assert kinds - deliveries._DELIVERIES.keys() == silent


def test_deliveries_come_in_the_order_of_their_changes(world: World) -> None:
    changes = [
        f.FriendsAdded("alice", ("bob",)),
        a.OwnDevicesChanged("alice", ()),
        a.SessionClosed(BOB, "bob", False, CloseReason.LOST),
        f.FriendsAdded("alice", ("carol",)),
    ]
    kinds = [type(one).__name__ for one in delivered(world, *changes)]
    assert kinds == ["PushDelivery", "PushDelivery", "LoginDelivery", "PushDelivery"]
