import pytest

from imtui.sdk import Backoff


def longest(low: float, high: float) -> float:
    return high


def shortest(low: float, high: float) -> float:
    return low


def test_delays_double_up_to_the_cap() -> None:
    backoff = Backoff(0.5, 3.0, uniform=longest)
    assert [backoff.next_delay() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


def test_jitter_takes_at_most_half_away() -> None:
    backoff = Backoff(0.5, 3.0, uniform=shortest)
    assert [backoff.next_delay() for _ in range(5)] == [0.25, 0.5, 1.0, 1.5, 1.5]


def test_a_reset_starts_again_with_the_first_delay() -> None:
    backoff = Backoff(0.5, 30.0, uniform=longest)
    backoff.next_delay()
    backoff.next_delay()
    backoff.reset()
    assert backoff.next_delay() == 0.5


@pytest.mark.parametrize("attempts", [1, 10, 5000])
def test_no_number_of_attempts_exceeds_the_cap(attempts: int) -> None:
    backoff = Backoff()
    delays = [backoff.next_delay() for _ in range(attempts)]
    assert max(delays) <= 30.0
    assert min(delays) >= 0.25
