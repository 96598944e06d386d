"""Failed logins: few for each pair of address and account, and nobody else is slowed down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import IMError
from imtui.protocol.usersig import sign
from imtui.protocol.verification import verify_user_sig
from imtui.server.audit import Kind
from imtui.server.edge import login_guard
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.instant import Instant
from tests.server.trusting import ring_of

KEY = AppKey(1400000001, "5" * 64)
RING = ring_of(KEY)
NOW = 1_700_000_000
GOOD = sign("alice", KEY.sdk_app_id, KEY.secret_key, now=NOW)
FORGED = sign("alice", KEY.sdk_app_id, "6" * 64, now=NOW)


class Door:
    """A guard in virtual time."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.noted: list[tuple[object, ...]] = []
        self.guard = LoginGuard(
            lambda: Instant(self.seconds, NOW * 1000), lambda *noted: self.noted.append(noted)
        )
        self.tried = 0

    def code(
        self,
        user_sig: str,
        address: str = "192.0.2.7",
        user_id: str = "alice",
        app: int = KEY.sdk_app_id,
    ) -> int:
        try:
            self.guard.check(
                address,
                user_id,
                "login",
                lambda admit: verify_user_sig(RING, app, user_id, user_sig, NOW * 1000, admit),
            )
        except IMError as error:
            return error.code
        return 0


def test_after_ten_failures_of_a_pair_no_key_is_tried_for_a_minute() -> None:
    door = Door()
    assert [door.code(FORGED) for _ in range(12)] == [70009] * 10 + [70050] * 2
    assert (door.code(GOOD), door.code("unreadable"), door.code("")) == (70050, 70003, 70002)
    assert door.code(GOOD, app=1) == 70020
    assert door.code(GOOD, address="192.0.2.8") == 0
    assert door.code(sign("bob", KEY.sdk_app_id, KEY.secret_key, now=NOW), user_id="bob") == 0
    door.seconds = 59.9
    assert door.code(GOOD) == 70050
    door.seconds = 60.0
    assert door.code(GOOD) == 0


def test_what_tries_no_key_does_not_count() -> None:
    door = Door()
    for user_sig in ("", "unreadable", "x" * 5000):
        for _ in range(20):
            door.code(user_sig)
    assert door.code(GOOD) == 0
    assert all(noted[0] is Kind.FAILED for noted in door.noted)


def test_a_genuine_one_by_a_clock_that_is_ahead_does_not_count_but_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door = Door()
    ahead = sign("alice", KEY.sdk_app_id, KEY.secret_key, now=NOW + 3600)
    assert [door.code(ahead) for _ in range(12)] == [70003] * 12
    assert door.code(GOOD) == 0
    (line,) = caplog.messages
    assert "'alice' was made by a clock that is 3600 s ahead" in line


@given(st.lists(st.tuples(st.floats(0, 30), st.booleans()), max_size=80))
def test_no_pair_tries_a_key_oftener_than_ten_times_a_minute(
    attempts: list[tuple[float, bool]],
) -> None:
    door = Door()
    failed: list[float] = []
    for pause, is_good in attempts:
        door.seconds += pause
        code = door.code(GOOD if is_good else FORGED)
        recent = [one for one in failed if one > door.seconds - 60]
        if code == 70009:
            failed.append(door.seconds)
            assert len(recent) < 10
        elif code == 70050:
            assert len([one for one in failed if one > door.seconds - 120]) >= 10
        else:
            assert is_good


def test_the_pairs_have_a_bound_and_no_name_is_kept_that_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(login_guard, "_PAIRS_MAX", 5)
    door = Door()
    for number in range(50):
        door.code(FORGED, user_id=f"u{number}")
    door.code(FORGED, user_id="x" * 100_000)
    assert len(door.guard._pairs) == 5
    assert door.noted[-1] == (Kind.FAILED, "192.0.2.7", "", "login", 70013)
    assert all(GOOD not in str(noted) and FORGED not in str(noted) for noted in door.noted)
