"""The desktop around the terminal: notifications, the clipboard, and whether tmux is attached.

A missing or failing program is logged and otherwise ignored.
"""

import asyncio
import base64
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
"""Longer notifications are cut."""
NOTIFY_TIMEOUT: Final = 5.0
COPY_TIMEOUT: Final = 2.0
OSC52_MAX_CHARS: Final = 74_994
"""Common terminals drop a longer sequence, counted in characters of Base64."""
TMUX_TIMEOUT: Final = 2.0

_TERMS_THAT_CANNOT_COPY: Final = ("linux", "vt100", "vt220", "dumb")
_CLIP_EXE: Final = "clip.exe"
_APPLE_SCRIPT: Final = (
    "on run argv",
    "display notification (item 3 of argv) with title (item 2 of argv)",
    "end run",
)


def osc9(text: str) -> str:
    """Return the OSC 9 notification of iTerm2, WezTerm, Ghostty and Windows Terminal."""
    return f"\x1b]9;{_osc_text(text)}\x07"


def osc777(title: str, text: str) -> str:
    """Return the OSC 777 notification of urxvt, foot, VTE, WezTerm and Ghostty."""
    return f"\x1b]777;notify;{_osc_text(title)};{_osc_text(text)}\x07"


def through_tmux(sequence: str, environ: Mapping[str, str]) -> str:
    """Return an escape sequence, wrapped for tmux's passthrough if the app runs in tmux.

    tmux forwards it only if its option ``allow-passthrough`` is on.
    """
    if not environ.get("TMUX"):
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


def _osc_text(text: str) -> str:
    # A semicolon would begin the next field, and turns some OSC 9 texts into other commands.
    return _without_controls(text).replace(";", ",")[:NOTIFICATION_MAX_CHARS]


def _without_controls(text: str) -> str:
    """Replace characters that could end an escape sequence; callers ensure other safety."""
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char for char in text
    )


async def notify_native(title: str, text: str) -> None:
    """Show a notification with the desktop's own program."""
    await _run(
        _notify_command(_without_controls(title), _without_controls(text)[:NOTIFICATION_MAX_CHARS]),
        NOTIFY_TIMEOUT,
    )


def notify_program() -> str:
    """Return the name of the program that shows the desktop's own notifications."""
    return "osascript" if sys.platform == "darwin" else "notify-send"


def _notify_command(title: str, text: str) -> list[str]:
    if sys.platform == "darwin":
        lines = [part for line in _APPLE_SCRIPT for part in ("-e", line)]
        # osascript stops reading options at the first argument that is not one.
        return [notify_program(), *lines, "imtui", title, text]
    # The body is markup, in which notify-send first replaces C escapes.
    body = html.escape(text, quote=False).replace("\\", "\\\\")
    return [notify_program(), "--app-name=imtui", "--", title, body]


def clipboard_commands(
    environ: Mapping[str, str], which: Callable[[str], str | None]
) -> list[list[str]]:
    """Return the commands that can copy their input to the user's clipboard, the best first.

    Over SSH, only tmux, X11 and Wayland reach the user's own desktop.

    Args:
        environ: The environment.
        which: Finds a program by its name.
    """
    is_local = not (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    wayland, x11 = environ.get("WAYLAND_DISPLAY"), environ.get("DISPLAY")
    wsl = environ.get("WSL_DISTRO_NAME") or environ.get("WSL_INTEROP")
    commands = [
        # With -w, tmux also passes it on to the terminal's clipboard.
        (environ.get("TMUX"), ["tmux", "load-buffer", "-w", "-"]),
        (wayland, ["wl-copy"]),
        (x11, ["xclip", "-selection", "clipboard"]),
        (x11, ["xsel", "-b", "-i"]),
        (is_local and sys.platform == "darwin", ["pbcopy"]),
        (is_local and (wsl or sys.platform == "win32"), [_CLIP_EXE]),
    ]
    return [command for works, command in commands if works and which(command[0])]


async def copy_native(text: str) -> bool:
    """Copy a text with a program; return whether one ended with exit status 0."""
    for command in clipboard_commands(os.environ, shutil.which):
        # clip.exe would read UTF-8 as the legacy code page.
        encoding = "utf-16-le" if command[0] == _CLIP_EXE else "utf-8"
        if await _run(command, COPY_TIMEOUT, text.encode(encoding, "replace")) is not None:
            return True
    return False


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """Return the sequence by which the terminal copies a text.

    The result is empty if the terminal is known not to copy, or the text is too long for it.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    cannot = environ.get("TERM") in _TERMS_THAT_CANNOT_COPY or (
        environ.get("TERM_PROGRAM") == "Apple_Terminal"
    )
    return "" if cannot or len(encoded) > OSC52_MAX_CHARS else f"\x1b]52;c;{encoded}\x07"


async def tmux_attached(environ: Mapping[str, str]) -> bool | None:
    """Return whether a client is attached to this tmux session; None without tmux."""
    if not environ.get("TMUX"):
        return None
    pane = environ.get("TMUX_PANE")
    target = ["-t", pane] if pane else []
    command = ["tmux", "display-message", "-p", *target, "#{session_attached}"]
    answer = await _run(command, TMUX_TIMEOUT, reads_output=True, environ=environ)
    clients = "" if answer is None else answer.decode("ascii", "replace").strip()
    return int(clients) > 0 if clients.isdecimal() else None


async def _run(
    command: list[str],
    limit: float,
    stdin: bytes = b"",
    *,
    reads_output: bool = False,
    environ: Mapping[str, str] | None = None,
) -> bytes | None:
    """Run a program and return its output; None if it failed or took too long.

    Args:
        command: The program and its arguments; no shell is involved.
        limit: The timeout in seconds.
        stdin: Its input.
        reads_output: Whether to read its output. A clipboard program leaves a child behind that
            keeps the output open, so reading it would hang.
        environ: Its environment; by default, that of this process.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if reads_output else asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=environ,
            # A clipboard owner must outlive the terminal, and a kill must reach all children.
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        _log.info("%s cannot be run: %s", command[0], error)
        return None
    try:
        async with asyncio.timeout(limit):
            output, _ = await process.communicate(stdin)
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
