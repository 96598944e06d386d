"""Friendship, profiles and subscriptions through real sockets, while nothing can be written."""

import sqlite3
from pathlib import Path

from imtui.server.node.backend import Backend
from tests.server.node.test_messages import locked, works_again
from tests.server.wire import wire


async def test_what_could_not_be_kept_is_not_acknowledged(backend: Backend, tmp_path: Path) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        assert await bob.code("setSelfInfo", allowType=1) == 0
        with locked(tmp_path / "data" / "imtui.db"):
            # Not 30539 either, which would say that the request was made.
            assert await alice.code("addFriend", userID="bob") == 70500
            assert await bob.code("setSelfInfo", nickName="Bob") == 70500
            assert await bob.code("addToBlackList", userIDList=["alice"]) == 70500
            assert await bob.code("createFriendGroup", groupName="Work") == 70500
        await works_again(alice)
        assert await alice.code("addFriend", userID="bob") == 30539
        answer = await bob.call("getFriendApplicationList")
        (request,) = answer["result"]["friendApplicationList"]
        assert (request["userID"], request["type"]) == ("alice", 1)


async def test_an_answer_comes_before_the_pushes_that_it_causes(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await bob.call("setSelfInfo", allowType=1)
        await bob.push("onSelfInfoUpdated")
        alice.pushes.clear()
        assert await alice.code("addFriend", userID="bob") == 30539
        assert not [p for p in alice.pushes if p["method"] == "onFriendApplicationListAdded"]
        await alice.push("onFriendApplicationListAdded")
        assert (await bob.push("onFriendApplicationListAdded"))["unreadCount"] == 1


async def test_an_answer_says_so_when_its_change_could_not_be_kept(
    backend: Backend, tmp_path: Path
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        other = sqlite3.connect(tmp_path / "data" / "imtui.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await alice.code("subscribeUserStatus", userIDList=["bob"]) == 70500
        assert await alice.code("addFriend", userID="bob") == 70500
        assert await alice.code("getUserStatus", userIDList=["bob"]) == 0
        assert await alice.code("setSelfStatus", customStatus="not durable anyway") == 0
        other.execute("ROLLBACK")
        while await alice.code("unsubscribeUserStatus", userIDList=["carol"]) == 70500:
            pass
        rows = other.execute(
            "SELECT o.user_id, m.user_id FROM subscriptions s"
            " JOIN accounts o ON o.key = s.owner JOIN accounts m ON m.key = s.target"
        ).fetchall()
        other.close()
        assert rows == [("alice", "bob")]
        assert (await alice.call("getFriendList"))["result"]["friendInfoList"] == []
