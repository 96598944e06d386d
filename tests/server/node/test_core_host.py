"""The core's host: what an edge asks is carried out, and what comes of it leaves in order."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Raw

from imtui.protocol.app_key import KeyRing
from imtui.protocol.jsonrpc import Request, encode
from imtui.protocol.messages import CloseCode
from imtui.protocol.proof import Proof
from imtui.protocol.status import Platform
from imtui.server.core.accounts.changes import CloseReason, SessionClosed
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.core import Core
from imtui.server.core.logins.administration import set_console
from imtui.server.core.logins.registration import kick
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics
from imtui.server.node.core_host import CoreHost
from imtui.server.store.store import StoreError
from tests.server.core.world import sig_id
from tests.server.node.memory_store import MemoryStore
from tests.server.virtual_loop import VirtualLoop, virtual_loop

Event = tuple[Any, ...]


class NotingEdge:
    """Writes down what the core says, in short."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.result: Any = None
        """That of the last answer."""

    def answer(self, session_id: int, data: bytes) -> None:
        answer = msgspec.json.decode(data)
        outcome = answer["error"]["code"] if "error" in answer else "ok"
        self.result = answer.get("result")
        self.events.append(("answer", session_id, answer["id"], outcome))

    def push(
        self, session_ids: tuple[int, ...], data: bytes, *, is_chat: bool, state: str = ""
    ) -> None:
        self.events.append(("push", session_ids, msgspec.json.decode(data)["method"]))

    def status(self, user_id: str, status: bytes, session_ids: list[int]) -> None:
        self.events.append(("status", user_id, tuple(session_ids)))

    def forget(self, session_ids: tuple[int, ...], user_ids: tuple[str, ...]) -> None:
        self.events.append(("forget", session_ids, user_ids))

    def login_changed(self, session_id: int, user_id: str, platform: Platform | None) -> None:
        self.events.append(("login", session_id, user_id))

    def close(self, session_id: int, code: CloseCode, reason: str) -> None:
        self.events.append(("close", session_id, code))

    def keys_changed(self, key_ring: KeyRing) -> None:
        self.events.append(("keys", *(key.key_id for key in key_ring.keys)))

    def admins_changed(self, user_ids: frozenset[str]) -> None:
        self.events.append(("admins", *sorted(user_ids)))

    def heartbeat_timeout_changed(self, timeout: float) -> None:
        self.events.append(("timeout", timeout))

    def flush(self) -> None:
        self.events.append(("flush",))

    def taken(self) -> list[Event]:
        """Return what was said since the last time."""
        events, self.events = self.events, []
        return events


class Bench:
    """A host of a core, in virtual time."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.spent = self.unpaid = 0.0
        self.cpu_clock: Callable[[], float] = lambda: 0.0
        self.store = MemoryStore()
        self.edge = NotingEdge()
        self.metrics = Metrics()
        self.seen: list[list[Change]] = []
        self.addresses: list[str] = []
        self.seen_by_another: list[list[Change]] = []
        self.reacted: list[tuple[Change, int]] = []
        self.core = Core(self.store.load(), self.now(), archive=self.store.archive)
        self.host = CoreHost(
            self.core,
            self.store,
            self.edge,
            self.now,
            self.metrics,
            [self.observe, self.observe_too],
            {ConsoleChanged: self.react},
            cpu_clock=lambda: self.cpu_clock(),
        )

    def owed(self, user_id: str) -> float:
        """Return how much of an account's bucket was used, in seconds of CPU time."""
        buckets, now = self.host.buckets, self.now().monotonic
        return (buckets._full_at.get(user_id, now) - now) * buckets.share

    def observe(self, changes: list[Change], address: str) -> None:
        self.seen.append(changes)
        self.addresses.append(address)

    def react(self, change: ConsoleChanged) -> None:
        self.reacted.append((change, len(self.seen)))

    def observe_too(self, changes: list[Change], address: str) -> None:
        self.seen_by_another.append(changes)

    def now(self) -> Instant:
        return Instant(self.loop.time(), 1_700_000_000_000 + int(self.loop.time() * 1000))

    def ask_login(
        self, session_id: int, user_id: str, instance_id: str = "laptop", address: str = ""
    ) -> None:
        params = {"sdkAppID": 1, "userID": user_id, "userSig": "", "instanceID": instance_id}
        request = Request("2.0", "login", Raw(encode(params)), "login")
        proof = Proof(user_id, 1_600_000_000, sig_id(session_id))
        self.unpaid = self.host.login(session_id, proof, request, address, self.spent)

    def login(self, session_id: int, user_id: str, instance_id: str = "laptop") -> None:
        self.ask_login(session_id, user_id, instance_id)
        self.loop.turn()
        self.edge.taken()

    def ask(self, session_id: int, method: str, request_id: Any = 1, **params: Any) -> None:
        request = Request("2.0", method, Raw(encode(params)), request_id)
        self.unpaid = self.host.request(session_id, request, self.spent)

    def answers(self) -> list[Event]:
        return [event for event in self.edge.taken() if event[0] == "answer"]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with virtual_loop() as loop:
        yield Bench(loop)


