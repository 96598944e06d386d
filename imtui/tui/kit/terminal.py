"""Check whether the terminal is usable, and exit an app on signals."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

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
