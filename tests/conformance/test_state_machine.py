"""Random acts of many accounts and devices: the core against an independent model."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from imtui.protocol import usersig

from .worlds.core_world import DrivenCore
from .worlds.model import Model, Outcome, Seen
from .worlds.raw_client import JSON, Push, Refused
from .worlds.virtual_time import WALL_START

# Small limits, so that random acts reach them.
RATE_CALLS, SUBSCRIPTIONS_MAX, PER_PLATFORM = 4, 2, 2

PLATFORMS = {"i1": "Linux", "i2": "Linux", "i3": "Linux", "i4": "Mac"}
USERS = ["ann", "bea", "cyd"]
NOBODY = "nob"

SETTINGS = {
    "edition": ["standard", "ultimate"],
    "user_status": ["on", "off"],
    "friend_status": ["on", "off"],
    "login_policy": ["multi", "platform", "single"],
    "auto_register": ["on", "off"],
    "before_callback_failure": ["pass", "deny"],
}

slots = st.integers(1, 6)
users = st.sampled_from(USERS)
others = st.sampled_from([*USERS, NOBODY])
user_lists = st.lists(others, max_size=3, unique=True)
texts = st.sampled_from(["", "a", "b", "c", "x" * 101])
ends = st.none() | st.sampled_from([-1.0, 0.0, 1.0, 5.0, 60.0, 500.0])
seconds = st.sampled_from([0.25, 1.0, 1.0, 4.0, 4.75, 5.0, 60.0, 200.0, 399.75, 400.0, 600.0])


def seen(status: JSON) -> Seen:
    """Return the public part of a status."""
    return Seen(
        status["userID"],
        status["statusType"],
        status["customStatus"],
        tuple(status["onlineDevices"]),
    )


class Lives(RuleBasedStateMachine):
    """Perform each act on the core and on the model, and compare the outcomes."""

    def __init__(self) -> None:
        super().__init__()
        # In memory if possible, because the test creates thousands of databases.
        memory = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.core = DrivenCore(Path(self._folder.name) / "imtui.db")
        self._sigs = {
            user: usersig.sign(
                user, self.core.sdk_app_id, self.core.secret_key, now=WALL_START / 1000
            )
            for user in USERS
        }
        self._began = self.core.now
        self.model = Model(RATE_CALLS, SUBSCRIPTIONS_MAX, PER_PLATFORM)
        self.slots: dict[int, int] = {}
        self.count = 0
        self.mirrors: dict[int, list[str]] = {}
        self.latest: dict[tuple[int, str], tuple[int, Seen]] = {}

    def teardown(self) -> None:
        """Close the database."""
        self.core.end()
        self._folder.cleanup()

    @initialize()
    def begin(self) -> None:
        """Start with users of whom some are friends."""
        for slot, user in enumerate(USERS, start=1):
            self.login(slot, user, "i1", passive=False, resume=False)
        self.add_friend(1, "bea")
        self.subscribe(3, ["ann"])

    @rule(
        slot=slots,
        user=users,
        instance=st.sampled_from(sorted(PLATFORMS)),
        passive=st.sampled_from([False, False, False, True]),
        resume=st.booleans(),
    )
    def login(self, slot: int, user: str, instance: str, passive: bool, resume: bool) -> None:
        conn = self._conn(slot)
        session = self.model.session.get(conn)
        if session is not None and session[0] == user and (session[1] is None) != passive:
            return  # The decisions leave this case open.
        expected = self.model.login(
            conn, user, PLATFORMS[instance], instance, passive=passive, resume=resume
        )
        answer = self._call(
            conn,
            expected,
            "login",
            sdkAppID=self.core.sdk_app_id,
            userID=user,
            userSig=self._sigs[user],
            platform=PLATFORMS[instance],
            instanceID=instance,
            passive=passive,
            resume=resume,
        )
        if answer is not None:
            assert seen(answer["selfStatus"]) == expected.answer
            self.mirrors[conn] = list(self.model.accounts[user].subscriptions)

    @rule(slot=slots)
    def logout(self, slot: int) -> None:
        conn = self._conn(slot)
        self._call(conn, self.model.logout(conn), "logout")

    @rule(slot=slots)
    def lose(self, slot: int) -> None:
        conn = self._conn(slot)
        del self.slots[slot]
        expected = self.model.lose(conn)
        self.core.lose(conn)
        self._compare(expected)

    @rule(slot=slots)
    def heartbeat(self, slot: int) -> None:
        conn = self._conn(slot)
        self._call(conn, self.model.heartbeat(conn), "heartbeat")

    @rule(slot=slots, text=texts, end=ends)
    def set_status(self, slot: int, text: str, end: float | None) -> None:
        conn = self._conn(slot)
        at = None if end is None else self.model.now + end
        expected = self.model.set_status(conn, text, at)
        expires = None if at is None else WALL_START + round((self._began + at) * 1000)
        self._call(conn, expected, "setSelfStatus", customStatus=text, expiresAt=expires)

    @rule(slot=slots, text=st.sampled_from(["a", "b"]), end=st.sampled_from([1.0, 2.0, 5.0, 60.0]))
    def set_for_a_while(self, slot: int, text: str, end: float) -> None:
        self.set_status(slot, text, end)

    @rule(slot=slots, wanted=user_lists)
    def query(self, slot: int, wanted: list[str]) -> None:
        conn = self._conn(slot)
        expected = self.model.query(conn, wanted)
        answer = self._call(conn, expected, "getUserStatus", userIDList=wanted)
        if answer is not None:
            assert [seen(status) for status in answer["userStatusList"]] == expected.answer

    @rule(slot=slots, wanted=user_lists)
    def subscribe(self, slot: int, wanted: list[str]) -> None:
        conn = self._conn(slot)
        expected = self.model.subscribe(conn, wanted)
        self._call(conn, expected, "subscribeUserStatus", userIDList=wanted)

    @rule(slot=slots, unwanted=st.none() | user_lists)
    def unsubscribe(self, slot: int, unwanted: list[str] | None) -> None:
        conn = self._conn(slot)
        expected = self.model.unsubscribe(conn, unwanted)
        self._call(conn, expected, "unsubscribeUserStatus", userIDList=unwanted)

    @rule(slot=slots)
    def subscriptions(self, slot: int) -> None:
        conn = self._conn(slot)
        expected = self.model.subscriptions(conn)
        answer = self._call(conn, expected, "getSubscriptions")
        if answer is not None:
            assert isinstance(expected.answer, tuple)
            listed, cleared = expected.answer
            assert answer["userIDList"] == listed
            at = None if cleared is None else WALL_START + round((self._began + cleared) * 1000)
            assert answer["clearedAt"] == at

    @rule(slot=slots, user=others)
    def add_friend(self, slot: int, user: str) -> None:
        conn = self._conn(slot)
        self._call(conn, self.model.add_friend(conn, user), "addFriend", userID=user)

    @rule(slot=slots, user=others, both=st.booleans())
    def delete_friend(self, slot: int, user: str, both: bool) -> None:
        conn = self._conn(slot)
        expected = self.model.delete_friend(conn, user, both=both)
        kind = 2 if both else 1
        self._call(conn, expected, "deleteFromFriendList", userIDList=[user], deleteType=kind)

    @rule(slot=slots)
    def friends(self, slot: int) -> None:
        conn = self._conn(slot)
        expected = self.model.friends(conn)
        answer = self._call(conn, expected, "getFriendList")
        if answer is not None:
            assert [self._friend(info) for info in answer["friendInfoList"]] == expected.answer

    @rule(setting=st.sampled_from([(key, value) for key in SETTINGS for value in SETTINGS[key]]))
    def configure(self, setting: tuple[str, str]) -> None:
        key, value = setting
        expected = self.model.configure(key, value)
        self.core.set_console({key: value})
        for conn, pushes in self.core.told.items():
            # The model lacks this push; only logged-in connections may receive it.
            told = [push for push in pushes if push.method == "onConsoleChanged"]
            assert not told or conn in self.slots.values()
            self.core.told[conn] = [push for push in pushes if push not in told]
        self._compare(expected)

    @rule(passing=seconds)
    def pass_time(self, passing: float) -> None:
        expected = self.model.pass_time(self.model.now + passing)
        self.core.advance(passing)
        self._compare(expected, last_only=True)

    @rule(passing=st.sampled_from([300.0, 599.75, 600.0]))
    def stay(self, passing: float) -> None:
        """Let time pass, with heartbeats."""
        for _ in range(2):
            for slot in sorted(self.slots):
                self.heartbeat(slot)
            self.pass_time(passing / 2)

    @rule(
        slot=slots,
        method=st.sampled_from(["query", "subscribe", "unsubscribe"]),
        users=user_lists,
        gap=st.sampled_from([0.25, 4.75, 5.0]),
    )
    def insist(self, slot: int, method: str, users: list[str], gap: float) -> None:
        """Use up a rate limit, and try again a little later."""
        for _ in range(RATE_CALLS):
            getattr(self, method)(slot, users)
        self.pass_time(gap)
        getattr(self, method)(slot, users)

    @precondition(lambda self: self.model.accounts)
    @rule()
    def restart(self) -> None:
        self.model.restart()
        self.core.restart()
        self.slots.clear()

    def _conn(self, slot: int) -> int:
        if slot not in self.slots:
            self.count += 1
            self.slots[slot] = self.count
        return self.slots[slot]

    def _call(self, conn: int, expected: Outcome, method: str, **params: Any) -> JSON | None:
        code, answer = 0, None
        try:
            answer = self.core.call(conn, method, params)
        except Refused as refused:
            code = refused.code
        assert code == expected.code
        self._compare(expected)
        return answer

    def _compare(self, expected: Outcome, *, last_only: bool = False) -> None:
        closed, self.core.closed = self.core.closed, {}
        assert closed == expected.closed
        told = {conn: self._told(conn, pushes) for conn, pushes in self.core.told.items() if pushes}
        self.core.told.clear()
        wanted = {
            conn: self._by_method([(told.method, told.what) for told in pushes])
            for conn, pushes in expected.told.items()
        }
        for conn in closed:
            # Pushes to a connection that is being closed do not matter.
            told.pop(conn, None)
            wanted.pop(conn, None)
        for conn, method in expected.unsettled:
            for all_told in (told, wanted):
                all_told.get(conn, {}).pop(method, None)
                if not all_told.get(conn, True):
                    del all_told[conn]
        if last_only:
            told = {conn: self._last(methods) for conn, methods in told.items()}
            wanted = {conn: self._last(methods) for conn, methods in wanted.items()}
        assert told == wanted
        self.slots = {slot: conn for slot, conn in self.slots.items() if conn not in closed}

    def _told(self, conn: int, pushes: list[Push]) -> dict[str, list[object]]:
        told: list[tuple[str, object]] = []
        for method, params in pushes:
            if method == "onUserStatusChanged":
                told += [
                    (method, self._status(conn, status)) for status in params["userStatusList"]
                ]
            elif method == "onSelfDevicesChanged":
                told.append((method, tuple(device["instanceID"] for device in params["devices"])))
            elif method == "onSubscriptionsChanged":
                told = [one for one in told if one[0] != method]
                told.append((method, self._mirrored(conn, params)))
            elif method == "onFriendListAdded":
                told.append((method, tuple(map(self._friend, params["friendInfoList"]))))
            elif method == "onFriendListDeleted":
                told.append((method, tuple(params["userIDList"])))
            else:
                told.append((method, None))
        return self._by_method(told)

    def _status(self, conn: int, status: JSON) -> Seen:
        """Check the revision: it grows with each change, and identifies one content."""
        found, revision = seen(status), status["revision"]
        before = self.latest.get((conn, found.user))
        if before is not None:
            assert revision >= before[0]
            assert found == before[1] or revision > before[0]
        self.latest[conn, found.user] = (revision, found)
        return found

    def _mirrored(self, conn: int, params: JSON) -> tuple[str, ...]:
        """Return the list as a client knows it that only follows the pushes."""
        gone = {*params["removed"], *params["added"]}
        mirror = [user for user in self.mirrors[conn] if user not in gone] + params["added"]
        self.mirrors[conn] = mirror
        return tuple(mirror)

    @staticmethod
    def _friend(info: JSON) -> tuple[str, Seen | None]:
        status = info["userStatus"]
        return info["userID"], None if status is None else seen(status)

    @staticmethod
    def _by_method(told: list[tuple[str, object]]) -> dict[str, list[object]]:
        found: dict[str, list[object]] = defaultdict(list)
        for method, what in told:
            found[method].append(what)
        return dict(found)

    @staticmethod
    def _last(methods: dict[str, list[object]]) -> dict[str, list[object]]:
        """Return the last push of each kind, and the last status of each user."""
        kept: dict[str, list[object]] = {}
        for method, what in methods.items():
            if method == "onUserStatusChanged":
                last = {one.user: one for one in what if isinstance(one, Seen)}
                kept[method] = [last[user] for user in sorted(last)]
            else:
                kept[method] = what[-1:]
        return kept


@pytest.fixture(autouse=True, scope="module")
def small_limits() -> Iterator[None]:
    """Reduce the limits of the core to those of the model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imtui.server.core.rates.RATE_CALLS", RATE_CALLS)
        patch.setattr("imtui.server.core.accounts.login_policy.DEVICES_PER_PLATFORM", PER_PLATFORM)
        patch.setattr("imtui.protocol.limits.SUBSCRIPTIONS_MAX", SUBSCRIPTIONS_MAX)
        yield


@pytest.mark.timeout(300)
def test_random_lives_agree_with_the_model() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=250,
            stateful_step_count=50,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
