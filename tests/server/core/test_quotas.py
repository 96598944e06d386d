"""How much an account may send at once, and how fast that is filled up again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from imtui.protocol.errors import IMError
from imtui.server.core.console import Console
from imtui.server.core.quotas import Quota, Quotas

CONSOLE = Console(messages_rate=2, messages_burst=5, message_bytes_rate=10, message_bytes_burst=40)
ONE = {Quota.MESSAGES: 1}


def refused(quotas: Quotas, costs: dict[Quota, int], now: float, console: Console = CONSOLE) -> int:
    """Return ``retryAfterMs``; 0 if the quotas allow it."""
    try:
        quotas.take("ann", costs, console, now)
    except IMError as error:
        assert error.code == 7008
        return int(error.data["retryAfterMs"])
    return 0


def test_a_burst_passes_and_then_the_rate() -> None:
    quotas = Quotas()
    assert [refused(quotas, ONE, 7.0) for _ in range(6)] == [0, 0, 0, 0, 0, 500]
    assert refused(quotas, ONE, 7.4) == 100
    assert refused(quotas, ONE, 7.5) == 0
    quotas.take("ben", ONE, CONSOLE, 7.5)


def test_what_one_bucket_refuses_takes_nothing_from_the_other() -> None:
    quotas = Quotas()
    costs = {Quota.MESSAGES: 1, Quota.MESSAGE_BYTES: 30}
    assert refused(quotas, costs, 0.0) == 0
    assert refused(quotas, costs, 0.0) == 2000
    assert [refused(quotas, ONE, 0.0) for _ in range(5)] == [0, 0, 0, 0, 500]


def test_more_than_the_whole_bucket_passes_while_it_is_full() -> None:
    quotas = Quotas()
    assert refused(quotas, {Quota.MESSAGE_BYTES: 100}, 0.0) == 0
    assert refused(quotas, {Quota.MESSAGE_BYTES: 1}, 0.0) == 6100


@pytest.mark.parametrize("name", ["messages_rate", "messages_burst"])
def test_zero_is_no_limit_and_holds_at_once(name: str) -> None:
    quotas = Quotas()
    assert [refused(quotas, ONE, 0.0) for _ in range(6)][-1]
    without = structs.replace(CONSOLE, **{name: 0})
    assert not any(refused(quotas, ONE, 0.0, without) for _ in range(1000))


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 50)), max_size=60))
def test_no_interval_gets_more_than_burst_and_rate(steps: list[tuple[float, int]]) -> None:
    quotas, now, passed = Quotas(), 0.0, list[tuple[float, int]]()
    for pause, size in steps:
        now += pause
        quotas.forget_old(now)
        wait = refused(quotas, {Quota.MESSAGE_BYTES: size}, now)
        if not wait:
            passed.append((now, size))
        else:
            assert not refused(quotas, {Quota.MESSAGE_BYTES: size}, now + wait / 1000)
            now += wait / 1000
            passed.append((now, size))
    for first, (begin, _) in enumerate(passed):
        for last in range(first, len(passed)):
            total = sum(size for _, size in passed[first : last + 1])
            allowed = 40 + 10 * (passed[last][0] - begin) + 50
            assert total <= allowed + 0.001
