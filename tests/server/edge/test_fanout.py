"""The fan-out: stored first, told once, merged for those who watch."""

import sqlite3
from pathlib import Path

from imtui.server.backend import Backend
from tests.server.wire import wire


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
        rows = other.execute("SELECT owner, user_id FROM subscriptions").fetchall()
        other.close()
        assert rows == [("alice", "bob")]
        assert (await alice.call("getFriendList"))["result"]["friendInfoList"] == []


async def test_own_devices_get_every_change_and_watchers_the_last(backend: Backend) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("addFriend", userID="bob")
        for number in range(300):
            await bob.notify("setSelfStatus", customStatus=str(number))
        own: list[str] = []
        while "299" not in own:
            for status in (await bob.push("onUserStatusChanged"))["userStatusList"]:
                own.append(status["customStatus"])
        assert own[-300:] == [str(number) for number in range(300)]
        seen: list[tuple[int, str]] = []
        while not seen or seen[-1][1] != "299":
            for status in (await alice.push("onUserStatusChanged"))["userStatusList"]:
                if status["userID"] == "bob":
                    assert "changedBy" not in status
                    seen.append((status["revision"], status["customStatus"]))
        assert seen == sorted(seen)


async def test_no_push_of_a_user_follows_the_answer_to_the_unsubscription(
    backend: Backend,
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await alice.call("subscribeUserStatus", userIDList=["bob"])
        for number in range(50):
            await bob.notify("setSelfStatus", customStatus=str(number))
        await alice.call("unsubscribeUserStatus")
        alice.pushes.clear()
        await bob.call("setSelfStatus", customStatus="done")
        for _ in range(5):
            await alice.call("heartbeat")
        told = [push for push in alice.pushes if push["method"] == "onUserStatusChanged"]
        assert told == []
