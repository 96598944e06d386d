"""What the terminal can show follows from its encoding and the user's locale."""

import subprocess
import sys

import pytest

from imtui.tui.render.glyphs import ASCII, UNICODE

PROGRAM = (
    "import sys; from imtui.tui.kit.terminal import terminal_shows as t; print(t(sys.argv[1]))"
)


def shows(text: str, **environment: str) -> bool:
    """Return what a process in this environment says."""
    command = [sys.executable, "-c", PROGRAM, text]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


@pytest.mark.parametrize(
    ("environment", "can"),
    [
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "C", "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}, True),
        ({}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "POSIX"}, False),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C.UTF-8", "PYTHONIOENCODING": "latin-1"}, False),
        ({"LANG": "C.UTF-8", "PYTHONIOENCODING": "cp437"}, False),
    ],
)
def test_badges_are_shown_only_where_they_can_be(environment: dict[str, str], can: bool) -> None:
    assert shows("".join(set(UNICODE.characters)), **environment) is can


def test_ascii_is_shown_everywhere() -> None:
    assert ASCII.characters.isascii()
    assert shows(ASCII.characters, LC_ALL="C")


def test_a_set_has_all_its_characters() -> None:
    assert set("◉◦◌?“”…·▸✦⚑▹▾─│✓✗") <= set(UNICODE.characters)
