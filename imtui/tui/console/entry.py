"""The entry point of the console."""

import asyncio
import sys
from contextlib import ExitStack

from msgspec.structs import replace

from imtui.tui.console.app import ConsoleApp, ConsoleLaunch
from imtui.tui.kit.terminal import exit_on_signals, print_last, terminal_problem, terminal_shows
from imtui.tui.render.glyphs import UNICODE


def run(launch: ConsoleLaunch) -> int:
    """Run the console in this terminal until the user quits, and return the exit status.

    The status is 0, or 1 after an error, which is printed as one line on standard error.
    """
    problem = terminal_problem("the console", "imtui console show", "imtui console show")
    if problem:
        print(f"imtui: {problem}", file=sys.stderr)
        return 1
    if not terminal_shows(UNICODE.characters):
        launch = replace(launch, ascii=True)
    app = ConsoleApp(launch)
    asyncio.run(_run_until_closed(app))
    if app.failure:
        where = f" (details: {launch.log_file})" if launch.log_file else ""
        print_last(f"imtui: {app.failure}{where}", sys.stderr)
    return 1 if app.failure else 0


async def _run_until_closed(app: ConsoleApp) -> None:
    with ExitStack() as stack:
        exit_on_signals(app.action_leave, stack)
        await app.run_async()
