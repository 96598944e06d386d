"""The checks of the terminal and its colours."""

import pytest

from imtui.cli.doctor.check import Mark
from imtui.cli.doctor.terminal import check_colours, check_terminal

XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environ", "size", "mark", "text"),
    [
        (XTERM, (120, 40), Mark.OK, "xterm-256color, 120x40"),
        (
            {**XTERM, "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "2024"},
            (80, 24),
            Mark.OK,
            "xterm-256color, WezTerm 2024, 80x24",
        ),
        (
            {"TERM": "screen", "TMUX": "/tmp/t,1,0", "SSH_TTY": "/dev/pts/0"},
            (80, 24),
            Mark.OK,
            "screen, 80x24, in tmux, in SSH",
        ),
        (XTERM, (79, 24), Mark.NOTE, "xterm-256color, 79x24"),
        (XTERM, (80, 23), Mark.NOTE, "xterm-256color, 80x23"),
        ({"TERM": "dumb"}, (80, 24), Mark.WRONG, "TERM is dumb: the app cannot draw there"),
        ({}, (80, 24), Mark.WRONG, "TERM is not set: the app cannot draw there"),
        (XTERM, None, Mark.NOTE, "not one: the app needs a terminal"),
    ],
)
def test_the_terminal(
    environ: dict[str, str], size: tuple[int, int] | None, mark: Mark, text: str
) -> None:
    check = check_terminal(environ, size)

    assert (check.mark, check.text) == (mark, text)
    assert bool(check.advice) == (mark is not Mark.OK)


@pytest.mark.parametrize(
    ("environ", "mark", "text"),
    [
        ({**XTERM, "COLORTERM": "truecolor"}, Mark.OK, "16 million colours"),
        (XTERM, Mark.OK, "256 colours"),
        ({"TERM": "xterm"}, Mark.NOTE, "16 colours"),
        ({"TERM": "dumb"}, Mark.NOTE, "none"),
        ({**XTERM, "NO_COLOR": "1"}, Mark.OK, "only the terminal's own, because NO_COLOR is set"),
    ],
)
def test_the_colours(environ: dict[str, str], mark: Mark, text: str) -> None:
    check = check_colours(environ, is_terminal=True)
    assert (check.mark, check.text) == (mark, text)


def test_without_a_terminal_the_colours_are_not_known() -> None:
    assert check_colours(XTERM, is_terminal=False).mark is Mark.NOTE
