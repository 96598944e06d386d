"""All checks, side by side, each for a few seconds at most."""

import argparse
import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from imtui.cli.accounts.selection import select_account
from imtui.cli.doctor.check import Check, note, wrong
from imtui.cli.errors import CommandError

TIMEOUT: Final = 6.0
"""How long all checks may take together, in seconds."""


def examine(arguments: argparse.Namespace) -> Iterator[Check]:
    """Yield what all checks find, in a fixed order. Nothing is changed or started.

    Args:
        arguments: The arguments, with the options of ``add_account_options``.

    Raises:
        UsageError: The arguments contradict each other, or one is missing.
    """
    from imtui.cli.doctor import terminal
    from imtui.cli.doctor.desktop import check_clipboard
    from imtui.cli.doctor.glyphs import check_glyphs

    # Wrong usage is told before anything is checked.
    check_account = _account_check(arguments)
    size = terminal.terminal_size()
    running = [
        _Running("clipboard", lambda: [check_clipboard(os.environ)]),
        _Running("settings", _settings),
        _Running("keyring", _keyring),
        _Running("folders", _folders),
        _Running("backend", check_account),
    ]
    yield terminal.check_python()
    yield terminal.check_terminal(os.environ, size)
    yield terminal.check_colours(os.environ, is_terminal=size is not None)
    # Here, because Ctrl-C must not leave the terminal as it is set meanwhile.
    yield check_glyphs(is_terminal=size is not None)
    end = time.monotonic() + TIMEOUT
    for each in running:
        yield from each.found(end - time.monotonic())


class _Running:
    """A check that runs in a thread, which ends with the process if it takes too long."""

    def __init__(self, name: str, check: Callable[[], list[Check]]) -> None:
        self._name = name
        self._check = check
        self._checks: list[Check] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def found(self, seconds: float) -> list[Check]:
        """Return what was found, after so many seconds at most."""
        self._thread.join(max(seconds, 0.0))
        if self._thread.is_alive():
            return [note(self._name, f"not known: it took longer than {TIMEOUT:.0f} seconds")]
        if isinstance(self._error, CommandError):
            return [wrong(self._name, str(self._error))]
        if self._error is not None:
            raise self._error
        return self._checks

    def _run(self) -> None:
        try:
            self._checks = self._check()
        except Exception as error:
            self._error = error


def _account_check(arguments: argparse.Namespace) -> Callable[[], list[Check]]:
    from imtui.cli.doctor.backend import check_backend

    try:
        account = select_account(arguments)
    except CommandError as error:
        found = [wrong("backend", str(error))]
        return lambda: found
    return partial(check_backend, account)


def _settings() -> list[Check]:
    from imtui.cli import paths
    from imtui.cli.doctor.desktop import check_notices
    from imtui.cli.doctor.files import check_settings

    check, settings = check_settings(paths.settings_file())
    return [check_notices(settings.alerts.desktop, os.environ), check]


def _keyring() -> list[Check]:
    from imtui.cli import paths
    from imtui.cli.doctor.files import check_keyring

    return [check_keyring(paths.accounts_file())]


def _folders() -> list[Check]:
    from imtui.cli import paths
    from imtui.cli.doctor.files import check_folders

    return [
        check_folders(paths.settings_file().parent, paths.data_root(), paths.crash_log().parent)
    ]
