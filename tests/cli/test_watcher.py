"""What a watcher makes of a backend that clears, forgets and interrupts."""

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
)
from tests.sdk.fake_backend import APP, FakeBackend, Peer, Refusal, fake_backend, status


class Heard(Printer):
    """Keeps what it is told, and lets a test wait for it."""

    prints_own_status = True

    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []
        self.said: asyncio.Queue[object] = asyncio.Queue()

    def print_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self.said.put_nowait("begun")

    def print_changes(self, changes: Sequence[Change]) -> None:
        for _, after in changes:
            self.said.put_nowait(f"{after.user_id} {after.status_type.name} {after.custom_status}")

    def print_notice(self, sentence: str) -> None:
        self.said.put_nowait(sentence)

    def print_error(self, error: IMError) -> None:
        self.said.put_nowait(int(error.code))

    def connection_lost(self) -> None:
        self.said.put_nowait("lost")

    def connection_restored(self) -> None:
        self.said.put_nowait("back")

    def connection_ended(self, error: IMError) -> None:
        self.said.put_nowait(f"ended {int(error.code)}")

    def friends_added(self, friends: Sequence[FriendInfo]) -> None:
        self.said.put_nowait([f"+{friend.user_id}" for friend in friends])

    def friends_deleted(self, user_ids: Sequence[str]) -> None:
        self.said.put_nowait([f"-{user_id}" for user_id in user_ids])

    def subscriptions_changed(
        self, added: Sequence[str], removed: Sequence[str], reason: SubscriptionReason
    ) -> None:
        self.said.put_nowait((reason.value, *added, *removed))

    def devices_changed(self, devices: Sequence[SelfDevice]) -> None:
        self.said.put_nowait(len(devices))

    def console_changed(self, settings: ConsoleSettings) -> None:
        self.said.put_nowait("console")


@pytest.fixture
async def fake() -> AsyncIterator[FakeBackend]:
    async with fake_backend() as fake:
        yield fake


@asynccontextmanager
async def watching(fake: FakeBackend, *users: str) -> AsyncIterator[Heard]:
    """Give what is heard after the beginning, while ``users`` are watched."""
    heard = Heard()
    watcher = Watcher("alice", users, heard)
    backoff = Backoff(uniform=lambda low, high: 0.0)
    async with IMClient(fake.url, APP, backoff=backoff) as client, asyncio.timeout(20):
        client.add_im_sdk_listener(watcher)
        await client.login("alice", "sig", passive=True)
        following = asyncio.create_task(watcher.follow(client))
        try:
            assert await heard.said.get() == "begun"
            yield heard
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


async def test_what_was_cleared_while_away_is_subscribed_to_again(fake: FakeBackend) -> None:
    async with watching(fake, "bob") as heard:
        fake.handlers["getSubscriptions"] = listed("bob")
        await push(fake.peer, reason="resync")
        await fake.asked("getUserStatus", 3)
        assert subscribed(fake) == ["bob"]

        fake.handlers["getSubscriptions"] = listed(cleared_at=5)
        await push(fake.peer, "bob", reason="resync")
        await fake.asked("subscribeUserStatus", 2)
        assert subscribed(fake) == ["bob", "bob"]
        assert await heard.said.get() == ("resync",)
        assert await heard.said.get() == ("resync", "bob")


@pytest.mark.parametrize("reason", ["resync", "unsubscribed", "evicted"])
async def test_what_others_ended_is_not_subscribed_to_again(fake: FakeBackend, reason: str) -> None:
    fake.handlers["getSubscriptions"] = listed(cleared_at=3)
    async with watching(fake, "bob", "carol") as heard:
        fake.handlers["getSubscriptions"] = listed("carol", cleared_at=3)
        await push(fake.peer, "bob", reason=reason)
        assert await heard.said.get() == (reason, "bob")

        fake.handlers["getSubscriptions"] = listed(cleared_at=3)
        await console(fake.peer)
        await fake.asked("subscribeUserStatus", 2)

        assert subscribed(fake) == ["bob", "carol", "carol"]


