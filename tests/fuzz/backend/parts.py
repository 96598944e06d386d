"""The parts of the backend that are fuzzed, and how many cases each has in a short run."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import HealthCheck, given, seed, settings, target
from hypothesis import strategies as st

from tests.fuzz.backend import frames, links, requests, rest, sockets

_ROUND: Final = 10_000
"""After so many cases Hypothesis starts over: it remembers what it has tried."""
_ROUND_MIN: Final = 100

Check = Callable[[Any, asyncio.Runner], int]


@dataclass(frozen=True)
class Part:
    """A part: what is drawn at random, and what has to hold."""

    drawn: st.SearchStrategy[Any]
    check: Check
    """Takes a list of cases, and raises an error for a fault; returns what is to be maximized."""
    in_a_row: int
    """The most cases of one check."""
    short: int
    """The number of cases in the test suite."""


PARTS: Final[Mapping[str, Part]] = {
    "requests": Part(requests.STEPS, requests.check, requests.IN_A_ROW, 9_000),
    "rest": Part(rest.STEPS, rest.check, rest.IN_A_ROW, 5_500),
    "frames": Part(frames.STREAMS, frames.check, frames.IN_A_ROW, 5_200),
    "links": Part(links.STREAMS, links.check, links.IN_A_ROW, 1_500),
    "sockets": Part(sockets.STREAMS, sockets.check, sockets.IN_A_ROW, 300),
}


def fuzz(
    part: Part, cases: int, first_seed: int, say: Callable[[int], None] = lambda count: None
) -> int:
    """Run cases of a part, and return how many there were.

    Args:
        part: The part.
        cases: The least number of cases.
        first_seed: Decides what is drawn.
        say: Called with the number of cases after each round.

    Raises:
        Exception: A fault, with the least case that Hypothesis found as a note.
    """
    count = 0
    numbers = itertools.count(first_seed)
    with asyncio.Runner() as runner:
        while count < cases:
            # Hypothesis begins with the simplest check, which has no cases.
            at_once = max(_ROUND_MIN, min(_ROUND, cases - count))
            count += _round(part, at_once, next(numbers), runner)
            say(count)
    return count


def hypothesis_test(
    part: Part, runner: asyncio.Runner, count: list[int], most: int
) -> Callable[[], None]:
    """Return Hypothesis's test of a part, which adds to a count and checks ``most`` times."""

    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(part.drawn)
    def test(drawn: Any) -> None:
        outcomes = part.check(drawn, runner)
        if outcomes:
            target(outcomes)
        count[0] += len(drawn)

    return test


def _round(part: Part, cases: int, number: int, runner: asyncio.Runner) -> int:
    count = [0]
    seed(number)(hypothesis_test(part, runner, count, -(-cases // part.in_a_row)))()
    return count[0]
