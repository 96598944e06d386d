"""``imtui completion``: print the completion script of a shell."""

import argparse
import contextlib
import math
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from imtui.cli.errors import EXIT_OK

SHELLS: Final = {
    "bash": "bash-completion/completions/imtui",
    "zsh": "zsh/site-functions/_imtui",
    "fish": "fish/vendor_completions.d/imtui.fish",
}
"""The file of each shell in ``share/``."""

TIMEOUT_VARIABLE: Final = "IMTUI_COMPLETION_TIMEOUT"
_TIMEOUT: Final = 0.5
_TIMEOUT_MAX: Final = 60.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui completion``."""
    parser = verbs.add_parser(
        "completion",
        help="print the completion script of a shell",
        description="Print the script with which a shell completes commands, options, files and "
        "user IDs.",
    )
    parts = parser.add_subparsers(metavar="bash | zsh | fish", required=True)
    for shell in SHELLS:
        script = parts.add_parser(shell, help=f"print the script of {shell}")
        script.set_defaults(run=run, shell=shell)
    # The scripts call this one; without a help text, it is not listed.
    users = parts.add_parser("users")
    users.add_argument("kind", choices=("friends", "accounts", "saved"))
    users.add_argument("line")
    users.set_defaults(run=_complete_users)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui completion``."""
    share = Path(__file__).parents[1] / "share"
    sys.stdout.write((share / SHELLS[arguments.shell]).read_text(encoding="utf-8"))
    return EXIT_OK


def _complete_users(arguments: argparse.Namespace) -> int:
    from imtui.cli.completion import users

    _leave_terminal()
    complete = {"friends": users.friends, "accounts": users.accounts, "saved": users.saved}
    with _ended_in_time():
        for user in complete[arguments.kind](arguments.line):
            print(user)
    return EXIT_OK


def _leave_terminal() -> None:
    """Show nothing on the terminal, and ask nothing there, while somebody types a command."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    if sys.platform != "win32" and os.getpgrp() != os.getpid():
        os.setsid()


@contextlib.contextmanager
def _ended_in_time() -> Iterator[None]:
    """End this process, whatever it does, after as long as somebody waits for a completion."""
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, lambda *_: os._exit(EXIT_OK))
    signal.setitimer(signal.ITIMER_REAL, _timeout())
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _timeout() -> float:
    try:
        seconds = float(os.environ[TIMEOUT_VARIABLE])
    except (KeyError, ValueError):
        return _TIMEOUT
    return min(max(seconds, 0.01), _TIMEOUT_MAX) if math.isfinite(seconds) else _TIMEOUT
