"""The app on a fake SDK in a real terminal: bad input, signals, colours, faults."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.terminal.pty_terminal import Terminal, terminal

pytestmark = pytest.mark.terminal

MODULE = "tests.tui.terminal_app"
SGR = re.compile(rb"\x1b\[([\d;:]*)m")
COLOURS = {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}


def open_app(
    folder: Path, *arguments: str, size: tuple[int, int] = (120, 30), **environment: str
) -> AbstractAsyncContextManager[Terminal]:
    kept = {name: value for name, value in os.environ.items() if name not in ("TMUX", "NO_COLOR")}
    command = [sys.executable, "-m", MODULE, str(folder), *arguments]
    return terminal(command, {**kept, **environment}, size)


@pytest.mark.parametrize(
    "junk",
    [
        b"\xff",
        b"\xfe\xc3",
        b"\x1b[M \x90\x21",
        b"\x1b[M\xff\xff\xff",
        b"\x1b[<0;;M",
        b"\x1b[99999999999999999999;1u",
        b"\x1b[1114112;1u",
        b"\x1b[48;9;9y\x1b[9;R\x1b]52;9;x",
        b"\x1b[200~\xff\x00\x1b[201~",
    ],
)
async def test_no_input_kills_it(tmp_path: Path, junk: bytes) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        app.send(junk)
        await app.shows_after("s", "What are you up to?")


async def test_remote_text_never_reaches_the_terminal_raw(tmp_path: Path) -> None:
    async with open_app(tmp_path, "evil") as app:
        await app.shows("connected")
        await app.shows("]52;c;")
        app.send(b"\x1b[B\x1b[BI")
        await app.shows("Query whose status?")
        assert b"\x1b]52" not in app.output
        assert b"\x9b1m" not in app.output
        assert "\u202e".encode() not in app.output
        assert "[bold]" in app.text


async def test_no_color_means_none(tmp_path: Path) -> None:
    async with open_app(tmp_path, NO_COLOR="1") as app:
        await app.shows("connected")
        app.send(b"s")
        # The selection is still visible: reversed in imtui's lists, underlined in dialogs.
        await app.until(lambda: parameters(app) >= {4, 7}, "to mark what is chosen")
        assert not parameters(app) & COLOURS


def parameters(app: Terminal) -> set[int]:
    """Return the parameters of all SGR sequences in the output."""
    return {
        int(part)
        for found in SGR.findall(bytes(app.output))
        for part in re.split(rb"[;:]", found)
        if part
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_closes_the_socket_and_restores_the_terminal(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        app.process.send_signal(number)
        assert await app.ended() == 0
        assert b"\x1b[?1049l" in app.output
        assert app.output.rstrip().endswith(b"closed")
        assert app.settings == app.settings_before


async def test_a_closed_terminal_ends_it(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        app.hang_up()
        assert await app.ended() in (0, 1, 120)


@pytest.mark.parametrize("key", [b"q", b"\x11"])
async def test_quit_keys(tmp_path: Path, key: bytes) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        app.send(key)
        assert await app.ended() == 0
        assert app.output.rstrip().endswith(b"closed")


async def test_suspending_and_going_on(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        app.send(b"\x1a")
        await app.until(lambda: b"\x1b[?1049l" in app.output, "to be left")
        _, how = await asyncio.to_thread(os.waitpid, app.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(how)
        app.process.send_signal(signal.SIGCONT)
        app.send(b"s")
        await app.shows("What are you up to?")


async def test_a_fault_is_one_line(tmp_path: Path) -> None:
    async with open_app(tmp_path, "fault") as app:
        assert await app.ended() == 1
        after = app.output.split(b"\x1b[?1049l")[-1]
        lines = [line for line in re.sub(rb"\x1b\[[^a-zA-Z]*[a-zA-Z]", b"", after).splitlines()]
        told = [line.strip() for line in lines if line.strip()]
        assert told[0].startswith(b"imtui: a fault of ours ended it (RuntimeError in ")
        assert told[1:] == [b"closed"]


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", MODULE, str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("imtui: the app needs a terminal")
    assert "Traceback" not in done.stderr


async def test_stopped_from_outside_it_goes_on_with_a_whole_screen_and_one_reader(
    tmp_path: Path,
) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected", "Friends")
        for _ in range(2):
            app.process.send_signal(signal.SIGSTOP)
            await asyncio.to_thread(os.waitpid, app.process.pid, os.WUNTRACED)
            app.scribble("Stopped")
            app.process.send_signal(signal.SIGCONT)
            await app.shows_not("Stopped")
            await app.shows("connected", "Friends")
        app.send("s")
        await app.shows("What are you up to?")
        app.send("\x11")
        assert await app.ended() == 0


async def test_a_terminal_that_cannot_draw_is_told(tmp_path: Path) -> None:
    command = ["env", "TERM=dumb", sys.executable, "-m", MODULE, str(tmp_path)]
    async with terminal(command, os.environ) as app:
        assert await app.ended() == 1
        assert "cannot draw" in app.text


async def test_output_into_a_pipe_is_told(tmp_path: Path) -> None:
    command = ["sh", "-c", f"{sys.executable} -m {MODULE} {tmp_path} | cat"]
    async with terminal(command, os.environ) as app:
        await app.ended()
        assert "the app needs a terminal" in app.text


async def test_many_signals_to_go_on_at_once_are_lived_through(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        for _ in range(100):
            app.process.send_signal(signal.SIGCONT)
            app.send("\x1b[I")
        app.send("s")
        await app.shows("What are you up to?")


async def test_started_in_the_background_it_comes_up_in_the_foreground(tmp_path: Path) -> None:
    async with terminal(["bash", "--norc", "--noprofile", "-i"], os.environ) as shell:
        shell.send(f"{sys.executable} -m {MODULE} {tmp_path} &\n")
        await shell.shows_after("\n", "Stopped")
        shell.send("fg\n")
        await shell.shows("connected", "Friends")
        shell.send("s")
        await shell.shows("What are you up to?")


async def test_no_key_is_lost_while_it_goes_on(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected", "Friends")
        app.send("s")
        await app.shows("What are you up to?")
        for letter in "Listening to music":
            app.process.send_signal(signal.SIGCONT)
            app.send(letter)
            await asyncio.sleep(0.01)
        await app.shows("Listening to music")


async def test_a_signal_to_go_on_does_not_keep_it_from_ending(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        app.send("q")
        while app.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                # Not through the process object, which would take the exit status away.
                os.kill(app.process.pid, signal.SIGCONT)
            await asyncio.sleep(0)
        assert await app.ended() == 0
        assert app.settings == app.settings_before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_terminal_that_takes_nothing_does_not_keep_it_from_ending(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with open_app(tmp_path, size=(200, 60)) as app:
        await app.shows("connected")
        app.stall()
        for turn in range(20):
            app.resize(200 - turn % 2, 60)
            await asyncio.sleep(0.05)
        app.process.send_signal(number)
        assert await app.ended() == 0
        assert app.settings == app.settings_before


async def test_what_was_dropped_for_a_slow_terminal_is_painted_again(tmp_path: Path) -> None:
    async with open_app(tmp_path, size=(200, 60)) as app:
        await app.shows("connected")
        app.stall()
        for turn in range(20):
            app.resize(200 - turn % 2, 60)
            await asyncio.sleep(0.05)
        app.send("s")
        app.scribble("Stopped")
        app.go_on()
        await app.shows_not("Stopped")
        await app.shows("What are you up to?", "Friends")


PASTED = "build: \x1b[31mFAILED\x1b[0m tests\r\nsecond line\r\nquit"


async def test_a_paste_is_text_in_an_input_and_nothing_in_a_list(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        app.send(f"\x1b[200~{PASTED}\x1b[201~")
        await app.shows_after("\r", "a message")
        app.send(f"\x1b[200~{PASTED}\x1b[201~!")
        await app.shows("build: FAILED tests", "second line", "quit!")


async def test_a_paste_without_an_end_leaves_the_keyboard(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        await app.shows_after("\r", "a message")
        app.send("\x1b[200~example.org")
        await app.shows("example.org")
        app.send("\x11")
        assert await app.ended() == 0


async def test_answers_of_the_terminal_are_no_keys(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        for reply in ("\x1b[?62;22;52c", "\x1bP>|q\x1b\\", "\x1b]11;rgb:1/q/s\x07", "\x1b[?0u"):
            app.send(reply)
        app.send("?")
        await app.shows("Keys", "/status")
        assert b"What are you up to?" not in app.output


async def test_alt_enter_may_come_in_two_pieces(tmp_path: Path) -> None:
    async with open_app(tmp_path) as app:
        await app.shows("connected")
        await app.shows_after("\r", "a message")
        app.send("first\x1b")
        await app.shows("first")
        app.send("\r")
        app.send("second")
        await app.until(lambda: "first" in app.text and "second" in app.text, "to have both lines")


@pytest.mark.parametrize(("name", "value"), [("LC_ALL", "C"), ("PYTHONIOENCODING", "latin-1")])
async def test_without_the_glyphs_it_draws_with_ascii(
    tmp_path: Path, name: str, value: str
) -> None:
    async with open_app(tmp_path, size=(120, 30), **{name: value}) as app:
        await app.shows("connected", "[+] ONLINE", "[-] OFFLINE")