async def test_a_change_of_the_console_has_it_learn_anew(fake: FakeBackend) -> None:
    friends = [{"userID": user, "userStatus": status(user)} for user in ("bob", "carol")]
    fake.handlers["getFriendList"] = lambda peer, params: {"friendInfoList": friends}
    async with watching(fake) as heard:
        friends[0] = {"userID": "bob"}
        friends[1] = {"userID": "carol", "userStatus": status("carol", 2, 1, "Hi")}
        await console(fake.peer)

        assert await heard.said.get() == "console"
        assert {await heard.said.get(), await heard.said.get()} == {
            "carol ONLINE Hi",
            "bob UNKNOWN ",
        }

        friends[0] = {"userID": "bob", "userStatus": status("bob", 1)}
        await console(fake.peer)
        assert await heard.said.get() == "console"
        assert await heard.said.get() == "bob ONLINE "
        assert heard.said.empty()


async def test_who_is_refused_is_unknown_and_the_friends_are_followed(fake: FakeBackend) -> None:
    friend = {"userID": "bob", "userStatus": status("bob")}
    fake.handlers["getFriendList"] = lambda peer, params: {"friendInfoList": [friend]}
    async with watching(fake, "bob", "zoe") as heard:

        def refuse(peer: Peer, params: Any) -> Any:
            if params["userIDList"] == ["alice"]:
                return {"userStatusList": [status("alice")]}
            raise Refusal(72001)

        fake.handlers["getUserStatus"] = refuse
        fake.handlers["getSubscriptions"] = listed("zoe")
        await console(fake.peer)

        assert await heard.said.get() == "console"
        assert await heard.said.get() == 72001
        assert await heard.said.get() == "zoe UNKNOWN "
        await fake.peer.push("onUserStatusChanged", {"userStatusList": [status("bob", 2)]})
        assert await heard.said.get() == "bob ONLINE "


async def test_what_comes_during_the_first_picture_is_told_after_it(fake: FakeBackend) -> None:
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
    async with watching(fake) as heard:
        [snapshot] = heard.snapshots
        assert [(one.user_id, one.custom_status) for one in snapshot.statuses] == [
            ("alice", ""),
            ("bob", "new"),
        ]
        assert len(snapshot.devices) == 1
        assert await heard.said.get() == ["+zoe"]
        assert await heard.said.get() == "zoe ONLINE "


async def test_lost_and_back(fake: FakeBackend) -> None:
    async with watching(fake, "bob") as heard:
        fake.peer.cut()

        assert await heard.said.get() == "alice OFFLINE "
        assert await heard.said.get() == "lost"
        assert await heard.said.get() == "back"


async def test_a_login_that_is_ended_is_told(fake: FakeBackend) -> None:
    heard = Heard()
    watcher = Watcher("alice", [], heard)
    async with IMClient(fake.url, APP) as client, asyncio.timeout(20):
        client.add_im_sdk_listener(watcher)
        await client.login("alice", "sig", passive=True)
        following = asyncio.create_task(watcher.follow(client))
        assert await heard.said.get() == "begun"

        await fake.peer.push("onKickedOffline", {})

        assert await heard.said.get() == "ended 6208"
        with pytest.raises(ExceptionGroup) as failed:
            await following
    assert failed.group_contains(IMError)


async def test_leaving_says_nothing_of_what_it_takes_back(fake: FakeBackend) -> None:
    async def unsubscribe(peer: Peer, params: Any) -> Any:
        await push(peer, *params["userIDList"], reason="unsubscribed")
        return {}

    fake.handlers["unsubscribeUserStatus"] = unsubscribe
    async with watching(fake, "bob") as heard:
        pass
    assert "unsubscribeUserStatus" in fake.methods()
    assert heard.said.empty()
