"""Keys and reports are cut by the grammar of ECMA-48."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.kit.driver.grammar import BURST, IDLE, LATE, TOTAL, Grammar

PIECES = st.sampled_from(
    [
        *("a", "q", "\r", "\t", "é", "\x11", "\x7f", "\ufffd", "\x18", "\x9c", "\x85"),
        *("\x1b", "\x1b\x1b", "\x1b\r", "\x1bb", "\x1b[A", "\x1b[1;3D", "\x1bOP", "\x1b[[A"),
        *("\x1b[M !!", "\x1b[<0;3;4M", "\x9bA", "\x8fP", "\x1bNq", "\x1b[?62;22;52c"),
        *("\x1b]11;rgb:1e1e\x07", "\x1b]52;c;cXVpdA==\x1b\\", "\x1bP>|XTerm(390)\x1b\\"),
        *("\x9dx\x9c", "\x1b_quit\x1b\\", "\x1b^quit\x9c", "\x1bXquit\x1b\\"),
        *("\x1b[", "\x1bP", "\x1b]0;", "\x1b[<0;1", "\x1b[1;"),
    ]
)
INPUT = st.lists(PIECES, max_size=8).map("".join)


def read(*pieces: str, now: float = 0.0) -> list[str]:
    grammar = Grammar()
    found = [key for piece in pieces for key in grammar.feed(piece, now)]
    while (deadline := grammar.deadline) is not None:
        found += grammar.expire(deadline)
    return found


@given(INPUT, st.data())
def test_the_cut_into_reads_changes_nothing(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert read(*pieces) == read(text)


@given(st.text(alphabet=st.characters(max_codepoint=0xFF), max_size=60))
def test_whatever_comes_each_result_is_a_character_or_a_sequence(text: str) -> None:
    for key in read(text):
        assert len(key) == 1 or key.startswith("\x1b")


@given(st.lists(st.sampled_from("quit/s\r\t123;:é"), max_size=12).map("".join), INPUT)
def test_after_a_pause_each_character_is_a_key(typed: str, before: str) -> None:
    grammar = Grammar()
    grammar.feed(before, 0.0)
    grammar.expire(TOTAL)
    # An escape character at the end of a string is pending on its own.
    grammar.expire(2 * TOTAL)
    assert grammar.feed(typed, 3 * TOTAL) == list(typed)


@pytest.mark.parametrize(
    "reply",
    [
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
        "\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
        "\x1bP>|XTerm(390)\x1b\\",
        "\x1bP1+r696e646e=1B5B257031256453\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b^private\x1b\\",
        "\x1bXany\x1b\\",
        "\x9d11;rgb:1e1e\x9c",
        "\x90>|XTerm\x9c",
    ],
)
def test_strings_vanish(reply: str) -> None:
    assert read(f"a{reply}b") == ["a", "b"]


@pytest.mark.parametrize("reply", ["\x1b[?62;22;52c", "\x1b[>41;390;0c", "\x1b[?0u", "\x1b[12;40R"])
def test_a_report_is_one_result(reply: str) -> None:
    assert read(f"a{reply}b") == ["a", reply, "b"]


@pytest.mark.parametrize(
    ("came", "meant"),
    [("\x9bA", "\x1b[A"), ("\x9b1;3D", "\x1b[1;3D"), ("\x8fP", "\x1bOP")],
)
def test_the_8_bit_form_means_the_same(came: str, meant: str) -> None:
    assert read(came) == [meant]


def test_a_lone_escape_character_is_esc_after_the_delay() -> None:
    grammar = Grammar()
    assert grammar.feed("\x1b", 0.0, 0.3) == []
    assert grammar.expire(0.29) == []
    assert grammar.expire(0.3) == ["\x1b"]
    assert grammar.deadline is None


def test_within_the_delay_enter_makes_alt_enter_and_esc_is_a_second_esc() -> None:
    grammar = Grammar()
    grammar.feed("\x1b", 0.0, 0.3)
    assert grammar.feed("\r", 0.2, 0.3) == ["\x1b\r"]
    grammar.feed("\x1b", 1.0, 0.3)
    assert grammar.feed("\x1b", 1.2, 0.3) == ["\x1b"]
    assert grammar.expire(1.5) == ["\x1b"]


@pytest.mark.parametrize("char", ["s", "q", ":", "你", "7"])
@pytest.mark.parametrize("pause", [BURST, 0.1, 0.29])
def test_what_is_typed_after_esc_is_a_key_of_its_own(char: str, pause: float) -> None:
    grammar = Grammar()
    grammar.feed("\x1b", 0.0, 0.3)
    assert grammar.feed(char, pause, 0.3) == ["\x1b", char]
    assert grammar.is_between


def test_what_comes_together_with_an_escape_character_is_alt() -> None:
    grammar = Grammar()
    grammar.feed("\x1b", 0.0, 0.3)
    assert grammar.feed("b", BURST / 2, 0.3) == ["\x1bb"]


def test_without_a_delay_esc_acts_at_once_and_the_late_rest_is_still_no_letter() -> None:
    grammar = Grammar()
    grammar.feed("\x1b", 0.0, 0.0)
    assert grammar.expire(0.02) == ["\x1b"]
    assert grammar.feed("[A", 0.2, 0.0) == ["\x1b[A"]
    grammar.feed("\x1b", 1.0, 0.0)
    grammar.expire(1.02)
    assert grammar.feed("P>|XTerm\x1b\\", 1.2, 0.0) == []


def test_a_letter_soon_after_esc_is_that_letter() -> None:
    grammar = Grammar()
    grammar.feed("\x1b", 0.0, 0.0)
    grammar.expire(0.02)
    assert grammar.feed("P", 0.2, 0.0) == []
    assert grammar.expire(0.25) == ["P"]
    assert grammar.feed("P", LATE, 0.0) == ["P"]


def test_no_key_with_ctrl_is_lost_behind_esc() -> None:
    assert read("\x1b\x11") == ["\x1b", "\x11"]
    assert read("\x1b\r") == ["\x1b\r"]


def test_two_escape_characters_at_once_before_an_arrow_are_alt() -> None:
    assert read("\x1b\x1b[D") == ["\x1b\x1b[D"]
    assert read("\x1b\x1b") == ["\x1b", "\x1b"]
    assert read("\x1b\x1bb") == ["\x1b", "\x1bb"]
    assert read("\x1b\x1b[I") == ["\x1b", "\x1b[I"]


def test_a_string_without_an_end_does_not_keep_the_keyboard() -> None:
    grammar = Grammar()
    grammar.feed("\x1b]0;", 0.0)
    assert grammar.feed("\x11", 0.1) == ["\x11"]
    grammar.feed("\x1b]0;", 1.0)
    assert grammar.feed("a", 1.0 + IDLE) == ["a"]
    grammar.feed("\x1b]0;", 10.0)
    typed = [grammar.feed("a", 10.0 + second) for second in range(1, 12)]
    assert typed[-1] == ["a"]


def test_a_sequence_that_is_too_long_vanishes() -> None:
    for begun in ("\x1b[", "\x1bO", "\x9b"):
        assert read(f"a{begun}{'1;' * 5000}mb") == ["a", "b"]


def test_a_key_that_ends_like_no_sequence_is_still_known() -> None:
    assert read("\x1b[7$") == ["\x1b[7$"]
