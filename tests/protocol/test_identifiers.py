"""Which IDs, device names and custom texts are valid."""

import re
import unicodedata
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import (
    check_add_wording,
    check_custom_status,
    check_device_name,
    check_friend_remark,
    check_group_name,
    check_instance_id,
    check_profile_text,
    check_some_user_ids,
    check_user_id,
    check_user_ids,
    is_user_id,
)

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
texts = st.text(st.characters())


def field_of(check: Callable[[], object]) -> str:
    """Return the parameter that error 6017 names."""
    with pytest.raises(IMError) as refused:
        check()
    assert refused.value.code == ErrorCode.ERR_INVALID_PARAMETERS
    return str(refused.value.data["field"])


@pytest.mark.parametrize("text", ["a", "Z", "0", "_", "-", "a" * 32, "alice_2-B"])
def test_a_user_id_is_1_to_32_of_its_characters(text: str) -> None:
    assert check_user_id(text) == text
    assert is_user_id(text)


@pytest.mark.parametrize(
    "text", ["", "a" * 33, "a b", "a\n", "\na", "é", "à", "日", "a.b", "a@b", "٣", "\x00", "\ud800"]
)
def test_nothing_else_is_a_user_id(text: str) -> None:
    assert not is_user_id(text)
    assert field_of(lambda: check_user_id(text)) == "userID"


@given(texts)
def test_a_user_id_is_what_the_page_of_the_wire_says(text: str) -> None:
    assert is_user_id(text) == bool(re.match(r"\A[A-Za-z0-9_-]{1,32}\Z", text))


def test_an_instance_id_has_up_to_64() -> None:
    assert check_instance_id("i" * 64) == "i" * 64
    for text in ("", "i" * 65, "a b", "a\n", "é"):
        assert field_of(partial(check_instance_id, text)) == "instanceID"


def test_repeats_in_a_list_count_once_at_the_first_mention() -> None:
    assert check_user_ids(["a", "b", "a", "c", "b"], 3) == ["a", "b", "c"]


def test_a_list_may_be_as_long_as_allowed_and_no_longer() -> None:
    ids = [f"u{n}" for n in range(101)]
    assert check_user_ids(ids[:100] * 3, 100) == ids[:100]
    assert field_of(lambda: check_user_ids(ids, 100)) == "userIDList"


def test_one_invalid_id_refuses_the_list() -> None:
    assert field_of(lambda: check_user_ids(["a", "b c"], 100)) == "userIDList"


@given(st.lists(st.sampled_from("abcdef"), max_size=20))
def test_a_list_keeps_each_user_once(ids: list[str]) -> None:
    unique = check_user_ids(ids, 6)
    assert sorted(unique) == sorted(set(ids))
    assert unique == sorted(set(ids), key=ids.index)


@pytest.mark.parametrize("text", [None, "", " ", "\t\n ", "\u3000\u00a0\u2003"])
def test_a_custom_status_with_nothing_left_is_cleared(text: str | None) -> None:
    assert check_custom_status(text) == ""


def test_surrounding_white_space_is_stripped() -> None:
    assert check_custom_status("\t On the call \r\n") == "On the call"
    assert check_device_name(" laptop\u3000") == "laptop"


@pytest.mark.parametrize("text", ["x" * 100, "é" * 50, "日" * 33 + "x", " " * 90 + "x" * 100])
def test_a_custom_status_has_up_to_100_bytes(text: str) -> None:
    assert check_custom_status(text) == text.strip()


@pytest.mark.parametrize("text", ["x" * 101, "é" * 50 + "x", "日" * 34, "🎵" * 26])
def test_a_custom_status_has_no_more_than_100_bytes(text: str) -> None:
    assert field_of(lambda: check_custom_status(text)) == "customStatus"


@pytest.mark.parametrize("char", [*map(chr, [*range(0x20), *range(0x7F, 0xA0)]), *BIDI, "\ud83d"])
def test_controls_are_refused_within_a_text(char: str) -> None:
    assert field_of(lambda: check_custom_status(f"a{char}b")) == "customStatus"
    assert field_of(lambda: check_device_name(f"a{char}b")) == "deviceName"


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x1c", "\x1f", "\x7f", "\u202e"])
def test_what_is_no_white_space_is_not_stripped_from_the_ends(char: str) -> None:
    assert field_of(lambda: check_custom_status(f"{char}a")) == "customStatus"
    assert field_of(lambda: check_custom_status(f"a{char}")) == "customStatus"


@given(texts)
def test_a_custom_status_that_passes_is_clean_and_passes_again(text: str) -> None:
    try:
        checked = check_custom_status(text)
    except IMError as error:
        assert error.code == ErrorCode.ERR_INVALID_PARAMETERS
        return
    assert len(checked.encode()) <= 100
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} or char in BIDI for char in checked)
    assert check_custom_status(checked) == checked


def test_a_device_name_has_up_to_64_bytes_and_may_be_empty() -> None:
    assert check_device_name("") == ""
    assert check_device_name("x" * 64) == "x" * 64
    assert field_of(lambda: check_device_name("x" * 65)) == "deviceName"


@pytest.mark.parametrize(
    ("check", "most", "code"),
    [
        (check_add_wording, 120, 9003),
        (check_friend_remark, 96, 9002),
        (check_group_name, 30, 9005),
        (lambda text: check_profile_text(text, "nickName"), 500, 40601),
    ],
)
def test_texts_of_friendship_have_codes_of_their_own(
    check: Callable[[str], str], most: int, code: int
) -> None:
    assert check(" " + "é" * (most // 2) + "\t") == "é" * (most // 2)
    with pytest.raises(IMError) as refused:
        check("é" * (most // 2) + "x")
    assert refused.value.code == code
    assert refused.value.data["field"]
    with pytest.raises(IMError) as refused:
        check("a\x1bb")
    assert refused.value.code == 6017


def test_only_the_name_of_a_group_may_not_be_empty() -> None:
    assert check_add_wording(" ") == check_friend_remark("") == ""
    with pytest.raises(IMError) as refused:
        check_group_name(" ")
    assert refused.value.code == 9005


def test_a_list_that_needs_somebody() -> None:
    assert check_some_user_ids(["a", "a"], 1) == ["a"]
    assert field_of(lambda: check_some_user_ids([], 1)) == "userIDList"
