"""The width of text in cells."""

from hypothesis import given
from hypothesis import strategies as st
from rich import cells

from imtui.tui.kit.cells import cell_len


@given(st.text() | st.text(st.characters(codec="ascii")))
def test_every_text_is_as_wide_as_rich_says(text: str) -> None:
    assert cell_len(text) == cells.cell_len(text)
