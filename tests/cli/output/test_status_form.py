"""Statuses in the user's own format."""

import argparse
import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.output.status_form import add_form_options, status_form
from imtui.protocol.status import UserStatus, UserStatusType

ALL_FIELDS = "{user}|{status}|{glyph}|{text}|{until}|{since}|{devices}"
BOB = UserStatus("bob", UserStatusType.ONLINE, "On the call", ["Linux", "Web"])


def line(status: UserStatus, *options: str) -> str:
    parser = argparse.ArgumentParser()
    add_form_options(parser)
    return status_form(parser.parse_args(options))(status)


def test_every_field_has_its_value() -> None:
    assert line(BOB, "--format", ALL_FIELDS) == "bob|ONLINE|◉|On the call|||Linux, Web"


def test_times_are_as_in_text() -> None:
    far = UserStatus("bob", UserStatusType.ONLINE, expires_at=10**15, since=10**15)
    assert line(far, "--format", "{until}|{since}") == "a far day|a far day"


@pytest.mark.parametrize("icons", ["ascii", "unicode", "nerd"])
def test_each_status_has_its_own_glyph(icons: str) -> None:
    glyphs = {
        line(UserStatus("bob", status), "--format", "{glyph}", "--icons", icons)
        for status in UserStatusType
    }
    assert len(glyphs) == len(UserStatusType)
    assert all(glyph.isascii() for glyph in glyphs) == (icons == "ascii")


def test_braces_can_be_written() -> None:
    assert line(BOB, "--format", "{{{user}}}") == "{bob}"


@pytest.mark.parametrize(
    "wrong",
    ["{nobody}", "{}", "{0}", "{user!r}", "{user:>9}", "{user.x}", "{user[0]}", "{", "}", "{user"],
)
def test_what_is_no_format_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        line(BOB, "--format", wrong)
    assert refused.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "{glyph}" in last or "brace" in last


def test_only_one_form_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        line(BOB, "--format", "{user}", "--json")
    assert "not allowed with" in capsys.readouterr().err


texts = st.text(st.sampled_from("#[]%{}A:<>&\"'x\x1b\n\u202e") | st.characters(), max_size=20)


def remote(text: str, escape: str | None = None) -> str:
    options = [] if escape is None else ["--escape", escape]
    return line(UserStatus("bob", UserStatusType.ONLINE, text), "--format", "{text}", *options)


@given(texts)
def test_a_text_is_one_line_without_controls(text: str) -> None:
    categories = set(map(unicodedata.category, remote(text)))
    assert categories.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


@given(texts)
def test_no_markup_of_a_bar_is_left(text: str) -> None:
    polybar = remote(text, "polybar")
    # Also not with what stands before or behind it.
    assert not polybar or "%{" not in f"%{polybar}" + "{"
    assert remote(text, "polybar").replace("\u200b", "") == remote(text)
    assert html.unescape(remote(text, "pango")) == remote(text)
    assert not set("<>") & set(remote(text, "pango"))
    assert remote(text, "tmux").replace("##", "") == remote(text).replace("#", "")