def test_the_answer_comes_before_what_it_causes_and_all_of_it_after_the_commit(
    bench: Bench,
) -> None:
    bench.ask_login(1, "alice")
    assert bench.edge.taken() == []
    bench.loop.turn()
    assert bench.store.durable
    first, second, *pushes, last = bench.edge.taken()
    assert (first, second) == (("answer", 1, "login", "ok"), ("login", 1, "alice"))
    assert {event[0] for event in pushes} == {"push"}
    assert last == ("flush",)


def test_what_waits_for_nothing_is_answered_at_once(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.ask(1, "getUserStatus", userIDList=["alice"])
    assert bench.edge.taken() == [("answer", 1, 1, "ok"), ("flush",)]


def test_what_reads_changes_that_are_not_durable_waits_for_them(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.login(2, "bob")
    bench.ask(1, "addFriend", userID="bob")
    bench.ask(2, "getUserStatus", 2, userIDList=["alice"])
    assert bench.edge.taken() == []
    bench.loop.turn()
    assert bench.answers() == [("answer", 1, 1, "ok"), ("answer", 2, 2, "ok")]


def test_a_request_without_id_is_carried_out_and_not_answered(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.login(2, "bob")
    bench.ask(1, "addFriend", UNSET, userID="bob")
    bench.ask(1, "noSuchMethod", UNSET)
    bench.ask(1, "heartbeat", UNSET)
    bench.loop.turn()
    assert bench.answers() == []
    bench.ask(1, "getFriendList")
    assert [friend["userID"] for friend in bench.edge.result["friendInfoList"]] == ["bob"]
    assert bench.metrics.ws.by_method["addFriend"] == 1


def test_an_id_of_null_is_answered(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.ask(1, "heartbeat", None)
    assert bench.answers() == [("answer", 1, None, "ok")]


def test_a_kick_is_pushed_before_the_login_ends_and_requests_are_refused(bench: Bench) -> None:
    bench.login(1, "alice")
    kick(bench.core.admin(bench.now()), "alice")
    bench.host.carry_on()
    bench.ask(1, "getUserStatus", userIDList=["alice"])
    bench.loop.turn()
    events = bench.edge.taken()
    kicked, ended = ("push", (1,), "onKickedOffline"), ("login", 1, "")
    assert events.index(kicked) < events.index(ended) < events.index(("answer", 1, 1, 6014))
    assert not [event for event in events if event[0] == "close"]


def test_a_connection_that_was_taken_over_is_logged_out_and_closed(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.ask_login(2, "alice")
    bench.loop.turn()
    events = bench.edge.taken()
    assert [event for event in events if event[0] in ("answer", "login", "close")] == [
        ("answer", 2, "login", "ok"),
        ("login", 1, ""),
        ("close", 1, CloseCode.TAKEN_OVER),
        ("login", 2, "alice"),
    ]
    assert not [event for event in events if event[0] == "push" and 1 in event[1]]


def test_a_change_of_accounts_on_a_connection_is_told_in_order(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.ask_login(1, "carol")
    bench.loop.turn()
    logins = [event for event in bench.edge.taken() if event[0] == "login"]
    assert logins == [("login", 1, ""), ("login", 1, "carol")]


@pytest.mark.parametrize(
    ("is_silent", "reason"), [(False, CloseReason.LOST), (True, CloseReason.SILENT)]
)
def test_a_lost_connection_ends_its_session_once(
    bench: Bench, is_silent: bool, reason: CloseReason
) -> None:
    bench.login(1, "alice")
    assert bench.core.logged_in() == {"alice": 1}
    bench.seen.clear()
    bench.host.lost(1, is_silent=is_silent)
    bench.host.lost(1)
    bench.host.lost(99)
    ends = [one for some in bench.seen for one in some if isinstance(one, SessionClosed)]
    assert ends == [SessionClosed(1, "alice", False, reason)]
    assert bench.core.logged_in() == {}


def test_observers_get_every_batch_of_changes(bench: Bench) -> None:
    bench.ask_login(1, "alice")
    bench.host.carry_on()
    bench.ask_login(2, "bob")
    assert bench.seen == bench.seen_by_another
    alice, bob = bench.seen
    assert alice + bob == bench.store.noted


def test_a_reaction_gets_the_changes_of_its_kind_before_the_observers(bench: Bench) -> None:
    set_console(bench.core.admin(bench.now()), {"cpu_share": 7})
    bench.host.carry_on()
    assert bench.reacted == [(bench.seen[0][0], 0)]
    bench.seen.clear()
    bench.ask_login(1, "alice")
    assert len(bench.reacted) == 1
    assert bench.seen


@pytest.mark.parametrize("is_lost", [False, True])
def test_observers_get_the_address_of_who_made_the_changes(bench: Bench, is_lost: bool) -> None:
    bench.ask_login(1, "alice", address="192.0.2.7")
    bench.ask(1, "setSelfStatus", customStatus="Away")
    if is_lost:
        bench.host.lost(1)
    else:
        bench.ask(1, "logout")
    assert bench.addresses == ["192.0.2.7"] * 3
    bench.ask_login(2, "bob")
    assert bench.addresses[3:] == [""]


@pytest.mark.parametrize("fault", [ZeroDivisionError("a fault of ours"), StoreError("No disk.")])
def test_a_fault_of_the_core_is_answered_and_logged_and_nobody_else_notices(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    bench.login(1, "alice")
    bench.login(2, "bob")

    def failing(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(core: Core, session_id: int, *args: Any, **kwargs: Any) -> Any:
            result = function(core, session_id, *args, **kwargs)
            if session_id == 2:
                return result
            raise fault

        return call

    with monkeypatch.context() as patched:
        patched.setattr(Core, "call", failing(Core.call))
        patched.setattr(Core, "login", failing(Core.login))
        bench.ask(1, "subscribeUserStatus", userIDList=["bob"])
        bench.ask(2, "getUserStatus", userIDList=["alice"])
        bench.ask_login(3, "carol")
        bench.loop.turn()
        assert bench.answers() == [
            ("answer", 1, 1, 70500),
            ("answer", 2, 1, "ok"),
            ("answer", 3, "login", 70500),
        ]
    assert len(caplog.records) == 2
    assert bench.metrics.ws.errors == {"70500": 2}
    # What had changed before the fault is kept like all else.
    assert bench.store.noted == []
    bench.ask(1, "getSubscriptions")
    assert bench.answers() == [("answer", 1, 1, "ok")]


def test_while_the_store_fails_nothing_durable_is_begun(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.login(2, "bob")
    bench.store.is_failing = True
    bench.ask(1, "addFriend", userID="bob")
    bench.loop.turn()
    assert bench.answers() == [("answer", 1, 1, 70500)]
    changes = len(bench.seen)
    bench.ask(1, "sendMessage", 1, userID="bob", msgID="m", text="Hello")
    bench.ask(1, "logout", 2)
    bench.ask(1, "subscribeUserStatus", 3, userIDList=["bob"])
    bench.ask(1, "noSuchMethod", 4)
    bench.ask_login(3, "carol")
    assert len(bench.seen) == changes
    bench.ask(1, "getUserStatus", 5, userIDList=["bob"])
    bench.ask(1, "heartbeat", 6)
    assert [event[2:] for event in bench.answers()] == [
        (1, 70500),
        (2, 70500),
        (3, 70500),
        (4, -32601),
        ("login", 70500),
        (5, "ok"),
        (6, "ok"),
    ]
    bench.store.is_failing = False
    bench.loop.advance(1.0)
    bench.ask_login(3, "carol")
    bench.loop.turn()
    assert bench.answers() == [("answer", 3, "login", "ok")]


def test_while_a_shared_store_fails_nothing_that_is_not_durable_is_read(bench: Bench) -> None:
    bench.login(1, "alice")
    bench.login(2, "bob")
    bench.store.is_shared = bench.store.is_failing = True
    bench.ask(1, "setSelfStatus", customStatus="Lunch")
    bench.loop.turn()
    bench.ask(2, "getUserStatus", 2, userIDList=["alice"])
    bench.loop.turn()
    assert bench.answers() == [("answer", 1, 1, 70500), ("answer", 2, 2, 70500)]
    bench.store.is_failing = False
    bench.loop.advance(1.0)
    bench.ask(2, "getUserStatus", 3, userIDList=["alice"])
    bench.loop.turn()
    assert bench.answers() == [("answer", 2, 3, "ok")]
    assert bench.edge.result["userStatusList"][0]["customStatus"] == "Lunch"


def test_nothing_is_told_after_a_commit_in_which_another_node_took_over(bench: Bench) -> None:
    bench.login(1, "alice")
    store = bench.store
    store.is_shared = True
    commit = store.commit

    def commit_late() -> None:
        commit()
        store.is_current, store.is_failing = False, True

    store.commit = commit_late  # type: ignore[method-assign]
    bench.ask(1, "setSelfStatus", customStatus="Lunch")
    bench.loop.turn()
    assert bench.answers() == [("answer", 1, 1, 70500)]


def test_whoever_waits_for_deadlines_looks_again_when_one_may_have_moved(bench: Bench) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    bench.host.on_due_changed = look
    bench.ask_login(1, "alice")
    bench.loop.turn()
    assert looks > 0
    looks = 0
    bench.ask_login(1, "alice")
    assert looks == 1, "a login may cancel a deadline and change nothing else"
    bench.ask(1, "getUserStatus", userIDList=["alice"])
    assert looks == 1
    for text in ("Out", "Lunch"):
        bench.ask(1, "setSelfStatus", customStatus=text)
    bench.loop.turn()
    assert looks == 2, "once for a batch"
    bench.host.lost(1)
    bench.loop.turn()
    assert looks == 3


def test_what_falls_due_is_told_after_its_commit(bench: Bench) -> None:
    bench.login(1, "alice")
    ends = bench.now().unix_ms + 1000
    bench.ask(1, "setSelfStatus", customStatus="Lunch", expiresAt=ends)
    bench.loop.turn()
    bench.edge.taken()
    bench.loop.advance(1.0)
    bench.host.sweep()
    assert bench.edge.taken() == []
    bench.loop.turn()
    assert bench.edge.taken() == [("push", (1,), "onUserStatusChanged"), ("flush",)]


async def test_a_batch_is_committed_in_the_next_turn_of_a_real_loop() -> None:
    loop = VirtualLoop()
    bench = Bench(loop)
    bench.ask_login(1, "alice")
    await asyncio.sleep(0)
    assert bench.store.durable
    bench.host.commits.stop()


def test_an_account_pays_for_what_it_causes_and_not_for_what_is_sent(bench: Bench) -> None:
    bench.login(1, "alice")
    assert bench.owed("alice") == 0
    seen = len(bench.seen)
    bench.cpu_clock = lambda: (len(bench.seen) - seen) / 1000 + len(bench.edge.events)
    bench.spent = 0.005
    bench.ask(1, "setSelfStatus", customStatus="busy")
    bench.loop.turn()
    # A millisecond for what others are told, and none for telling them.
    assert bench.edge.events
    assert bench.owed("alice") == pytest.approx(0.006)
    assert bench.unpaid == 0


def test_what_nobody_pays_for_is_said(bench: Bench) -> None:
    bench.spent = 0.005
    bench.ask(1, "getUserStatus", userIDList=["alice"])
    assert bench.unpaid == pytest.approx(0.005)
    set_console(bench.core.admin(bench.now()), {"auto_register": "off"})
    bench.ask_login(1, "nobody")
    assert bench.unpaid == pytest.approx(0.005)
    assert bench.owed("nobody") == 0


def test_the_share_is_the_consoles(bench: Bench) -> None:
    assert bench.host.buckets.share == pytest.approx(0.1)
    set_console(bench.core.admin(bench.now()), {"cpu_share": 0})
    bench.host.carry_on()
    assert bench.host.buckets.share == 0
