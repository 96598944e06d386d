"""``imtui doctor``: say what may be in the way of imtui here, and what to do about it."""

import argparse
import os
import shutil
import sys
import textwrap
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.arguments import add_json_option
from imtui.cli.errors import EXIT_FAILED, EXIT_OK

if TYPE_CHECKING:
    from imtui.cli.doctor.check import Check

_INDENT: Final = 19
_PART_MAX: Final = 240
"""A backend may say much."""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui doctor``."""
    parser = verbs.add_parser(
        "doctor",
        help="check the terminal, the desktop, this user's files and the backend",
        description="Check what imtui needs: the terminal, its colours and glyphs, clipboard and "
        "notices, this user's files, and the backend with its certificate and clock. Each is ok, "
        "a note that is worth knowing, or wrong; the exit status is 1 if something is wrong. It "
        "changes nothing, starts nothing, and makes nobody ONLINE.",
    )
    add_json_option(parser)
    add_account_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui doctor``."""
    from imtui.cli.doctor.check import Mark
    from imtui.cli.doctor.examination import examine

    is_well = True
    for check in examine(arguments):
        is_well &= check.mark is not Mark.WRONG
        for line in [_json_line(check)] if arguments.json else _lines(check):
            print(line, flush=True)
    status = EXIT_OK if is_well else EXIT_FAILED
    if any(thread.name.startswith("asyncio") for thread in threading.enumerate()):
        # A name server does not answer, and the interpreter would wait for it.
        os._exit(status)
    return status


def _lines(check: "Check") -> Iterator[str]:
    from imtui.protocol.safe_text import safe_text

    head = f"{check.mark:<6} {check.name:<12}"
    for part in filter(None, (check.text, check.advice)):
        for line in _folded(safe_text(part[:_PART_MAX])):
            yield f"{head:<{_INDENT}}{line}"
            head = ""


def _folded(text: str) -> list[str]:
    """Return a text as lines that fit into the terminal, or as one line without one."""
    if not sys.stdout.isatty():
        return [text]
    width = shutil.get_terminal_size().columns - _INDENT
    return textwrap.wrap(text, max(width, 20), break_on_hyphens=False)


def _json_line(check: "Check") -> str:
    from imtui.cli.json_line import json_line

    return json_line(
        {"check": check.name, "mark": check.mark, "text": check.text, "advice": check.advice}
    )
