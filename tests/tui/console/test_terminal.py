"""The console on a fake backend in a real terminal: input, signals, colours, errors."""

import os
import signal
import sys
from contextlib import AbstractAsyncContextManager

import pytest

from tests.terminal.pty_terminal import Terminal, terminal
from tests.terminal.test_hazards import COLOURS, parameters

pytestmark = pytest.mark.terminal


def open_console(*arguments: str, **environment: str) -> AbstractAsyncContextManager[Terminal]:
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("TMUX", "NO_COLOR")
    }
    command = [sys.executable, "-m", "tests.tui.console.terminal_console", *arguments]
    return terminal(command, {**inherited, **environment}, (100, 30))


@pytest.mark.parametrize(
    "junk", [b"\xff", b"\x1b[M \x90\x21", b"\x1b[<0;;M", b"\x1b[200~\xff\x1b[201~"]
)
async def test_invalid_input_does_not_end_the_console(junk: bytes) -> None:
    async with open_console() as console:
        await console.shows("connected", "alice")
        console.send(junk)
        await console.shows_after("k", "Kick alice off every device")


async def test_remote_text_never_reaches_the_terminal_raw() -> None:
    async with open_console("evil") as console:
        await console.shows("connected", "]52;c;")
        console.send("\r")
        await console.shows("2 devices connected")
        assert b"\x1b]52" not in console.output
        assert b"\x9b1m" not in console.output
        assert "\u202e".encode() not in console.output


async def test_no_color_turns_colours_off() -> None:
    async with open_console(NO_COLOR="1") as console:
        await console.shows("connected", "alice")
        assert not parameters(console) & COLOURS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_the_console(number: signal.Signals) -> None:
    async with open_console() as console:
        await console.shows("connected")
        console.process.send_signal(number)
        assert await console.ended() == 0


async def test_an_internal_error_is_one_line() -> None:
    async with open_console("fault") as console:
        assert await console.ended() == 1
        assert "imtui: a fault of ours ended the console (RuntimeError)" in console.text
        assert "Traceback" not in console.text
