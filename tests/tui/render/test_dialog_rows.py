"""The rows of the lists in dialogs."""

from hypothesis import given
from hypothesis import strategies as st

from imtui.protocol.status import UserStatusType
from imtui.tui.kit.cells import cell_len
from imtui.tui.model.person import Person
from imtui.tui.render.dialog_rows import person_row
from imtui.tui.render.glyphs import UNICODE

ONLINE = UserStatusType.ONLINE


def row(user_id: str, text: str, note: str, width: int) -> str:
    """Return a row as text."""
    spans = person_row(
        " 1", Person(user_id, ONLINE, text, login=1), note, width, UNICODE, None
    ).spans
    return "".join(span.text for span in spans).rstrip()


def test_a_long_name_takes_what_the_text_leaves_empty() -> None:
    name = "weather-bot-of-the-north"
    assert row(name, "", "friend", 80).startswith(f" 1 {name} ◉ ONLINE")
    assert row(name, "Light rain until the evening", "friend", 60).startswith(" 1 weather-bot-of-…")
    assert row("bob", "Tea", "friend", 60).startswith(" 1 bob              ◉ ONLINE     Tea")


@given(
    st.text("ab", min_size=1, max_size=32),
    st.text("x東", max_size=50),
    st.sampled_from(["", "friend"]),
    st.integers(50, 100),
)
def test_a_cut_name_leaves_no_empty_column(name: str, text: str, note: str, width: int) -> None:
    shown = row(name, text, note, width)
    assert cell_len(shown) <= width
    if name not in shown:
        assert note in shown
        assert "      " not in shown
