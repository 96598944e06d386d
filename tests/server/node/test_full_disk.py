"""A disk that fills: what is refused, what goes on, and that nothing acknowledged is lost."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.disk_reserve import MEBIBYTE
from tests.server.commands.test_rest import post
from tests.server.disks import mounted
from tests.server.node.test_messages import works_again
from tests.server.wire import Message, Wire, lift_quotas, wire

ENDLESS = 2**60


async def test_below_the_reserve_only_what_grows_without_end_is_refused(tmp_path: Path) -> None:
    async with (
        Backend(BackendConfig(tmp_path / "data")) as backend,
        wire(backend) as alice,
        wire(backend) as bob,
        wire(backend) as carol,
    ):
        await alice.login("alice")
        await bob.login("bob")
        for number in (1, 2, 3):
            await alice.call("sendMessage", userID="bob", msgID=f"m{number}", text="one")
        await bob.call("setSelfInfo", allowType=1)
        backend.core.disk.reserve = ENDLESS
        # Also the first login of an account, which is small.
        await carol.login("carol")
        refused = await alice.call("sendMessage", userID="bob", msgID="m4", text="two")
        assert refused["error"]["code"] == 70500
        assert "disk is almost full" in refused["error"]["message"]
        calls: list[tuple[str, Message]] = [
            ("addFriend", {"userID": "bob", "addWording": "Hi"}),
            ("addFriend", {"userID": "carol"}),
            ("setC2CReceiveMessageOpt", {"userIDList": ["carol"], "opt": 2}),
            ("pinConversation", {"conversationID": "c2c_carol", "isPinned": True}),
        ]
        for method, params in calls:
            assert await alice.code(method, **params) == 70500
        body = [{"MsgType": "TIMTextElem", "MsgContent": {"Text": "Hi"}}]
        sent: Message = {"To_Account": "bob", "MsgRandom": 1, "MsgBody": body}
        answer = await post(backend, "v4/openim/sendmsg", sent)
        assert answer["ErrorCode"] == 91000
        friend = {"To_Account": "carol", "AddSource": "AddSource_Type_Test"}
        added: Message = {"From_Account": "alice", "AddFriendItem": [friend]}
        answer = await post(backend, "v4/sns/friend_import", added)
        assert answer["ResultItem"][0]["ResultCode"] == 30006
        # The answer to a message that is there, and what is for those who are there now.
        again = await alice.call("sendMessage", userID="bob", msgID="m1", text="one")
        assert again["result"]["message"]["seq"] == 1
        typing = {"elemType": 2, "data": "e30=", "onlineUserOnly": True}
        calls = [
            ("sendMessage", {"userID": "bob", "msgID": "t1", **typing}),
            ("setSelfStatus", {"customStatus": "here"}),
            ("revokeMessage", {"userID": "bob", "msgID": "m1"}),
            ("deleteMessages", {"userID": "bob", "seqList": [2]}),
            ("cleanConversationUnreadMessageCount", {"conversationID": "c2c_bob"}),
            ("getC2CHistoryMessageList", {"userID": "bob"}),
            ("pinConversation", {"conversationID": "c2c_bob", "isPinned": True}),
            ("addToBlackList", {"userIDList": ["carol"]}),
            ("subscribeUserStatus", {"userIDList": ["bob"]}),
            ("deleteConversation", {"conversationID": "c2c_bob"}),
            ("logout", {}),
        ]
        for method, params in calls:
            assert await alice.code(method, **params) == 0
        await alice.login("alice")
        backend.core.disk.reserve = 0
        assert await alice.code("sendMessage", userID="bob", msgID="m4", text="two") == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of a few MiB of its own, where this user may mount one."""
    with mounted(tmp_path / "disk") as disk:
        yield disk


async def fill(alice: Wire, prefix: str) -> list[str]:
    """Send messages until one is refused; return the IDs of those that were acknowledged."""
    acknowledged: list[str] = []
    for number in range(10_000):
        name = f"{prefix}{number}"
        code = await alice.code("sendMessage", userID="bob", msgID=name, text="x" * 12_000)
        if code:
            assert code == 70500
            return acknowledged
        acknowledged.append(name)
    raise AssertionError("the disk never fills")


async def all_messages(client: Wire) -> set[str]:
    found: set[str] = set()
    before = None
    while True:
        params = {"userID": "bob", "count": 20, "beforeSeq": before}
        page = (await client.call("getC2CHistoryMessageList", **params))["result"]
        found |= {message["msgID"] for message in page["messageList"]}
        if page["isFinished"]:
            return found
        before = page["nextBeforeSeq"]


@pytest.mark.parametrize("reserve", [0, 2 * MEBIBYTE])
async def test_a_disk_that_fills_loses_nothing_and_has_room_again(
    small_disk: Path, reserve: int, caplog: pytest.LogCaptureFixture
) -> None:
    config = BackendConfig(small_disk / "data", disk_reserve=reserve)
    async with Backend(config) as backend, wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        await lift_quotas(backend)
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(2 * MEBIBYTE))
        acknowledged = await fill(alice, "a")
        if reserve:
            assert await alice.code("setSelfStatus", customStatus="here") == 0
            assert await alice.code("revokeMessage", userID="bob", msgID="a0") == 0
            # And what is left of it, too.
            with (small_disk / "more").open("wb", buffering=0) as more, pytest.raises(OSError):
                while True:
                    more.write(bytes(4096))
            assert await alice.code("sendMessage", userID="bob", msgID="b", text="x") == 70500
            (small_disk / "more").unlink()
        assert await bob.code("heartbeat") == 0
        ballast.unlink()
        await works_again(alice)
        async with asyncio.timeout(20):
            while await alice.code("sendMessage", userID="bob", msgID="c", text="x"):
                pass
        acknowledged.append("c")
        assert set(acknowledged) <= await all_messages(alice)
    lines = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert 1 <= len(lines) <= 4
    async with Backend(config) as backend, wire(backend) as alice:
        await alice.login("alice")
        assert set(acknowledged) <= await all_messages(alice)
