"""A child process: the core, or an edge."""

import asyncio
import signal
import sys
from collections.abc import Callable

from imtui.server.node.data_dir import BackendError
from imtui.server.node.edges.control import Control, say_problem
from imtui.server.node.edges.setup import Role, Setup, read_setup


def run_child(
    log_as: Callable[[str], None],
    set_log_level: Callable[[str], None],
    new_loop: Callable[[], asyncio.AbstractEventLoop],
) -> int:
    """Run what the parent asks for on standard input, until it closes that.

    Args:
        log_as: Lets each line of the log say which process it is from; called in the loop.
        set_log_level: Logs only records of a level and graver ones.
        new_loop: Makes the event loop of an edge.

    Returns:
        The exit status.
    """
    # The parent decides when its children end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    setup = read_setup(sys.stdin.fileno())
    if setup is None:
        return 0
    try:
        is_edge = setup.role is Role.EDGE
        with asyncio.Runner(loop_factory=new_loop if is_edge else None) as runner:
            runner.run(_run(setup, log_as, set_log_level))
    except BackendError as error:
        say_problem(str(error))
        return 1
    return 0


async def _run(
    setup: Setup, log_as: Callable[[str], None], set_log_level: Callable[[str], None]
) -> None:
    log_as(setup.name)
    set_log_level(setup.config.log_level)
    control = Control(set_log_level)
    await control.open(sys.stdin.buffer)
    if setup.role is Role.CORE:
        from imtui.server.node.edges.core_process import run_core

        await run_core(setup, control)
    else:
        from imtui.server.node.edges.edge_process import run_edge

        await run_edge(setup, control)
