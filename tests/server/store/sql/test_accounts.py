"""Accounts, devices, subscriptions and the console come back after a restart."""

from pathlib import Path

from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.profiles import UserFullInfo
from imtui.protocol.proof import SigID
from imtui.protocol.status import Platform
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.changes import (
    AccountDeleted,
    AccountLeft,
    AccountRegistered,
    DeviceChanged,
    DeviceForgotten,
    RevocationCorrected,
    UserSigsRevoked,
    UserSigUsed,
)
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.change import Change
from imtui.server.core.console import Console, ConsoleChanged, Edition
from imtui.server.core.friends.changes import (
    FriendGroupCreated,
    FriendsAdded,
    FriendsDeleted,
    ProfileChanged,
)
from imtui.server.core.stored import StoredAccount
from imtui.server.core.subscriptions.changes import SubscriptionsChanged
from tests.server.store.sql.stores import ACCOUNTS, ALICE, BOB, CREATED, PEOPLE, reopened, sent


def device(state: DeviceState, instance_id: str = "laptop") -> Device:
    return Device("alice", instance_id, Platform.LINUX, "die Kiste", state, 3, 11, 12)


def subscribed(*added: str, removed: tuple[str, ...] = (), at: int = 0) -> Change:
    reason = SubscriptionReason.CLEARED if at else SubscriptionReason.SUBSCRIBED
    return SubscriptionsChanged("alice", added, removed, reason, at)


def test_accounts_devices_friends_and_console_come_back(database: Path) -> None:
    stored = reopened(
        database,
        [*PEOPLE, DeviceChanged(ALICE, device(DeviceState.LIVE))],
        [
            DeviceChanged(ALICE, device(DeviceState.KICKED)),
            DeviceChanged(ALICE, device(DeviceState.LOST, "old")),
            FriendsAdded("alice", ("bob", "carol")),
            ConsoleChanged(Console(edition=Edition.STANDARD), True, {"edition": "standard"}),
        ],
        [FriendsDeleted("alice", ("bob",)), DeviceForgotten(ALICE, "old")],
    )
    assert stored.accounts == ACCOUNTS
    assert stored.devices == [device(DeviceState.KICKED)]
    assert stored.friends == [("alice", "carol", 0)]
    assert stored.console == Console(edition=Edition.STANDARD)


def test_subscriptions_come_back_in_their_order(database: Path) -> None:
    stored = reopened(database, PEOPLE, [subscribed("bob", "carol")], [subscribed("bob")])
    assert stored.subscriptions == [("alice", "carol"), ("alice", "bob")]


def test_when_subscriptions_were_cleared_comes_back(database: Path) -> None:
    stored = reopened(database, PEOPLE, [subscribed("bob")], [subscribed(removed=("bob",), at=99)])
    assert stored.subscriptions == []
    assert stored.accounts[0].subscriptions_cleared_at == 99


def test_how_and_when_the_last_device_left_comes_back(database: Path) -> None:
    changes: list[Change] = [
        AccountLeft(ALICE, LeftAs.LOST, 40),
        AccountLeft(BOB, LeftAs.LOST, 41),
        AccountLeft(BOB, LeftAs.LOGGED_OUT, 42),
    ]
    alice, bob, carol = reopened(database, PEOPLE, changes).accounts
    assert (alice.left_as, alice.since) == (LeftAs.LOST, 40)
    assert (bob.left_as, bob.since) == (LeftAs.LOGGED_OUT, 42)
    assert (carol.left_as, carol.since) == (LeftAs.LOGGED_OUT, 0)


def test_revoked_user_sigs_come_back_also_of_a_deleted_account(database: Path) -> None:
    first, second, third = (SigID(bytes(15) + bytes([end]), end) for end in (54, 56, 57))
    revoked = UserSigsRevoked(ALICE, 50, (first, second)), UserSigsRevoked(ALICE, 55, (third,))
    stored = reopened(database, PEOPLE, [*revoked], [AccountDeleted(ALICE, "alice", 56_000)])
    alice = stored.accounts[0]
    assert (alice.sigs_revoked_at, set(alice.sigs_revoked)) == (55, {second, third})
    assert alice.is_deleted


def test_a_corrected_revocation_comes_back_as_it_is_then(database: Path) -> None:
    ahead: list[Change] = [UserSigsRevoked(ALICE, 9000, ()), UserSigsRevoked(BOB, 40, ())]
    corrected: list[Change] = [RevocationCorrected("alice", 55), RevocationCorrected("bob", 55)]
    alice, bob, _ = reopened(database, PEOPLE, ahead, corrected).accounts
    assert (alice.sigs_revoked_at, bob.sigs_revoked_at) == (55, 40)


def test_the_user_sig_of_each_device_comes_back(database: Path) -> None:
    used = [
        UserSigUsed(key, name, SigID(bytes(16), end))
        for key, name, end in [(ALICE, "a", 1), (ALICE, "a", 2), (ALICE, "b", 3), (BOB, "a", 4)]
    ]
    forgotten = [DeviceForgotten(ALICE, "b"), AccountDeleted(BOB, "bob", 5)]
    stored = reopened(database, PEOPLE, [*used], [*forgotten])
    assert stored.sig_ids == [("alice", "a", SigID(bytes(16), 2))]


def test_whoever_registers_a_deleted_user_id_is_another_account(database: Path) -> None:
    own: list[Change] = [
        DeviceChanged(ALICE, device(DeviceState.LOST)),
        ProfileChanged(UserFullInfo("alice", "Ally"), True),
        FriendGroupCreated("alice", "Work", ()),
        CREATED,
        sent(1),
    ]
    stored = reopened(
        database,
        PEOPLE,
        own,
        [AccountDeleted(ALICE, "alice", 99), AccountRegistered(4, "alice", 100)],
        [FriendsAdded("alice", ("bob",)), FriendsAdded("bob", ("alice",))],
    )
    assert stored.accounts == [
        StoredAccount(ALICE, "alice", 7, is_deleted=True),
        *ACCOUNTS[1:],
        StoredAccount(4, "alice", 100),
    ]
    assert stored.devices == []
    assert stored.profiles == []
    assert stored.friend_groups == []
    assert sorted(stored.friends) == [("alice", "bob", 0), ("bob", "alice", 0)]
    # The conversation remembers who wrote.
    (conversation,) = stored.conversations
    assert [(one.account, one.has_left) for one in conversation.members] == [
        (ALICE, True),
        (BOB, False),
    ]


def test_a_deleted_account_loses_when_its_subscriptions_were_cleared(database: Path) -> None:
    stored = reopened(
        database,
        PEOPLE,
        [subscribed("bob")],
        [subscribed(removed=("bob",), at=99), AccountDeleted(ALICE, "alice", 100)],
    )
    assert stored.accounts[0] == StoredAccount(ALICE, "alice", 7, is_deleted=True)
