"""Desktop programs, replaced by scripts in a folder on the PATH."""

import asyncio
import logging
import os
import select
import shutil
import signal
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.kit import desktop
from imtui.tui.kit.desktop import (
    NOTIFICATION_MAX_CHARS,
    OSC52_MAX_CHARS,
    clipboard_commands,
    copy_native,
    notify_native,
    osc9,
    osc52,
    osc777,
    through_tmux,
    tmux_attached,
)

REMOTE_ENVIRONMENT = ("SSH_CONNECTION", "SSH_TTY", "WSL_DISTRO_NAME", "WSL_INTEROP")
KEEPS_ARGUMENTS = 'printf "%s\\0" "$@" >"$0.arguments"'
KEEPS_INPUT = 'cat >"$0.input"'
HANGS = 'exec 9>"$0.life"; echo begun >&9; sleep 600'
HANGS_ALONE = HANGS.replace("sleep", "exec sleep")


class Programs:
    """Fake programs, and the arguments and input that they received."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, *lines: str) -> None:
        program = self.folder / name
        program.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
        program.chmod(0o700)

    def arguments(self, name: str) -> list[str]:
        kept = (self.folder / f"{name}.arguments").read_text(encoding="utf-8")
        return kept.removesuffix("\0").split("\0")

    def input(self, name: str) -> bytes:
        return (self.folder / f"{name}.input").read_bytes()


class Life:
    """A program that hangs, observed through a pipe that it and its child hold open."""

    def __init__(self, programs: Programs, name: str, script: str = HANGS) -> None:
        programs.add(name, script)
        pipe = programs.folder / f"{name}.life"
        os.mkfifo(pipe)
        self._end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    def begins(self) -> bool:
        self._wait()
        return os.read(self._end, 100) == b"begun\n"

    def is_over(self) -> bool:
        """Tell whether no process holds the pipe open, even if none ever opened it."""
        try:
            self._wait()
            while os.read(self._end, 100):
                self._wait()
        except BlockingIOError:
            return False
        finally:
            os.close(self._end)
        return True

    def _wait(self) -> None:
        select.select([self._end], [], [], 10.0)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    for name in ("WAYLAND_DISPLAY", *REMOTE_ENVIRONMENT):
        monkeypatch.delenv(name, raising=False)
    return Programs(tmp_path)


# Escape sequences


def test_a_notification_is_one_escape_sequence() -> None:
    assert osc9("bob is online") == "\x1b]9;bob is online\x07"
    assert osc777("imtui", "bob is online") == "\x1b]777;notify;imtui;bob is online\x07"


def test_semicolons_are_replaced() -> None:
    assert osc9("4;1;50") == "\x1b]9;4,1,50\x07"
    assert osc777("a;b", "c;d") == "\x1b]777;notify;a,b;c,d\x07"


def test_a_long_notification_is_cut() -> None:
    assert osc9("x" * 5000) == f"\x1b]9;{'x' * NOTIFICATION_MAX_CHARS}\x07"


@given(st.text(), st.text())
def test_no_text_ends_its_escape_sequence(title: str, words: str) -> None:
    for sequence, fields in ((osc9(words), 2), (osc777(title, words), 4)):
        assert (sequence[0], sequence[-1]) == ("\x1b", "\x07")
        assert not [char for char in sequence[1:-1] if unicodedata.category(char) == "Cc"]
        assert len(sequence.split(";")) == fields


def test_a_sequence_is_wrapped_for_tmux() -> None:
    assert through_tmux("\x1b]9;x\x07", {"TMUX": "/tmp/tmux-0/default,1,0"}) == (
        "\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\"
    )
    assert through_tmux("\x1b]9;x\x07", {"TMUX": ""}) == "\x1b]9;x\x07"
    assert through_tmux("\x1b]9;x\x07", {}) == "\x1b]9;x\x07"


# Notifications


async def test_notify_send_interprets_nothing(programs: Programs) -> None:
    programs.add("notify-send", KEEPS_ARGUMENTS)
    await notify_native("--icon=x", "<b>$(id)</b> & \\n\x1b")
    assert programs.arguments("notify-send") == [
        "--app-name=imtui",
        "--",
        "--icon=x",
        "&lt;b&gt;$(id)&lt;/b&gt; &amp; \\\\n\ufffd",
    ]


async def test_apple_script_gets_the_words_as_arguments(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    programs.add("osascript", KEEPS_ARGUMENTS)
    await notify_native("-e", '" & (do shell script "id") & "')
    *script, first, title, words = programs.arguments("osascript")
    assert script == [
        "-e",
        "on run argv",
        "-e",
        "display notification (item 3 of argv) with title (item 2 of argv)",
        "-e",
        "end run",
    ]
    assert not first.startswith("-")
    assert (title, words) == ("-e", '" & (do shell script "id") & "')


async def test_a_failed_notification_is_logged(
    programs: Programs, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, desktop.__name__)
    monkeypatch.setenv("PATH", str(programs.folder))
    await notify_native("imtui", "x")
    programs.add("notify-send", "exit 3")
    await notify_native("imtui", "x")
    (programs.folder / "notify-send").chmod(0o600)
    await notify_native("imtui", "x")
    said = [record.getMessage() for record in caplog.records]
    assert "No such file" in said[0]
    assert said[1] == "notify-send failed with status 3"
    assert "Permission denied" in said[2]
    assert all(record.levelno < logging.WARNING for record in caplog.records)


async def test_a_program_that_hangs_is_killed_with_its_children(
    programs: Programs, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, desktop.__name__)
    monkeypatch.setattr(desktop, "NOTIFY_TIMEOUT", 0.5)
    life = Life(programs, "notify-send")
    await notify_native("imtui", "x")
    assert [record.getMessage() for record in caplog.records] == [
        "notify-send took longer than 0.5 s"
    ]
    assert life.is_over()


async def test_a_notification_can_be_cancelled(programs: Programs) -> None:
    life = Life(programs, "notify-send", HANGS_ALONE)
    notice = asyncio.create_task(notify_native("imtui", "x"))
    assert await asyncio.to_thread(life.begins)
    notice.cancel()
    with pytest.raises(asyncio.CancelledError):
        await notice
    assert life.is_over()


# The clipboard


def has(*names: str) -> Callable[[str], str | None]:
    return lambda name: f"/usr/bin/{name}" if name in names else None


EVERYTHING = has("tmux", "wl-copy", "xclip", "xsel", "pbcopy", "clip.exe")
X11 = ["xclip", "xsel"]


@pytest.mark.parametrize(
    ("environ", "which", "programs"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, EVERYTHING, ["wl-copy", *X11]),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, has("xclip"), ["xclip"]),
        ({"WAYLAND_DISPLAY": "wayland-0"}, has("xclip", "pbcopy"), []),
        ({"DISPLAY": ":0"}, EVERYTHING, X11),
        ({"DISPLAY": ":0"}, has("xsel", "clip.exe"), ["xsel"]),
        ({"DISPLAY": "localhost:10.0", "SSH_TTY": "x"}, has("xsel"), ["xsel"]),
        ({"TMUX": "/tmp/tmux-0/default,1,0", "DISPLAY": ":0"}, EVERYTHING, ["tmux", *X11]),
        ({"TMUX": "/tmp/tmux-0/default,1,0", "SSH_TTY": "x"}, EVERYTHING, ["tmux"]),
        ({"WSL_DISTRO_NAME": "Debian"}, EVERYTHING, ["clip.exe"]),
        ({"WSL_INTEROP": "/run/x"}, EVERYTHING, ["clip.exe"]),
        ({"WSL_INTEROP": "/run/x", "SSH_CONNECTION": "x"}, EVERYTHING, []),
        ({"WSL_DISTRO_NAME": "Debian", "DISPLAY": ":0"}, has("clip.exe"), ["clip.exe"]),
        ({"WAYLAND_DISPLAY": "", "DISPLAY": "", "TMUX": ""}, EVERYTHING, []),
        ({}, EVERYTHING, []),
    ],
)
def test_the_programs_that_reach_the_clipboard_are_found(
    environ: dict[str, str],
    which: Callable[[str], str | None],
    programs: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert [command[0] for command in clipboard_commands(environ, which)] == programs


def test_pbcopy_is_used_on_a_local_mac_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert clipboard_commands({}, EVERYTHING) == [["pbcopy"]]
    assert clipboard_commands({}, has()) == []
    assert clipboard_commands({"SSH_TTY": "/dev/ttys001"}, EVERYTHING) == []


async def test_a_text_is_copied(programs: Programs) -> None:
    programs.add("xclip", KEEPS_ARGUMENTS, KEEPS_INPUT)
    assert await copy_native("東京\n$(id)\ud800")
    assert programs.input("xclip") == "東京\n$(id)?".encode()
    assert programs.arguments("xclip") == ["-selection", "clipboard"]


async def test_windows_gets_its_own_encoding(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("WSL_DISTRO_NAME", "Debian")
    programs.add("clip.exe", KEEPS_INPUT)
    assert await copy_native("東京")
    assert programs.input("clip.exe") == "東京".encode("utf-16-le")


async def test_a_child_that_owns_the_clipboard_is_not_awaited(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "COPY_TIMEOUT", 20.0)
    programs.add("xclip", KEEPS_INPUT, "sleep 600 &", 'echo $! >"$0.child"')
    async with asyncio.timeout(10):
        assert await copy_native("x" * 200_000)
    child = int((programs.folder / "xclip.child").read_text())
    try:
        assert len(programs.input("xclip")) == 200_000
        # Closing the terminal must not end it.
        assert os.getsid(child) != os.getsid(0)
    finally:
        os.kill(child, signal.SIGKILL)


async def test_a_clipboard_that_hangs_is_killed(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desktop, "COPY_TIMEOUT", 0.5)
    life = Life(programs, "xclip")
    assert not await copy_native("x" * 200_000)
    assert life.is_over()


async def test_a_failed_copy_returns_false(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("xclip", "exit 1")
    assert not await copy_native("x" * 200_000)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert not await copy_native("x")


async def test_if_one_program_fails_the_next_one_copies(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    programs.add("tmux", "exit 1")
    programs.add("xclip", "exit 1")
    programs.add("xsel", KEEPS_INPUT)
    assert await copy_native("Tea?")
    assert programs.input("xsel") == b"Tea?"


async def test_tmux_copies_with_its_buffer(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    programs.add("tmux", KEEPS_ARGUMENTS, KEEPS_INPUT)
    assert await copy_native("Tea?")
    assert programs.arguments("tmux") == ["load-buffer", "-w", "-"]
    assert programs.input("tmux") == b"Tea?"


def test_the_terminal_is_sent_the_text_in_base64() -> None:
    assert osc52("T\x07?", {"TERM": "xterm"}) == "\x1b]52;c;VAc/\x07"


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("Tea?", {"TERM": "linux"}),
        ("Tea?", {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}),
        ("x" * OSC52_MAX_CHARS, {"TERM": "xterm"}),
    ],
)
def test_a_terminal_that_cannot_copy_is_sent_nothing(text: str, environ: dict[str, str]) -> None:
    assert osc52(text, environ) == ""


# tmux


@pytest.mark.parametrize(
    ("answer", "attached"),
    [
        ("echo 0", False),
        ("echo 1", True),
        ("echo 12", True),
        ("echo", None),
        ("echo -1", None),
        ("echo one", None),
        ("printf '\\377'", None),
        ("echo 1; exit 1", None),
    ],
)
async def test_tmux_knows_whether_it_is_attached(
    programs: Programs, answer: str, attached: bool | None
) -> None:
    programs.add("tmux", KEEPS_ARGUMENTS, answer)
    environ = {"TMUX": "x,1,0", "TMUX_PANE": "%3", "PATH": os.environ["PATH"]}
    assert await tmux_attached(environ) is attached
    assert programs.arguments("tmux") == [
        "display-message",
        "-p",
        "-t",
        "%3",
        "#{session_attached}",
    ]


async def test_tmux_is_asked_in_the_environment_given(programs: Programs) -> None:
    programs.add("tmux", KEEPS_ARGUMENTS, 'test "$TMUX" = here && echo 1')
    assert await tmux_attached({"TMUX": "here", "PATH": os.environ["PATH"]})
    assert programs.arguments("tmux") == ["display-message", "-p", "#{session_attached}"]


async def test_without_a_tmux_answer_the_result_is_none(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("tmux", "echo 1")
    assert await tmux_attached({"PATH": os.environ["PATH"]}) is None
    assert await tmux_attached({"TMUX": "", "PATH": os.environ["PATH"]}) is None
    assert await tmux_attached({"TMUX": "x", "PATH": "/nowhere"}) is None
    monkeypatch.setattr(desktop, "TMUX_TIMEOUT", 0.5)
    life = Life(programs, "tmux")
    assert await tmux_attached({"TMUX": "x", "PATH": os.environ["PATH"]}) is None
    assert life.is_over()
