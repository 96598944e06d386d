"""Which sessions have been silent for too long: never earlier than the time-out says."""

from hypothesis import given
from hypothesis import strategies as st

from imtui.server.edge.liveness import Liveness

TIMEOUT = 10.0


def test_nobody_is_silent_before_the_timeout() -> None:
    liveness = Liveness(TIMEOUT)
    assert liveness.next_due() is None
    liveness.begin(1, 100.0)
    assert liveness.next_due() == 110.0
    assert liveness.pop_silent(109.9) == []
    assert liveness.pop_silent(110.0) == [1]
    assert liveness.next_due() is None
    assert liveness.pop_silent(1000.0) == []


def test_a_sign_of_life_puts_the_end_off() -> None:
    liveness = Liveness(TIMEOUT)
    liveness.begin(1, 100.0)
    liveness.received(1, 109.0)
    assert liveness.pop_silent(110.0) == []
    assert liveness.next_due() == 119.0
    assert liveness.pop_silent(118.9) == []
    assert liveness.pop_silent(119.0) == [1]


def test_only_the_silent_one_of_two_is_popped() -> None:
    liveness = Liveness(TIMEOUT)
    liveness.begin(1, 100.0)
    liveness.begin(2, 100.0)
    liveness.received(2, 105.0)
    assert liveness.pop_silent(112.0) == [1]
    assert liveness.next_due() == 115.0


def test_a_session_that_ended_is_not_watched_and_leaves_nothing_behind() -> None:
    liveness = Liveness(TIMEOUT)
    liveness.begin(1, 100.0)
    liveness.end(1)
    liveness.end(1)
    liveness.received(1, 101.0)
    assert liveness.next_due() is None
    assert liveness.pop_silent(1000.0) == []
    assert not liveness._last


def test_a_session_that_logs_in_again_has_all_of_its_time() -> None:
    liveness = Liveness(TIMEOUT)
    liveness.begin(1, 100.0)
    liveness.begin(1, 105.0)
    assert liveness.pop_silent(114.9) == []
    assert liveness.pop_silent(115.0) == [1]
    liveness.begin(1, 200.0)
    assert liveness.pop_silent(209.0) == []
    assert liveness.pop_silent(210.0) == [1]


def test_a_connection_without_a_login_is_not_watched() -> None:
    liveness = Liveness(TIMEOUT)
    liveness.received(1, 100.0)
    assert liveness.next_due() is None
    assert liveness.pop_silent(1000.0) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "received", "end", "look"]),
        st.integers(1, 3),
        st.floats(0.0, 8.0, allow_nan=False),
    )
)


@given(STEPS)
def test_it_finds_just_those_that_were_silent_for_the_timeout(
    steps: list[tuple[str, int, float]],
) -> None:
    liveness = Liveness(TIMEOUT)
    last: dict[int, float] = {}
    now = 0.0
    for step, session_id, later in steps:
        now += later
        if step == "begin":
            liveness.begin(session_id, now)
            last[session_id] = now
        elif step == "received":
            liveness.received(session_id, now)
            if session_id in last:
                last[session_id] = now
        elif step == "end":
            liveness.end(session_id)
            last.pop(session_id, None)
        else:
            silent = {one for one, heard in last.items() if now >= heard + TIMEOUT}
            assert set(liveness.pop_silent(now)) == silent
            for one in silent:
                del last[one]
        due = liveness.next_due()
        assert (due is None) == (not last)
        # Whoever waits until then misses nobody.
        assert due is None or due <= min(last.values()) + TIMEOUT


def test_a_shorter_timeout_counts_for_later_logins_and_a_longer_one_for_all() -> None:
    liveness = Liveness(TIMEOUT)
    liveness.begin(1, 100.0)
    liveness.set_timeout(2.0)
    liveness.begin(2, 100.0)
    liveness.set_timeout(3.0)
    liveness.begin(3, 100.0)
    assert liveness.pop_silent(102.9) == []
    assert sorted(liveness.pop_silent(103.0)) == [2, 3]
    assert liveness.pop_silent(109.9) == []
    liveness.set_timeout(30.0)
    assert liveness.pop_silent(129.9) == []
    liveness.set_timeout(2.0)
    # It logged in again.
    liveness.begin(1, 129.0)
    assert liveness.pop_silent(131.0) == [1]
    assert not liveness._longer
    assert liveness.next_due() is None
