"""Rates: 20 calls in a sliding window of 5 s."""

import pytest

from imtui.protocol.errors import IMError
from imtui.protocol.messages import Method
from imtui.server.core.rates import Rates

QUERY = Method.GET_USER_STATUS


def test_the_21st_call_is_refused_until_the_first_leaves_at_exactly_5_s() -> None:
    rates = Rates()
    for call in range(20):
        rates.count("alice", QUERY, 100 + call / 10)
    with pytest.raises(IMError) as refused:
        rates.count("alice", QUERY, 104.999)
    assert refused.value.code == 7008
    assert refused.value.data == {"retryAfterMs": 1}
    rates.count("alice", QUERY, 105.0)
    with pytest.raises(IMError) as refused:
        rates.count("alice", QUERY, 105.0)
    assert refused.value.data == {"retryAfterMs": 100}


def test_a_refused_call_does_not_count() -> None:
    rates = Rates()
    for _ in range(20):
        rates.count("alice", QUERY, 0)
    for _ in range(50):
        with pytest.raises(IMError):
            rates.count("alice", QUERY, 4)
    for _ in range(20):
        rates.count("alice", QUERY, 5)


def test_accounts_and_calls_are_counted_apart() -> None:
    rates = Rates()
    for _ in range(20):
        rates.count("alice", QUERY, 0)
    rates.count("bob", QUERY, 0)
    rates.count("alice", Method.SUBSCRIBE_USER_STATUS, 0)


def test_old_windows_are_forgotten() -> None:
    rates = Rates()
    rates.count("alice", QUERY, 0)
    rates.count("bob", QUERY, 4)
    rates.forget_old(5)
    assert list(rates._windows) == [("bob", QUERY)]
