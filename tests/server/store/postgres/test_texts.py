"""Texts that PostgreSQL cannot store as they are."""

from hypothesis import given
from hypothesis import strategies as st

from imtui.server.store.postgres.texts import decode_text, encode_text

TEXTS = st.text(st.sampled_from("a0\0\U0010ffff1ä"))


@given(st.text() | TEXTS)
def test_every_text_comes_back_and_what_is_stored_has_no_nul(text: str) -> None:
    data = encode_text(text)
    assert b"\0" not in data
    assert decode_text(data) == text


@given(TEXTS, TEXTS)
def test_two_texts_are_stored_as_two(one: str, other: str) -> None:
    assert (encode_text(one) == encode_text(other)) is (one == other)
