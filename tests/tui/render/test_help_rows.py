"""The help: what it names, its headings, and its search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.commands.catalogue import COMMAND_IDS, COMMANDS
from imtui.tui.commands.command import Keys
from imtui.tui.kit.cells import cell_len
from imtui.tui.render.glyphs import ASCII, UNICODE, Glyphs
from imtui.tui.render.help_rows import HEADINGS, help_rows, help_sections

SECTIONS = help_sections(UNICODE, Keys({"status": ("f5",)}))


def shown(query: str, width: int = 200) -> list[str]:
    """Return the lines of the help for a query."""
    rows = help_rows(SECTIONS, query, width, UNICODE)
    return [" ".join("".join(span.text for span in row.spans).split()) for row in rows]


def test_headings_stand_before_commands_that_exist() -> None:
    assert set(HEADINGS) <= COMMAND_IDS
    assert COMMANDS[0].id in HEADINGS


def test_every_command_is_there_once_with_its_keys() -> None:
    lines = shown("")
    for command in COMMANDS:
        if not command.is_internal:
            assert len([line for line in lines if f"/{command.id} {command.help}" in line]) == 1
    assert "F5 /status Type a text, or choose a preset or a recent one, and when it ends" in lines


def test_a_search_leaves_what_contains_every_word_under_its_heading() -> None:
    assert shown("RECALL 2") == [
        "Keys: conversations",
        "u /recall Take your chosen message back, within 2 minutes",
    ]
    assert shown("/unsubscribe")[0] == "Keys: subscriptions"
    assert shown("no such thing anywhere") == ["Nothing fits: Esc shows all"]


def test_a_heading_that_fits_has_all_of_its_entries() -> None:
    lines = shown("how somebody")
    assert lines[0] == "How somebody is"
    assert "? UNKNOWN not known to us now" in lines


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@given(st.integers(14, 130), st.sampled_from(["", "a", "status", "zzz"]))
def test_no_row_is_too_wide(glyphs: Glyphs, width: int, query: str) -> None:
    rows = help_rows(help_sections(glyphs, Keys()), query, width, glyphs)
    assert rows
    lines = ["".join(span.text for span in row.spans).rstrip() for row in rows]
    assert all(cell_len(line) <= width for line in lines)
