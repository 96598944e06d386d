"""The terminal of an app: what it can do, who else uses it, and signals."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Final, TextIO

from imtui.tui.kit.driver.writer import TerminalWriter

_PROGRAM_END_TIMEOUT: Final = 1.0
_EXIT_TIMEOUT: Final = 5.0
"""After a signal, the process ends within this many seconds even if the terminal hangs."""


def terminal_problem(name: str, in_scripts: str, when_dumb: str) -> str:
    """Return why an app cannot run in this terminal, in one line; empty if it can.

    Args:
        name: What to call the app in the message.
        in_scripts: The command to suggest without a terminal.
        when_dumb: The command to suggest in a dumb terminal.
    """
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return f"{name} needs a terminal; try `{in_scripts}` in scripts."
    if os.environ.get("TERM") == "dumb":
        return f"this terminal cannot draw; try `{when_dumb}`."
    return ""


def terminal_shows(text: str) -> bool:
    """Tell whether the terminal can show a text, by its encoding and the user's locale."""
    if _is_plain_locale():
        return text.isascii()
    try:
        text.encode(getattr(sys.__stderr__, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_plain_locale() -> bool:
    """Tell whether the user chose the locale C or POSIX, in which Python writes UTF-8 itself."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    if sys.flags.utf8_mode and os.environ.get("PYTHONUTF8") != "1" and not names[0]:
        # Python has set this one, in place of what the user chose.
        names[1] = ""
    return next((name for name in names if name), "") in ("C", "POSIX")


def print_last(words: str, file: TextIO) -> None:
    """Print a line to a terminal that may be closed, or may take nothing."""
    if sys.platform == "win32":
        with suppress(OSError):
            print(words, file=file, flush=True)
        return
    writer = TerminalWriter(file.fileno(), file.encoding, lambda: None)
    writer.start()
    writer.write(f"{words}\n")
    writer.stop()


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the user's editor and its arguments; nothing if neither variable names one.

    Raises:
        ValueError: The quotes in it are not closed.
    """
    import shlex

    command = environ.get("VISUAL") or environ.get("EDITOR") or ""
    if sys.platform == "win32":
        # There a backslash separates folders.
        return [part.strip('"') for part in shlex.split(command, posix=False)]
    return shlex.split(command)


async def run_program(command: Sequence[str]) -> int:
    """Run a program that uses the terminal, and return its exit status as a shell does.

    A key that interrupts the program does not interrupt this process.

    Raises:
        OSError: It cannot be run.
    """
    with _ignored_interrupts():
        process = await asyncio.create_subprocess_exec(*command)
        try:
            status = await process.wait()
            return 128 - status if status < 0 else status
        finally:
            if process.returncode is None:
                await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PROGRAM_END_TIMEOUT):
                await process.wait()
                return
        process.kill()
    await process.wait()


@contextmanager
def _ignored_interrupts() -> Iterator[None]:
    # A handler, because the program would inherit that a signal is ignored.
    before = {
        number: signal.signal(number, lambda *_: None)
        for number in (signal.SIGINT, getattr(signal, "SIGQUIT", signal.SIGINT))
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_on_signals(leave: Callable[[], None], stack: ExitStack) -> None:
    """Call ``leave`` on SIGTERM and SIGHUP until ``stack`` is closed."""
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        signal.setitimer(signal.ITIMER_REAL, _EXIT_TIMEOUT)
        leave()

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
        stack.callback(loop.remove_signal_handler, number)
    stack.callback(signal.setitimer, signal.ITIMER_REAL, 0)
