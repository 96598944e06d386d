"""Blocking hides presence: what the blocked are shown and told."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol import usersig

from ..clauses import covers
from ..worlds.befriending import block, unblock
from ..worlds.chatting import conversation, pair, send
from ..worlds.core_world import DrivenCore
from ..worlds.raw_client import JSON
from ..worlds.world import (
    OFFLINE,
    ONLINE,
    UNLOGINED,
    Client,
    World,
    befriend,
    changes,
    login,
    only,
    query,
    status_of,
    statuses,
)


async def subscribed(world: World, user_id: str, to: str) -> Client:
    """Return a connection that is subscribed to a user."""
    client = await login(world, user_id)
    await client.call("subscribeUserStatus", userIDList=[to])
    await client.told()
    return client


@covers(38)
async def test_to_the_blocked_one_is_unlogined_and_to_the_others_as_ever(world: World) -> None:
    alice = await login(world, "alice")
    bob, carol = await subscribed(world, "bob", "alice"), await subscribed(world, "carol", "alice")
    await alice.call("setSelfStatus", customStatus="first")
    await bob.told()
    await carol.told()
    await block(alice, "bob")
    (shown,) = statuses(await bob.told())
    assert shown == await status_of(bob, "alice")
    assert shown["statusType"] == UNLOGINED
    assert (shown["customStatus"], shown["onlineDevices"]) == ("", [])
    assert abs(shown["since"] - world.unix_ms()) < 5000
    await alice.call("setSelfStatus", customStatus="second")
    phone = await login(world, "alice", platform="iPhone")
    await phone.drop()
    assert await changes(bob) == []
    assert await status_of(bob, "alice") == shown
    assert await changes(carol) == [("alice", ONLINE, "second")]
    assert await query(carol, "alice") == ("alice", ONLINE, "second")
    # The one who blocks sees the other as ever.
    assert await query(alice, "bob") == ("bob", ONLINE, "")
    await bob.call("subscribeUserStatus", userIDList=["alice"])
    assert await changes(bob) == []
    await unblock(alice, "bob")
    (true,) = statuses(await bob.told())
    assert (true["statusType"], true["customStatus"]) == (ONLINE, "second")
    assert true["revision"] > shown["revision"]
    assert await changes(carol) == []
    await alice.drop()
    assert await changes(bob) == await changes(carol) == [("alice", OFFLINE, "")]


@covers(18, 38)
async def test_no_status_is_older_than_what_the_blocked_were_shown_before(world: World) -> None:
    alice, bob = await login(world, "alice"), await subscribed(world, "bob", "alice")
    revisions = [(await status_of(bob, "alice"))["revision"]]
    for _ in range(3):
        for change in (block, unblock):
            await change(alice, "bob")
            revisions += [status["revision"] for status in statuses(await bob.told())]
            revisions.append((await status_of(bob, "alice"))["revision"])
    assert len(revisions) == 13
    assert revisions == sorted(revisions)
    assert len(set(revisions)) == 7


@covers(38)
async def test_what_waited_for_a_tick_at_the_block_is_not_sent(world: World) -> None:
    alice, bob = await login(world, "alice"), await subscribed(world, "bob", "alice")
    carol = await subscribed(world, "carol", "alice")
    await alice.call("setSelfStatus", customStatus="just before")
    await block(alice, "bob")
    assert (await changes(bob))[-1] == ("alice", UNLOGINED, "")
    assert await changes(carol) == [("alice", ONLINE, "just before")]
    await alice.call("setSelfStatus", customStatus="just before the end")
    await unblock(alice, "bob")
    assert (await changes(bob))[-1] == ("alice", ONLINE, "just before the end")


@covers(38)
async def test_it_stays_hidden_after_a_restart(world: World) -> None:
    alice, bob = await login(world, "alice"), await subscribed(world, "bob", "alice")
    await block(alice, "bob")
    since = (await status_of(bob, "alice"))["since"]
    await world.restart()
    alice, bob = await login(world, "alice"), await login(world, "bob")
    shown = await status_of(bob, "alice")
    assert (shown["statusType"], shown["since"]) == (UNLOGINED, since)
    await unblock(alice, "bob")
    assert await changes(bob) == [("alice", ONLINE, "")]


@covers(34, 38)
async def test_the_switch_holds_at_once(world: World) -> None:
    alice, bob = await login(world, "alice"), await subscribed(world, "bob", "alice")
    await block(alice, "bob")
    await bob.told()
    await world.console(block_hides_status="off")
    assert await changes(bob) == [("alice", ONLINE, "")]
    assert await query(bob, "alice") == ("alice", ONLINE, "")
    await alice.call("setSelfStatus", customStatus="seen")
    assert await changes(bob) == [("alice", ONLINE, "seen")]
    await unblock(alice, "bob")
    await block(alice, "bob")
    assert await changes(bob) == []
    await world.console(block_hides_status="on")
    assert await changes(bob) == [("alice", UNLOGINED, "")]
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")
    await world.console(block_hides_status="on")
    assert await changes(bob) == []


@covers(38)
async def test_a_friend_who_is_blocked_is_no_friend_and_is_told_no_status(world: World) -> None:
    alice, bob = await pair(world)
    await befriend(alice, bob, "bob")
    await block(alice, "bob")
    await alice.call("setSelfStatus", customStatus="busy")
    assert await changes(bob) == []
    assert await query(bob, "alice") == ("alice", UNLOGINED, "")


@covers(38)
async def test_no_read_receipt_and_no_typing_goes_to_the_blocked(world: World) -> None:
    alice, bob = await pair(world)
    for _ in range(2):
        await send(bob, "alice")
    read = {"conversationID": "c2c_bob"}
    typing: dict[str, Any] = {"onlineUserOnly": True, "text": "typing"}
    await alice.call("cleanConversationUnreadMessageCount", **read, cleanSequence=1)
    assert len(only(await bob.told(), "onRecvC2CReadReceipt")) == 1
    await block(alice, "bob")
    await bob.told()
    await alice.call("cleanConversationUnreadMessageCount", **read)
    await send(alice, "bob", **typing)
    assert await bob.told() == []
    assert (await conversation(bob, "alice"))["peerReadSeq"] == 1
    await send(alice, "bob", "a message")
    assert len(only(await bob.told(), "onRecvNewMessage")) == 1
    assert (await conversation(bob, "alice"))["peerReadSeq"] == 1
    await unblock(alice, "bob")
    await send(alice, "bob", **typing)
    assert len(only(await bob.told(), "onRecvNewMessage")) == 1
    assert (await conversation(bob, "alice"))["peerReadSeq"] == 2


@covers(38)
async def test_what_was_read_before_a_restart_stays_untold(world: World) -> None:
    alice, bob = await pair(world)
    await send(bob, "alice")
    await block(alice, "bob")
    await world.advance(2)
    await alice.call("cleanConversationUnreadMessageCount", conversationID="c2c_bob")
    await world.restart()
    bob = await login(world, "bob")
    assert (await conversation(bob, "alice")).get("peerReadSeq", 0) == 0


ACTS = ("text", "login", "lose", "logout", "block", "unblock", "on", "off", "watch", "unwatch")


@covers(18, 38)
@given(st.lists(st.sampled_from(ACTS), max_size=30))
def test_what_watchers_were_last_told_is_what_they_are_shown(acts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        lives = Lives(Path(folder))
        for act in acts:
            lives.act(act)
            lives.check()
        lives.core.end()


class Lives:
    """Alice lives on and blocks bob now and then; carol sees all of it."""

    ALICE, BOB, CAROL = 1, 2, 3

    def __init__(self, folder: Path) -> None:
        """Log all in; carol is subscribed to alice."""
        self.core = DrivenCore(folder / "imtui.db")
        self.is_blocked, self.is_on, self.is_watching, self.count = False, True, False, 0
        self.known: dict[int, JSON] = {}
        for session_id, user_id in ((1, "alice"), (2, "bob"), (3, "carol")):
            self._log_in(session_id, user_id)
        self.core.call(self.CAROL, "subscribeUserStatus", {"userIDList": ["alice"]})

    def act(self, act: str) -> None:
        """Carry out an act, after enough time for the rates."""
        self.core.advance(1)
        is_there = self.ALICE not in self.core.closed
        match act:
            case "text" if is_there:
                self.count += 1
                self.core.call(self.ALICE, "setSelfStatus", {"customStatus": f"{self.count}"})
            case "login" if not is_there:
                del self.core.closed[self.ALICE]
                self._log_in(self.ALICE, "alice")
            case "lose" | "logout" if is_there:
                self.core.closed[self.ALICE] = 0
                if act == "lose":
                    self.core.lose(self.ALICE)
                else:
                    self.core.call(self.ALICE, "logout", {})
            case "block" | "unblock" if is_there:
                self.is_blocked = act == "block"
                method = "addToBlackList" if self.is_blocked else "deleteFromBlackList"
                self.core.call(self.ALICE, method, {"userIDList": ["bob"]})
            case "on" | "off":
                self.is_on = act == "on"
                self.core.set_console({"block_hides_status": act})
            case "watch" | "unwatch":
                self.is_watching = act == "watch"
                method = "subscribeUserStatus" if self.is_watching else "unsubscribeUserStatus"
                self.core.call(self.BOB, method, {"userIDList": ["alice"]})

    def check(self) -> None:
        """Compare what bob and carol were told with what they are shown, and with the truth."""
        shown = {}
        for session_id in (self.BOB, self.CAROL):
            told = statuses(self.core.told.pop(session_id, []))
            for status in told:
                if status["userID"] == "alice":
                    before = self.known.get(session_id, {"revision": 0})
                    assert status["revision"] >= before["revision"]
                    self.known[session_id] = status
            result = self.core.call(session_id, "getUserStatus", {"userIDList": ["alice"]})
            (shown[session_id],) = result["userStatusList"]
            known = self.known.setdefault(session_id, shown[session_id])
            assert shown[session_id]["revision"] >= known["revision"]
            if session_id == self.CAROL or self.is_watching:
                assert _seen(known) == _seen(shown[session_id])
            self.known[session_id] = shown[session_id]
        if self.is_blocked and self.is_on:
            assert _seen(shown[self.BOB]) == (UNLOGINED, "")
        else:
            assert shown[self.BOB] == shown[self.CAROL]

    def _log_in(self, session_id: int, user_id: str) -> None:
        core = self.core
        now = core.instant().unix_ms / 1000
        user_sig = usersig.sign(user_id, core.sdk_app_id, core.secret_key, now=now)
        named = {"sdkAppID": core.sdk_app_id, "userID": user_id, "userSig": user_sig}
        core.call(session_id, "login", named | {"instanceID": "device"})


def _seen(status: JSON) -> tuple[int, str]:
    return status["statusType"], status["customStatus"]
