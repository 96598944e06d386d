"""The watcher on a backend that clears subscriptions, refuses calls and disconnects."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from imtui.cli.output.printers import Change, Printer, Snapshot
from imtui.cli.watcher import Watcher
from imtui.sdk import (
    Backoff,
    ConsoleSettings,
    FriendInfo,
    IMClient,
    IMError,
    SelfDevice,
    SubscriptionReason,
    UserStatus,
)
from tests.sdk.fake_backend import APP, FakeBackend, Peer, Refusal, fake_backend, status


class QueuePrinter(Printer):
    """A printer that queues its calls for a test."""

    prints_own_status = True

    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []
        self.printed: asyncio.Queue[object] = asyncio.Queue()

    def print_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self.printed.put_nowait("begun")

    def print_changes(self, changes: Sequence[Change]) -> None:
        for _, after in changes:
            self.printed.put_nowait(
                f"{after.user_id} {after.status_type.name} {after.custom_status}"
            )

    def status_ended(self, status: UserStatus) -> None:
        self.printed.put_nowait(f"{status.user_id} {status.status_type.name}")

    def print_error(self, error: IMError) -> None:
        self.printed.put_nowait(int(error.code))

    def connection_lost(self) -> None:
        self.printed.put_nowait("lost")

    def connection_restored(self) -> None:
        self.printed.put_nowait("back")

    def connection_ended(self, error: IMError) -> None:
        self.printed.put_nowait(f"ended {int(error.code)}")

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        self.printed.put_nowait([f"+{friend.user_id}" for friend in friends])

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        self.printed.put_nowait([f"-{user_id}" for user_id in user_ids])

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        self.printed.put_nowait((reason.value, *added, *removed))

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        self.printed.put_nowait(len(devices))

    def console_changed(self, settings: ConsoleSettings) -> None:
        self.printed.put_nowait("console")


@pytest.fixture
async def fake() -> AsyncIterator[FakeBackend]:
    async with fake_backend() as fake:
        yield fake


@asynccontextmanager
async def watching(fake: FakeBackend, *users: str) -> AsyncIterator[QueuePrinter]:
    """Watch ``users``, and yield the printer after the first snapshot."""
    printer = QueuePrinter()
    watcher = Watcher("alice", users, printer)
    backoff = Backoff(uniform=lambda low, high: 0.0)
    async with IMClient(fake.url, APP, backoff=backoff) as client, asyncio.timeout(20):
        client.add_im_sdk_listener(watcher)
        await client.login("alice", "sig", passive=True)
        following = asyncio.create_task(watcher.follow(client))
        try:
            assert await printer.printed.get() == "begun"
            yield printer
        finally:
            following.cancel()
            await asyncio.wait({following})


def listed(*users: str, cleared_at: int | None = None) -> Any:
    return lambda peer, params: {"userIDList": users, "clearedAt": cleared_at}


def subscribed(fake: FakeBackend) -> list[str]:
    return [
        user
        for peer in fake.peers
        for request in peer.requests
        if request["method"] == "subscribeUserStatus"
        for user in request["params"]["userIDList"]
    ]


async def push(peer: Peer, *users: str, reason: str) -> None:
    params = {"added": [], "removed": users, "reason": reason}
    await peer.push("onSubscriptionsChanged", params)


async def console(peer: Peer) -> None:
    params = {"edition": "ultimate", "userStatus": "on", "friendStatus": "on"}
    await peer.push("onConsoleChanged", params)


async def test_subscriptions_cleared_while_offline_are_renewed(fake: FakeBackend) -> None:
    async with watching(fake, "bob") as printer:
        fake.handlers["getSubscriptions"] = listed("bob")
        await push(fake.peer, reason="resync")
        await fake.asked("getUserStatus", 3)
        assert subscribed(fake) == ["bob"]

        fake.handlers["getSubscriptions"] = listed(cleared_at=5)
        await push(fake.peer, "bob", reason="resync")
        await fake.asked("subscribeUserStatus", 2)
        assert subscribed(fake) == ["bob", "bob"]
        assert await printer.printed.get() == ("resync",)
        assert await printer.printed.get() == ("resync", "bob")


@pytest.mark.parametrize("reason", ["resync", "unsubscribed", "evicted"])
async def test_subscriptions_that_others_ended_are_not_renewed(
    fake: FakeBackend, reason: str
) -> None:
    fake.handlers["getSubscriptions"] = listed(cleared_at=3)
    async with watching(fake, "bob", "carol") as printer:
        fake.handlers["getSubscriptions"] = listed("carol", cleared_at=3)
        await push(fake.peer, "bob", reason=reason)
        assert await printer.printed.get() == (reason, "bob")

        fake.handlers["getSubscriptions"] = listed(cleared_at=3)
        await console(fake.peer)
        await fake.asked("subscribeUserStatus", 2)

        assert subscribed(fake) == ["bob", "carol", "carol"]


async def test_whoever_has_lost_every_source_becomes_unknown(fake: FakeBackend) -> None:
    friend = {"userID": "bob", "userStatus": status("bob", 1)}
    fake.handlers["getFriendList"] = lambda peer, params: {"friendInfoList": [friend]}
    fake.handlers["getSubscriptions"] = listed("bob", "carol")
    async with watching(fake) as printer:
        await fake.peer.push("onFriendListDeleted", {"userIDList": ["bob"]})
        assert await printer.printed.get() == ["-bob"]
        await push(fake.peer, "carol", reason="evicted")
        assert await printer.printed.get() == ("evicted", "carol")
        assert await printer.printed.get() == "carol UNKNOWN"
        await push(fake.peer, "bob", reason="unsubscribed")
        assert await printer.printed.get() == ("unsubscribed", "bob")
        assert await printer.printed.get() == "bob UNKNOWN"
        assert printer.printed.empty()


async def test_a_friend_keeps_the_status_when_a_subscription_ends(fake: FakeBackend) -> None:
    friend = {"userID": "bob", "userStatus": status("bob", 1)}
    fake.handlers["getFriendList"] = lambda peer, params: {"friendInfoList": [friend]}
    fake.handlers["getSubscriptions"] = listed("bob")
    async with watching(fake) as printer:
        await push(fake.peer, "bob", reason="unsubscribed")
        assert await printer.printed.get() == ("unsubscribed", "bob")
        await fake.peer.push("onFriendListDeleted", {"userIDList": ["bob"]})
        assert await printer.printed.get() == ["-bob"]
        assert await printer.printed.get() == "bob UNKNOWN"


async def test_a_console_change_reloads_everything(fake: FakeBackend) -> None:
    friends = [{"userID": user, "userStatus": status(user)} for user in ("bob", "carol")]
    fake.handlers["getFriendList"] = lambda peer, params: {"friendInfoList": friends}
    async with watching(fake) as printer:
        friends[0] = {"userID": "bob"}
        friends[1] = {"userID": "carol", "userStatus": status("carol", 2, 1, "Hi")}
        await console(fake.peer)

        assert await printer.printed.get() == "console"
        assert {await printer.printed.get(), await printer.printed.get()} == {
            "carol ONLINE Hi",
            "bob UNKNOWN ",
        }

        friends[0] = {"userID": "bob", "userStatus": status("bob", 1)}
        await console(fake.peer)
        assert await printer.printed.get() == "console"
        assert await printer.printed.get() == "bob ONLINE "
        assert printer.printed.empty()


async def test_refused_users_become_unknown_and_friends_are_still_watched(
    fake: FakeBackend,
) -> None:
    friend = {"userID": "bob", "userStatus": status("bob")}
    fake.handlers["getFriendList"] = lambda peer, params: {"friendInfoList": [friend]}
    async with watching(fake, "bob", "zoe") as printer:

        def refuse(peer: Peer, params: Any) -> Any:
            if params["userIDList"] == ["alice"]:
                return {"userStatusList": [status("alice")]}
            raise Refusal(72001)

        fake.handlers["getUserStatus"] = refuse
        fake.handlers["getSubscriptions"] = listed("zoe")
        await console(fake.peer)

        assert await printer.printed.get() == "console"
        assert await printer.printed.get() == 72001
        assert await printer.printed.get() == "zoe UNKNOWN "
        await fake.peer.push("onUserStatusChanged", {"userStatusList": [status("bob", 2)]})
        assert await printer.printed.get() == "bob ONLINE "


async def test_users_without_an_account_are_no_error_of_later_loads_either(
    fake: FakeBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse_nobody(peer: Peer, params: Any) -> Any:
        if params["userIDList"] == ["nobody"]:
            raise Refusal(70107)
        return {"userStatusList": [status(user) for user in params["userIDList"]]}

    friend = {"userID": "bob", "userStatus": status("bob")}
    fake.handlers["getFriendList"] = lambda peer, params: {"friendInfoList": [friend]}
    fake.handlers["subscribeUserStatus"] = fake.handlers["getUserStatus"] = refuse_nobody
    async with watching(fake, "bob", "nobody") as printer:
        friend["userStatus"] = status("bob", 2)
        await console(fake.peer)

        assert await printer.printed.get() == "console"
        assert await printer.printed.get() == "bob ONLINE "
    assert capsys.readouterr().err == "imtui: There is no account nobody.\n"


async def test_events_during_the_first_load_are_printed_after_the_snapshot(
    fake: FakeBackend,
) -> None:
    async def answer(peer: Peer, params: Any) -> Any:
        newer, device = status("bob", 9, 1, "new"), {"instanceID": "i", "deviceName": "desk"}
        await peer.push("onUserStatusChanged", {"userStatusList": [newer]})
        await peer.push(
            "onSelfDevicesChanged", {"devices": [device | {"platform": "Linux", "loginTime": 1}]}
        )
        await peer.push(
            "onFriendListAdded",
            {"friendInfoList": [{"userID": "zoe", "userStatus": status("zoe", 9)}]},
        )
        return {"userIDList": ["bob"], "clearedAt": None}

    fake.handlers["getSubscriptions"] = answer
    async with watching(fake) as printer:
        [snapshot] = printer.snapshots
        assert [(one.user_id, one.custom_status) for one in snapshot.statuses] == [
            ("alice", ""),
            ("bob", "new"),
        ]
        assert len(snapshot.devices) == 1
        assert await printer.printed.get() == ["+zoe"]
        assert await printer.printed.get() == "zoe ONLINE "


async def test_connection_lost_and_restored(fake: FakeBackend) -> None:
    async with watching(fake, "bob") as printer:
        fake.peer.cut()

        assert await printer.printed.get() == "alice OFFLINE "
        assert await printer.printed.get() == "lost"
        assert await printer.printed.get() == "back"


async def test_the_end_of_the_login_is_printed(fake: FakeBackend) -> None:
    printer = QueuePrinter()
    watcher = Watcher("alice", [], printer)
    async with IMClient(fake.url, APP) as client, asyncio.timeout(20):
        client.add_im_sdk_listener(watcher)
        await client.login("alice", "sig", passive=True)
        following = asyncio.create_task(watcher.follow(client))
        assert await printer.printed.get() == "begun"

        await fake.peer.push("onKickedOffline", {})

        assert await printer.printed.get() == "ended 6208"
        with pytest.raises(ExceptionGroup) as failed:
            await following
    assert failed.group_contains(IMError)


async def test_ending_its_subscriptions_prints_nothing(fake: FakeBackend) -> None:
    async def unsubscribe(peer: Peer, params: Any) -> Any:
        await push(peer, *params["userIDList"], reason="unsubscribed")
        return {}

    fake.handlers["unsubscribeUserStatus"] = unsubscribe
    async with watching(fake, "bob") as printer:
        pass
    assert "unsubscribeUserStatus" in fake.methods()
    assert printer.printed.empty()


async def test_what_the_backend_dropped_is_printed_once_it_is_learned(fake: FakeBackend) -> None:
    async with watching(fake, "bob") as printer:
        fake.handlers["getSubscriptions"] = listed("bob")
        statuses = {"alice": status("alice"), "bob": status("bob", 9, text="meanwhile")}
        fake.handlers["getUserStatus"] = lambda peer, params: {
            "userStatusList": [statuses[user] for user in params["userIDList"]]
        }
        await fake.peer.push("onResyncNeeded", {})
        while await printer.printed.get() != "bob ONLINE meanwhile":
            pass
