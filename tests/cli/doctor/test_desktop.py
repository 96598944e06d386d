"""The checks of clipboard and notices."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from imtui.cli.doctor.check import Mark
from imtui.cli.doctor.desktop import Which, check_clipboard, check_notices
from imtui.tui.kit.desktop import notify_program
from imtui.tui.settings.schema import Desktop

XTERM = {"TERM": "xterm"}


def only(*programs: str) -> Which:
    """Return a search that finds some programs only."""
    return lambda name: f"/usr/bin/{name}" if name in programs else None


@pytest.mark.parametrize(
    ("environ", "programs", "mark", "text", "advice"),
    [
        ({"WAYLAND_DISPLAY": "w"}, ["wl-copy"], Mark.OK, "copies with wl-copy", ""),
        ({"DISPLAY": ":0"}, ["xsel"], Mark.OK, "copies with xsel", ""),
        ({"TMUX": "t"}, ["tmux"], Mark.OK, "copies with tmux", ""),
        (XTERM, ["wl-copy"], Mark.NOTE, "only through the terminal", ""),
        ({**XTERM, "WAYLAND_DISPLAY": "w"}, [], Mark.NOTE, "only through", "Install wl-clipboard"),
        ({**XTERM, "DISPLAY": ":0"}, [], Mark.NOTE, "only through", "Install xclip or xsel."),
        ({"TERM": "linux"}, [], Mark.NOTE, "nothing can copy", "Use a terminal with OSC 52"),
    ],
)
def test_the_clipboard(
    environ: dict[str, str], programs: list[str], mark: Mark, text: str, advice: str
) -> None:
    check = check_clipboard(environ, only(*programs))

    assert check.mark is mark
    assert check.text.startswith(text)
    assert check.advice.startswith(advice)
    assert bool(check.advice) == bool(advice)


@pytest.mark.parametrize(
    ("desktop", "programs", "mark"),
    [
        (Desktop.OFF, [], Mark.OK),
        (Desktop.NATIVE, [notify_program()], Mark.OK),
        (Desktop.NATIVE, [], Mark.WRONG),
        (Desktop.OSC9, [], Mark.NOTE),
        (Desktop.OSC777, [], Mark.NOTE),
    ],
)
def test_the_notices(desktop: Desktop, programs: list[str], mark: Mark) -> None:
    check = check_notices(desktop, XTERM, only(*programs))

    assert check.mark is mark
    assert bool(check.advice) == (mark is Mark.WRONG)


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Run a tmux server, and return the environment of a program in it."""
    program = shutil.which("tmux")
    if program is None:
        pytest.skip("tmux is not installed")
    socket = tmp_path / "tmux"
    command = [program, "-S", str(socket), "-f", os.devnull]
    subprocess.run([*command, "new-session", "-d", sys.executable, "-c", "input()"], check=True)
    try:
        yield {"PATH": os.environ["PATH"], "TERM": "tmux-256color", "TMUX": f"{socket},1,0"}
    finally:
        subprocess.run([*command, "kill-server"], check=True)


def test_tmux_has_to_pass_notices_on(tmux: dict[str, str]) -> None:
    check = check_notices(Desktop.OSC9, tmux)
    assert check.mark is Mark.WRONG
    assert "set -g allow-passthrough on" in check.advice

    socket = tmux["TMUX"].partition(",")[0]
    option = ["set-option", "-g", "allow-passthrough", "on"]
    subprocess.run(["tmux", "-S", socket, *option], check=True)

    assert check_notices(Desktop.OSC9, tmux).mark is Mark.NOTE


def test_a_tmux_that_is_gone_passes_nothing_on(tmp_path: Path) -> None:
    environ = {"PATH": os.environ["PATH"], "TMUX": f"{tmp_path}/gone,1,0"}
    assert check_notices(Desktop.OSC777, environ).mark is Mark.WRONG
