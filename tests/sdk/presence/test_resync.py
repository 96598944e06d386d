"""After a reconnect, listeners are notified of differences, and of nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from imtui.sdk import IMClient, SubscriptionReason, UserStatusType
from tests.sdk.fake_backend import (
    SILENCE,
    FakeBackend,
    Peer,
    Refusal,
    client_of,
    fake_backend,
    status,
)
from tests.sdk.recorder import Recorder
from tests.sdk.virtual_time import in_virtual_time

ONLINE = UserStatusType.ONLINE
OFFLINE = UserStatusType.OFFLINE
UNKNOWN = UserStatusType.UNKNOWN

Statuses = dict[str, dict[str, Any] | None]


class World:
    """The answers of the fake backend about friends and subscriptions."""

    def __init__(self, fake: FakeBackend) -> None:
        self.friends: Statuses = {}
        self.subscribed: Statuses = {}
        self.own = status("alice")
        fake.handlers["getFriendList"] = self._friends
        fake.handlers["getSubscriptions"] = self._subscriptions
        fake.handlers["getUserStatus"] = self._statuses

    def _friends(self, peer: Peer, params: dict[str, Any]) -> Any:
        infos = [{"userID": u, "userStatus": s} for u, s in self.friends.items()]
        return {"friendInfoList": infos, "nextCursor": None}

    def _subscriptions(self, peer: Peer, params: dict[str, Any]) -> Any:
        return {"userIDList": list(self.subscribed), "clearedAt": None}

    def _statuses(self, peer: Peer, params: dict[str, Any]) -> Any:
        everybody = {**self.friends, **self.subscribed, "alice": self.own}
        return {"userStatusList": [everybody[u] for u in params["userIDList"] if everybody.get(u)]}


@asynccontextmanager
async def following(
    friends: Statuses, subscribed: Statuses
) -> AsyncIterator[tuple[FakeBackend, World, IMClient, Recorder]]:
    """Give a client whose listener knows these friends and subscriptions."""
    async with fake_backend() as fake, client_of(fake) as client:
        world, recorder = World(fake), Recorder()
        world.friends, world.subscribed = dict(friends), dict(subscribed)
        await client.login("alice", "sig")
        await client.get_friend_list()
        await client.get_subscriptions()
        if subscribed:
            await client.get_user_status(list(subscribed))
        client.add_im_sdk_listener(recorder)
        yield fake, world, client, recorder


async def come_back(fake: FakeBackend, client: IMClient, recorder: Recorder) -> None:
    """Lose the connection, and wait until the resync has ended."""
    fake.peer.cut()
    await recorder.saw("connected")
    await asyncio.sleep(5)


def differences(recorder: Recorder) -> list[Any]:
    """Return all events but those of the connection and of the own status."""
    boring = ("scheduled", "connecting", "connected")
    events = [event for event in recorder.events if event[0] not in boring]
    return [
        event
        for event in events
        if event[0] != "statuses" or {s.user_id for s in event[1]} != {"alice"}
    ]


@in_virtual_time
async def test_nothing_is_reported_if_nothing_changed() -> None:
    async with following(
        {"bob": status("bob", 50)}, {"bob": status("bob", 50), "eve": status("eve", 60)}
    ) as (fake, world, client, recorder):
        world.friends = {"bob": status("bob", 1)}
        world.subscribed = {"bob": status("bob", 1), "eve": status("eve", 2)}
        await come_back(fake, client, recorder)
        assert differences(recorder) == []
        assert fake.methods()[:4] == ["login", "getFriendList", "getSubscriptions", "getUserStatus"]
        query = next(r for r in fake.peer.requests if r["method"] == "getUserStatus")
        assert query["params"] == {"userIDList": ["eve"]}


@in_virtual_time
async def test_changes_are_reported() -> None:
    async with following(
        {"bob": status("bob", 50), "ann": status("ann", 51)}, {"eve": status("eve", 60)}
    ) as (fake, world, client, recorder):
        world.friends = {"bob": status("bob", 1, kind=2), "zoe": status("zoe", 2)}
        world.subscribed = {"eve": status("eve", 3, text="busy"), "kim": status("kim", 4)}
        await come_back(fake, client, recorder)
        assert recorder.texts("bob") == [(OFFLINE, "")]
        assert recorder.texts("eve") == [(ONLINE, "busy")]
        assert recorder.texts("kim") == [(ONLINE, "")]
        assert recorder.texts("zoe") == []
        assert recorder.texts("ann") == [(UNKNOWN, "")]
        added = next(event[1] for event in recorder.events if event[0] == "friends added")
        assert [(f.user_id, f.user_status.status_type) for f in added] == [("zoe", ONLINE)]
        assert ("friends deleted", ["ann"]) in recorder.events
        assert ("subscriptions", ["kim"], [], SubscriptionReason.RESYNC) in recorder.events


@in_virtual_time
async def test_changed_details_of_a_friend_are_reported_once() -> None:
    def friends_of(**known: Any) -> Any:
        info = {"userID": "bob", "userStatus": status("bob", 50)} | known
        return lambda peer, params: {"friendInfoList": [info], "nextCursor": None}

    async with following({"bob": status("bob", 50)}, {}) as (fake, _, client, recorder):
        fake.handlers["getFriendList"] = friends_of(friendRemark="Bobby", friendGroups=["Work"])
        await come_back(fake, client, recorder)
        ((_, (bob,)),) = differences(recorder)
        assert (bob.friend_remark, bob.friend_groups) == ("Bobby", ["Work"])
        assert bob.user_status.status_type is ONLINE
        recorder.clear()
        await fake.peer.push("onFriendGroupNameChanged", {"oldName": "Work", "newName": "Zoo"})
        await recorder.saw("group renamed")
        recorder.clear()
        fake.handlers["getFriendList"] = friends_of(friendRemark="Bobby", friendGroups=["Zoo"])
        await come_back(fake, client, recorder)
        assert differences(recorder) == []


@in_virtual_time
async def test_friends_reported_by_pushes_are_not_reported_again() -> None:
    def listed(peer: Peer, params: dict[str, Any]) -> Any:
        bob = {"userID": "bob", "userStatus": status("bob", 1)}
        return {"friendInfoList": [bob | {"nickName": "Bob B."}], "nextCursor": None}

    async with following({"bob": status("bob", 50)}, {}) as (fake, _, client, recorder):
        info = {"userID": "bob", "userStatus": None, "nickName": "Bob B."}
        await fake.peer.push("onFriendInfoChanged", {"friendInfoList": [info]})
        for name in ("Work", "Choir"):
            params = {"groupName": name, "userIDList": ["bob"]}
            await fake.peer.push("onFriendsAddedToGroup", params)
        params = {"groupName": "Work", "userIDList": ["bob"]}
        await fake.peer.push("onFriendsDeletedFromGroup", params)
        await fake.peer.push("onFriendGroupDeleted", {"groupNameList": ["Choir"]})
        await recorder.saw("groups deleted")
        recorder.clear()
        fake.handlers["getFriendList"] = listed
        await come_back(fake, client, recorder)
        assert differences(recorder) == []


@in_virtual_time
async def test_cleared_subscriptions_are_reported_and_their_statuses_unknown() -> None:
    async with following({}, {"eve": status("eve", 60)}) as (fake, world, client, recorder):
        world.subscribed = {}
        await come_back(fake, client, recorder)
        assert ("subscriptions", [], ["eve"], SubscriptionReason.RESYNC) in recorder.events
        assert recorder.texts("eve") == [(UNKNOWN, "")]
        recorder.clear()
        await come_back(fake, client, recorder)
        assert differences(recorder) == []


@in_virtual_time
async def test_refused_statuses_become_unknown_until_learned_again() -> None:
    def off(peer: Peer, params: dict[str, Any]) -> Any:
        raise Refusal(72001)

    async with following({"bob": status("bob", 50)}, {"eve": status("eve", 60)}) as (
        fake,
        world,
        client,
        recorder,
    ):
        world.friends = {"bob": None}
        fake.handlers["getUserStatus"] = off
        await come_back(fake, client, recorder)
        assert recorder.texts("bob") == [(UNKNOWN, "")]
        assert recorder.texts("eve") == [(UNKNOWN, "")]
        await fake.peer.push("onUserStatusChanged", {"userStatusList": [status("eve", 1)]})
        await recorder.until(lambda r: r.texts("eve")[-1] == (ONLINE, ""))


@in_virtual_time
async def test_the_resync_waits_for_a_rate_limit() -> None:
    refusals = 2

    def busy(peer: Peer, params: dict[str, Any]) -> Any:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise Refusal(7008, {"retryAfterMs": 1200})
        return {"userStatusList": [status("eve", 3, text="busy")]}

    async with following({}, {"eve": status("eve", 60)}) as (fake, _world, client, recorder):
        fake.handlers["getUserStatus"] = busy
        await come_back(fake, client, recorder)
        assert recorder.texts("eve") == [(ONLINE, "busy")]


@in_virtual_time
async def test_a_push_during_the_resync_is_neither_lost_nor_overwritten() -> None:
    async with following({"bob": status("bob", 50)}, {}) as (fake, _world, client, recorder):

        async def overtaken(peer: Peer, params: dict[str, Any]) -> Any:
            newer = [status("bob", 8, text="newest")]
            await peer.push("onUserStatusChanged", {"userStatusList": newer})
            info = {"userID": "zoe", "userStatus": status("zoe", 9)}
            await peer.push("onFriendListAdded", {"friendInfoList": [info]})
            older = {"userID": "bob", "userStatus": status("bob", 7, text="old")}
            return {"friendInfoList": [older], "nextCursor": None}

        fake.handlers["getFriendList"] = overtaken
        await come_back(fake, client, recorder)
        assert recorder.texts("bob") == [(ONLINE, "newest")]
        assert recorder.count("friends added") == 1
        assert recorder.count("friends deleted") == 0


@in_virtual_time
async def test_a_push_right_behind_the_answer_wins() -> None:
    async with following({}, {"eve": status("eve", 60)}) as (fake, _world, client, recorder):

        async def answer_and_push(peer: Peer, params: dict[str, Any]) -> Any:
            request = peer.requests[-1]["id"]
            answer = {"userIDList": ["eve"], "clearedAt": None}
            removal = {"added": [], "removed": ["eve"], "reason": "unsubscribed"}
            frames = [
                {"jsonrpc": "2.0", "id": request, "result": answer},
                {"jsonrpc": "2.0", "method": "onSubscriptionsChanged", "params": removal},
            ]
            for frame in frames:
                await peer.send(frame)

            return SILENCE

        fake.handlers["getSubscriptions"] = answer_and_push
        await come_back(fake, client, recorder)
        assert [e for e in differences(recorder) if e[0] == "subscriptions"] == [
            ("subscriptions", [], ["eve"], SubscriptionReason.UNSUBSCRIBED)
        ]
        assert recorder.texts("eve") == []


@in_virtual_time
async def test_listeners_are_notified_of_what_a_call_learns_before_the_resync() -> None:
    class Lister(Recorder):
        client: IMClient
        tasks: list[asyncio.Task[Any]]

        def on_connect_success(self) -> None:
            super().on_connect_success()
            self.tasks.append(asyncio.create_task(self.client.get_friend_list()))

    async with following({"bob": status("bob", 50)}, {}) as (fake, world, client, recorder):
        lister = Lister()
        lister.client, lister.tasks = client, []
        client.add_im_sdk_listener(lister)
        world.friends = {"bob": status("bob", 1, kind=2)}
        await come_back(fake, client, recorder)
        await lister.tasks[0]
        assert recorder.texts("bob") == [(OFFLINE, "")]


@in_virtual_time
async def test_an_unanswered_resync_starts_again_on_another_connection() -> None:

    async with following({"bob": status("bob", 50)}, {}) as (fake, world, _client, recorder):
        answer = fake.handlers["getFriendList"]
        fake.handlers["getFriendList"] = lambda peer, params: SILENCE
        world.friends = {"bob": status("bob", 1, kind=2)}
        fake.peer.cut()
        await recorder.saw("connected")
        await fake.asked("getFriendList")
        fake.handlers["getFriendList"] = answer
        await recorder.saw("connected", 2)
        await recorder.until(lambda r: r.texts("bob") == [(OFFLINE, "")])


@in_virtual_time
async def test_a_queried_stranger_is_not_followed() -> None:
    async with following({}, {}) as (fake, _world, client, recorder):
        fake.handlers["getUserStatus"] = lambda peer, params: {"userStatusList": [status("kim", 9)]}
        await client.get_user_status(["kim"])
        await come_back(fake, client, recorder)
        assert differences(recorder) == []


@in_virtual_time
async def test_a_subscribed_and_queried_user_is_not_reported_again() -> None:
    async with following({}, {}) as (fake, world, client, recorder):
        world.subscribed = {"eve": status("eve", 9)}
        await client.subscribe_user_status(["eve"])
        await client.get_user_status(["eve"])
        await fake.peer.push(
            "onSubscriptionsChanged", {"added": ["eve"], "removed": [], "reason": "subscribed"}
        )
        await recorder.saw("subscriptions")
        recorder.clear()
        await come_back(fake, client, recorder)
        assert differences(recorder) == []


@in_virtual_time
async def test_pushes_before_the_loss_are_not_reported_again() -> None:
    async with following(
        {"bob": status("bob", 50), "ann": status("ann", 51)}, {"eve": status("eve", 60)}
    ) as (fake, world, client, recorder):
        info = {"userID": "zoe", "userStatus": status("zoe", 61)}
        await fake.peer.push("onFriendListAdded", {"friendInfoList": [info]})
        await fake.peer.push("onFriendListDeleted", {"userIDList": ["ann"]})
        removal = {"added": [], "removed": ["eve"], "reason": "evicted"}
        await fake.peer.push("onSubscriptionsChanged", removal)
        await recorder.saw("subscriptions")
        recorder.clear()
        world.friends = {"bob": status("bob", 1), "zoe": status("zoe", 2)}
        world.subscribed = {}
        await come_back(fake, client, recorder)
        assert differences(recorder) == []


@in_virtual_time
async def test_what_the_backend_dropped_is_learned_again_over_the_same_connection() -> None:
    friends: Statuses = {"bob": status("bob", 5), "carl": status("carl", 5)}
    subscribed: Statuses = {"dora": status("dora", 5), "emil": status("emil", 5)}
    async with following(friends, subscribed) as (fake, world, client, recorder):
        await client.get_user_status(["dora", "emil"])
        recorder.clear()
        world.friends = {"bob": status("bob", 6, 2), "fred": status("fred", 6)}
        world.subscribed = {"dora": status("dora", 6, 2), "gina": status("gina", 6)}
        world.own = status("alice", 6, 1, "set elsewhere")
        await fake.peer.push("onResyncNeeded", {})
        await recorder.until(lambda seen: bool(seen.texts("gina")))
        assert recorder.names[0] == "resync needed"
        assert recorder.texts("alice") == [(ONLINE, "set elsewhere")]
        assert recorder.texts("bob") == recorder.texts("dora") == [(OFFLINE, "")]
        assert recorder.count("friends added") == recorder.count("friends deleted") == 1
        assert recorder.count("subscriptions") == 1
        assert "scheduled" not in recorder.names
        assert len(fake.peers) == 1


@in_virtual_time
async def test_what_is_dropped_during_a_resync_is_learned_by_another() -> None:
    async with following({"bob": status("bob", 5)}, {}) as (fake, world, _client, recorder):
        listed = fake.handlers["getFriendList"]

        def list_and_drop(peer: Peer, params: dict[str, Any]) -> Any:
            fake.handlers["getFriendList"] = listed
            answer = listed(peer, params)
            world.friends["bob"] = status("bob", 7, 1, "later")
            asyncio.get_running_loop().create_task(peer.push("onResyncNeeded", {}))
            return answer

        fake.handlers["getFriendList"] = list_and_drop
        recorder.clear()
        await fake.peer.push("onResyncNeeded", {})
        await recorder.until(lambda seen: seen.texts("bob")[-1:] == [(ONLINE, "later")])
        assert not [1 for kind, _ in recorder.texts("bob") if kind is UNKNOWN]
