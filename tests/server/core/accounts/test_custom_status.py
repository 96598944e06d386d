"""Custom statuses with ends: what comes back, and when."""

from hypothesis import given
from hypothesis import strategies as st

from imtui.server.core.accounts.custom_status import CLEARED, CustomStatus


def test_the_text_before_comes_back_at_the_end() -> None:
    status = CLEARED.set("At work", None).set("Lunch", 100)
    assert status.standing.text == "Lunch"
    assert status.at(99).standing.text == "Lunch"
    assert status.at(100).standing.text == "At work"


def test_a_text_that_has_ended_too_does_not_come_back() -> None:
    status = CLEARED.set("At work", None).set("Lunch", 100).set("On the call", 200)
    assert status.at(150).standing.text == "On the call"
    assert status.at(200).standing.text == "At work"


def test_a_text_that_ends_later_comes_back_until_then() -> None:
    status = CLEARED.set("Lunch", 300).set("On the call", 200)
    assert status.at(200).standing.text == "Lunch"
    assert status.at(300).standing.text == ""


def test_a_text_without_end_is_for_good() -> None:
    status = CLEARED.set("Lunch", 300).set("Home", None)
    assert status.texts == CLEARED.set("Home", None).texts
    assert status.set("", None) == CLEARED


def test_the_same_text_gets_the_new_end() -> None:
    shortened = CLEARED.set("At work", None).set("Lunch", 300).set("Lunch", 200)
    assert shortened.at(200).standing.text == "At work"
    lengthened = CLEARED.set("Lunch", 200).set("Lunch", 300)
    assert lengthened.at(250).standing.text == "Lunch"
    assert lengthened.at(300).standing.text == ""


def test_an_end_that_is_brought_forward_lets_an_earlier_text_come_back() -> None:
    status = CLEARED.set("Out", 120).set("Lunch", 240).set("Lunch", 60)
    assert status.at(60).standing.text == "Out"


def test_being_without_a_text_can_have_an_end() -> None:
    status = CLEARED.set("At work", None).set("", 100)
    assert status.standing.text == ""
    assert status.at(100).standing.text == "At work"


_texts = st.lists(
    st.tuples(st.sampled_from("abc"), st.one_of(st.none(), st.integers(1, 1000))), max_size=60
)


@given(_texts, st.integers(0, 1000))
def test_what_stands_has_never_ended_and_memory_is_bounded(
    texts: list[tuple[str, int | None]], now: int
) -> None:
    status: CustomStatus = CLEARED
    for text, expires_at in texts:
        status = status.set(text, expires_at)
    assert len(status.texts) <= 16
    assert not status.at(now).standing.ended(now)
