"""The way into the console."""

import asyncio
import os
import signal
import sys
from contextlib import ExitStack
from typing import Final

from imtui.tui.console.app import ConsoleApp, ConsoleLaunch

_END_MAX: Final = 5.0
"""Told to end, the process is gone after so many seconds even if the terminal hangs."""


def run(launch: ConsoleLaunch) -> int:
    """Run the console in this terminal until the person leaves, and return the exit status.

    It is 0, or 1 after an error was told in one line on standard error.
    """
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    if not all(stream is not None and stream.isatty() for stream in streams):
        words = "the console needs a terminal; try `imtui console show` in scripts."
        print(f"imtui: {words}", file=sys.stderr)
        return 1
    if os.environ.get("TERM") == "dumb":
        words = "this terminal cannot draw; try `imtui console show`."
        print(f"imtui: {words}", file=sys.stderr)
        return 1
    app = ConsoleApp(launch)
    asyncio.run(_attend(app))
    if app.failure:
        where = f" (details: {launch.log_file})" if launch.log_file else ""
        print(f"imtui: {app.failure}{where}", file=sys.stderr)
    return 1 if app.failure else 0


async def _attend(app: ConsoleApp) -> None:
    with ExitStack() as stack:
        _end_on_signals(app, stack)
        await app.run_async()


def _end_on_signals(app: ConsoleApp, stack: ExitStack) -> None:
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()

    def end() -> None:
        signal.setitimer(signal.ITIMER_REAL, _END_MAX)
        app.action_leave()

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end)
        stack.callback(loop.remove_signal_handler, number)
    stack.callback(signal.setitimer, signal.ITIMER_REAL, 0)
