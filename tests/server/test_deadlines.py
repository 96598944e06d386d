"""Deadlines: one for each key, the earliest first."""

from hypothesis import given
from hypothesis import strategies as st

from imtui.server.deadlines import Deadlines


def test_the_latest_setting_of_a_key_counts() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 5)
    deadlines.set("a", 9)
    assert deadlines.pop_due(8.9) == []
    assert deadlines.pop_due(9) == ["a"]
    assert deadlines.next_due() is None


def test_cancelling_forgets_only_that_key() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.set("a", 1)
    deadlines.set("b", 2)
    deadlines.cancel("a")
    deadlines.cancel("never set")
    assert deadlines.next_due() == 2
    assert deadlines.pop_due(10) == ["b"]


def test_setting_a_key_anew_for_ever_keeps_memory_bounded() -> None:
    deadlines: Deadlines[str] = Deadlines()
    for due in range(10_000):
        deadlines.set("a", due)
    assert len(deadlines._heap) < 200
    assert deadlines.pop_due(10_000) == ["a"]


_steps = st.lists(st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 100))))


@given(_steps, st.integers(0, 100))
def test_what_is_due_is_what_a_plain_dictionary_says(
    steps: list[tuple[str, int | None]], now: int
) -> None:
    deadlines: Deadlines[str] = Deadlines()
    model: dict[str, int] = {}
    for key, due in steps:
        if due is None:
            deadlines.cancel(key)
            model.pop(key, None)
        else:
            deadlines.set(key, due)
            model[key] = due
    assert deadlines.next_due() == min(model.values(), default=None)
    popped = deadlines.pop_due(now)
    assert sorted(popped) == sorted(key for key, due in model.items() if due <= now)
    assert [model[key] for key in popped] == sorted(model[key] for key in popped)
