"""The tests' own terminal emulator."""

import pyte

from tests.terminal.pty_terminal import lines_of


def test_a_wide_character_is_shown_and_may_lose_a_half() -> None:
    screen = pyte.Screen(6, 1)
    stream = pyte.Stream(screen)
    stream.feed("食べる")
    assert lines_of(screen) == ["食べる"]
    stream.feed("\x1b[1;1Hx\x1b[1;4Hy")
    assert lines_of(screen) == ["xべyる"]
