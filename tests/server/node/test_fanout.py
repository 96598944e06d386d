"""The fan-out: stored first, told once, merged for those who watch."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from imtui.protocol.errors import IMError
from imtui.server.instant import Instant
from imtui.server.core.changes import Change, SessionSilent
from imtui.server.core.logins.logins import Login
from imtui.server.core.messages.archive import Archive
from imtui.server.core.service import IMService
from imtui.server.core.stored import StoredApp
from imtui.server.metrics import Metrics
from imtui.server.node.backend import Backend
from imtui.server.node.fanout import FanOut
from imtui.server.store.store import StoreError
from tests.server.memory_archive import MemoryArchive
from tests.server.wire import wire


class MemoryStore:
    """A store that fails while it is told to."""

    def __init__(self) -> None:
        self.noted: list[Change] = []
        self.durable: list[Change] = []
        self.commits = 0
        self.is_failing = False

    def load(self) -> StoredApp:
        return StoredApp(start=1)

    def write(self, changes: Iterable[Change]) -> None:
        self.noted += changes

    def commit(self) -> None:
        self.commits += 1
        if self.is_failing:
            raise StoreError("It fails.")
        self.durable += self.noted
        self.noted = []

    @property
    def archive(self) -> Archive:
        return MemoryArchive()

    def close(self) -> None:
        pass


class Bench:
    """A fan-out between a core and a store in memory."""

    def __init__(self, observers: Sequence[Callable[[list[Change]], None]] = ()) -> None:
        self.store = MemoryStore()
        self.metrics = Metrics()
        self.service = IMService(self.store.load(), at(0), archive=self.store.archive)
        self.fanout = FanOut(self.service, self.store, observers=observers, metrics=self.metrics)

    def login(self, session_id: int, user_id: str) -> None:
        self.service.login(session_id, Login(user_id, "laptop"), at(0))
        self.fanout.carry_out()


@contextmanager
def bench(*observers: Callable[[list[Change]], None]) -> Iterator[Bench]:
    made = Bench(observers)
    yield made
    made.fanout.stop()


def at(seconds: float) -> Instant:
    return Instant(seconds, 1_000_000 + int(seconds * 1000))


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


async def test_observers_get_every_batch_of_changes() -> None:
    one: list[list[Change]] = []
    other: list[list[Change]] = []
    with bench(one.append, other.append) as it:
        it.login(1, "alice")
        it.fanout.carry_out()
        it.login(2, "bob")
        assert one == other
        alice, bob = one
        assert alice + bob == it.store.noted


async def test_who_waits_for_what_is_durable_shares_a_commit() -> None:
    with bench() as it:
        for number in range(10):
            it.login(number, f"user{number}")
        given_up = asyncio.create_task(it.fanout.durable())
        others = [asyncio.create_task(it.fanout.durable()) for _ in range(3)]
        given_up.cancel()
        assert it.store.durable == []
        await asyncio.gather(*others)
        assert it.store.durable
        assert it.store.noted == []
        assert it.store.commits == it.metrics.commits.count == 1
        await it.fanout.durable()
        assert it.store.commits == 1


async def test_who_waits_is_told_when_it_cannot_be_made_durable() -> None:
    with bench() as it:
        await it.fanout.durable()
        it.login(1, "alice")
        it.store.is_failing = True
        for _ in range(2):
            with pytest.raises(IMError) as refused:
                await it.fanout.durable()
            assert refused.value.code == 70500
        it.login(2, "bob")
        with pytest.raises(IMError):
            await it.fanout.durable()
        assert it.store.commits == it.metrics.commit_failures == 1
        it.store.is_failing = False
        it.fanout.stop()
        await it.fanout.durable()
        assert it.store.noted == []
        assert it.metrics.commits.count == 1


async def test_a_connection_that_falls_silent_is_counted() -> None:
    seen: list[Change] = []
    with bench(seen.extend) as it:
        it.login(1, "alice")
        it.service.sweep(at(400))
        it.fanout.carry_out()
        assert SessionSilent(1) in seen
        assert it.metrics.heartbeats_lost == 1


async def test_nobody_waits_for_ever_for_what_the_end_made_durable() -> None:
    with bench() as it:
        it.login(1, "alice")
        it.fanout.stop()
        await it.fanout.durable()
        assert it.store.durable
