"""Faults in any order, and whether anything is broken by them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imtui.server.link import queued_ops
from imtui.server.link.channel import Channel
from tests.simulation.run import run, steps_of
from tests.simulation.steps import ACTS, FAULTS, PAUSES, SPANS, Step

_STEPS = st.builds(
    Step,
    st.sampled_from([*ACTS, *FAULTS]),
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from(SPANS),
    st.sampled_from(PAUSES),
)


@pytest.mark.parametrize("seed", range(1, 5))
def test_nothing_is_broken_by_many_faults(seed: int) -> None:
    assert run(seed, steps_of(seed, 40)) == []


@pytest.mark.parametrize("seed", range(5, 8))
def test_nothing_is_broken_when_little_is_kept_for_a_lost_link(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Channel.__init__, "__defaults__", (2000,))
    monkeypatch.setattr(queued_ops, "QUEUED_MAX", 4000)
    assert run(seed, steps_of(seed, 40)) == []


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1000), steps=st.lists(_STEPS, min_size=5, max_size=25))
def test_nothing_is_broken_by_any_steps(seed: int, steps: list[Step]) -> None:
    assert run(seed, [Step("all come", pause=1.0), *steps]) == []
