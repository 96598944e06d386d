"""Buckets: what is paid, what is owed, and what is forgiven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.buckets import DEBT_MAX, HOLDS, Buckets

SHARE = 0.1
HOLD = HOLDS * SHARE
"""The seconds of CPU time in a full bucket."""


def test_a_full_bucket_is_emptied_before_there_is_debt() -> None:
    buckets: Buckets[str] = Buckets(SHARE)
    buckets.charge("ann", HOLD, 0.0)
    assert buckets.wait("ann", 0.0) == 0
    buckets.charge("ann", 0.05, 0.0)
    assert buckets.wait("ann", 0.0) == pytest.approx(0.5)
    assert buckets.wait("ann", 0.5) == 0
    assert buckets.wait("bob", 0.0) == 0


def test_a_debt_is_paid_in_a_bounded_time() -> None:
    buckets: Buckets[str] = Buckets(SHARE)
    for _ in range(100):
        buckets.charge("ann", 1.0, 0.0)
    assert buckets.wait("ann", 0.0) == pytest.approx(DEBT_MAX)


def test_without_a_share_nothing_is_charged_and_earlier_debt_is_forgotten() -> None:
    buckets: Buckets[str] = Buckets(SHARE)
    buckets.charge("ann", 1.0, 0.0)
    buckets.share = 0.0
    buckets.charge("bob", 1.0, 0.0)
    assert (buckets.wait("ann", 0.0), buckets.wait("bob", 0.0), len(buckets)) == (0, 0, 1)


def test_full_buckets_take_no_memory() -> None:
    buckets: Buckets[int] = Buckets(SHARE)
    for number in range(100_000):
        buckets.charge(number, 0.001, number * 0.001)
    assert len(buckets) < 5000


@given(
    st.lists(
        st.tuples(st.floats(0, 3, allow_subnormal=False), st.floats(0, 1, allow_subnormal=False))
    ),
    st.sampled_from([0.001, 0.1, 2.0]),
)
def test_who_may_go_on_has_used_no_more_than_the_share(
    charges: list[tuple[float, float]], share: float
) -> None:
    """Whoever waits out their debt uses a full bucket, the share, and a last cost at most."""
    buckets: Buckets[str] = Buckets(share)
    now = used = 0.0
    for pause, cost in charges:
        now += pause
        now += buckets.wait("ann", now)
        cost = min(cost, DEBT_MAX * share)
        assert used <= (HOLDS + now) * share * (1 + 1e-9) + 1e-9
        buckets.charge("ann", cost, now)
        used += cost
        is_owing = "ann" in buckets.owing
        assert 0 <= buckets.wait("ann", now) <= DEBT_MAX * (1 + 1e-9)
        assert is_owing or not buckets.wait("ann", now)
    now += buckets.wait("ann", now)
    assert (buckets.wait("ann", now), buckets.owing) == (0, set())
