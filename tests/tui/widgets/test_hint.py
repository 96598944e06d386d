"""The welcome line at each width of the screen."""

import pytest

from imtui.tui.commands.command import Keys
from imtui.tui.kit.spans import width_of
from imtui.tui.render.glyphs import ASCII, UNICODE, Glyphs
from imtui.tui.widgets.hint import Hint


def shown(width: int, glyphs: Glyphs, keys: Keys) -> str:
    spans = Hint(glyphs, keys).spans(width)
    assert width_of(spans) <= width
    return "".join(span.text for span in spans)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("width", [64, 80, 100, 120, 200])
def test_it_names_the_key_of_the_help_and_shows_the_badges_whole_or_not(
    width: int, glyphs: Glyphs
) -> None:
    for help_key in ("question_mark", "f9"):
        line = shown(width, glyphs, Keys({"help": (help_key,)}))
        assert (
            f"all keys: {'?' if help_key == 'question_mark' else 'f9'}".casefold()
            in line.casefold()
        )
        assert (glyphs.legend in line) == (width >= 120)
        assert glyphs.ellipsis not in line


def test_a_narrow_line_is_cut() -> None:
    assert shown(30, UNICODE, Keys()).endswith(UNICODE.ellipsis)
