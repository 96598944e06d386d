"""The desktop around the terminal: notices, the clipboard, and whether tmux is attached.

Whatever is missing or fails is done without, and logged.
"""

import asyncio
import html
import logging
import os
import shutil
import signal
import sys
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

_log: Final = logging.getLogger(__name__)

NOTIFICATION_MAX_CHARS: Final = 200
"""A notice has at most so many characters."""
NOTIFY_TIMEOUT: Final = 5.0
COPY_TIMEOUT: Final = 2.0
TMUX_TIMEOUT: Final = 2.0

_CLIP_EXE: Final = "clip.exe"
_APPLE_SCRIPT: Final = (
    "on run argv",
    "display notification (item 3 of argv) with title (item 2 of argv)",
    "end run",
)


def osc9(words: str) -> str:
    """Return the escape sequence for a notice by iTerm2, WezTerm, Ghostty or Windows Terminal."""
    return f"\x1b]9;{_osc_text(words)}\x07"


def osc777(title: str, words: str) -> str:
    """Return the escape sequence for a notice by urxvt, foot, VTE, WezTerm or Ghostty."""
    return f"\x1b]777;notify;{_osc_text(title)};{_osc_text(words)}\x07"


def through_tmux(sequence: str, environ: Mapping[str, str]) -> str:
    """Return an escape sequence so that it reaches the terminal, around which tmux may be.

    tmux lets it through if its option ``allow-passthrough`` is on.
    """
    if not environ.get("TMUX"):
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _osc_text(words: str) -> str:
    # A semicolon would begin the next field, and makes other commands of some OSC 9 texts.
    return _without_controls(words).replace(";", ",")[:NOTIFICATION_MAX_CHARS]


def _without_controls(words: str) -> str:
    """Return words that end no escape sequence; callers make the rest of them safe."""
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char for char in words
    )


async def notify_native(title: str, words: str) -> None:
    """Show a notice through the desktop's own program."""
    await _run(
        _notify_command(
            _without_controls(title), _without_controls(words)[:NOTIFICATION_MAX_CHARS]
        ),
        NOTIFY_TIMEOUT,
    )


def _notify_command(title: str, words: str) -> list[str]:
    if sys.platform == "darwin":
        lines = [part for line in _APPLE_SCRIPT for part in ("-e", line)]
        # From the first argument that is no option on, osascript reads none.
        return ["osascript", *lines, "imtui", title, words]
    # The body is markup, in which notify-send first replaces C's escapes.
    body = html.escape(words, quote=False).replace("\\", "\\\\")
    return ["notify-send", "--app-name=imtui", "--", title, body]


def clipboard_command(
    environ: Mapping[str, str], which: Callable[[str], str | None]
) -> list[str] | None:
    """Return the command that copies its input to the clipboard of the person's desktop.

    None if there is none that can work here. Over SSH only X's reaches back to the person.

    Args:
        environ: The environment.
        which: Finds a program by its name.
    """
    near = not (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    wayland, x11 = environ.get("WAYLAND_DISPLAY"), environ.get("DISPLAY")
    wsl = environ.get("WSL_DISTRO_NAME") or environ.get("WSL_INTEROP")
    commands = [
        (wayland, ["wl-copy"]),
        (x11, ["xclip", "-selection", "clipboard"]),
        (x11, ["xsel", "-b", "-i"]),
        (near and sys.platform == "darwin", ["pbcopy"]),
        (near and wsl, [_CLIP_EXE]),
    ]
    return next((command for works, command in commands if works and which(command[0])), None)


async def copy_native(text: str) -> bool:
    """Copy a text to the desktop's clipboard, and tell whether that worked."""
    command = clipboard_command(os.environ, shutil.which)
    if command is None:
        return False
    # Windows takes UTF-8 for its own old code page.
    encoding = "utf-16-le" if command[0] == _CLIP_EXE else "utf-8"
    return await _run(command, COPY_TIMEOUT, text.encode(encoding, "replace")) is not None


async def tmux_attached(environ: Mapping[str, str]) -> bool | None:
    """Tell whether a terminal shows the tmux session of this process; None without tmux."""
    if not environ.get("TMUX"):
        return None
    pane = environ.get("TMUX_PANE")
    target = ["-t", pane] if pane else []
    command = ["tmux", "display-message", "-p", *target, "#{session_attached}"]
    answer = await _run(command, TMUX_TIMEOUT, reads=True, environ=environ)
    clients = "" if answer is None else answer.decode("ascii", "replace").strip()
    return int(clients) > 0 if clients.isdecimal() else None


async def _run(
    command: list[str],
    limit: float,
    given: bytes = b"",
    *,
    reads: bool = False,
    environ: Mapping[str, str] | None = None,
) -> bytes | None:
    """Run a program and return its output; None if it failed or took too long.

    Args:
        command: The program and its arguments, which no shell sees.
        limit: How many seconds it may take.
        given: Its input.
        reads: Whether its output is wanted. A program that leaves a child behind, as those of the
            clipboard do, keeps its output open, and would be waited for.
        environ: Its environment, if not this process's.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if reads else asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=environ,
            # What is left behind outlives the terminal, and can be ended with all its children.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        _log.info("%s cannot be run: %s", command[0], error)
        return None
    try:
        async with asyncio.timeout(limit):
            output, _ = await process.communicate(given)
    except TimeoutError:
        _log.info("%s took longer than %s s", command[0], limit)
        return None
    finally:
        if process.returncode is None:
            await _kill(process)
    if process.returncode != 0:
        _log.info("%s failed with status %s", command[0], process.returncode)
        return None
    return output or b""


async def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
