"""The settings file, and the folders of this user's files."""

import os
import shlex
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from imtui.cli.doctor.check import Check, note, ok, wrong

if TYPE_CHECKING:
    from imtui.tui.settings.schema import Settings

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def check_settings(file: Path) -> "tuple[Check, Settings]":
    """Return whether the settings are right, and those that are in force."""
    from imtui.tui.commands.catalogue import COMMAND_IDS, DEFAULT_KEYS
    from imtui.tui.kit.key_names import key_parsers
    from imtui.tui.settings.file import SettingsFile

    name = "settings"
    read = SettingsFile(file, key_parsers(COMMAND_IDS), DEFAULT_KEYS)
    if read.problems:
        more = len(read.problems) - 1
        others = f" ({more} more)" if more else ""
        return wrong(name, read.problems[0], f"Correct {shown(file)}{others}."), read.settings
    what = shown(file) if file.exists() else "the defaults: there is no file yet"
    return ok(name, what), read.settings


def check_folders(config: Path, data: Path, logs: Path) -> Check:
    """Return whether the folders can be written, and whether only this user can.

    Args:
        config: The folder of the settings.
        data: The folder of accounts, devices and this machine's backend.
        logs: The folder of the logs.
    """
    from imtui.files import UnsafeFolderError, check_folder

    name = "folders"
    for folder in (config, data, logs):
        try:
            existing = _existing(folder)
            if existing == folder:
                check_folder(folder)
        except UnsafeFolderError as error:
            return wrong(name, error.problem, error.advice)
        except OSError as error:
            return wrong(name, f"{shown(folder)} cannot be used: {error.strerror or error}")
        if not os.access(existing, os.W_OK | os.X_OK):
            return wrong(
                name,
                f"{shown(existing)} cannot be written",
                "Make it writable, or set HOME to another folder.",
            )
    accounts = data / "accounts.json"
    if sys.platform != "win32" and accounts.exists() and accounts.stat().st_mode & _OTHERS:
        return wrong(
            name,
            f"others can read {shown(accounts)}, which may have UserSigs",
            f"Forbid it with: chmod 600 {shlex.quote(str(accounts))}",
        )
    return ok(name, f"can be written; data is in {shown(data)}")


def check_keyring(accounts_file: Path) -> Check:
    """Return where the UserSigs of saved accounts are kept."""
    from imtui.cli.accounts.saved import SavedAccounts

    name = "keyring"
    found = _keyring_name()
    needing = [
        account.user_id
        for account in SavedAccounts(accounts_file).list_accounts()
        if account.user_sig is None
    ]
    if needing and not found:
        return wrong(
            name,
            f"not there, but it has the UserSig of {needing[0]}",
            "Make it available again, or run: imtui login",
        )
    if found is None:
        return ok(name, "not installed: UserSigs are in a file that only you can read")
    if not found:
        return note(name, "none runs: UserSigs are in a file that only you can read")
    return ok(name, found)


def shown(path: Path) -> str:
    """Return a path with ``~`` for the home folder."""
    home = os.environ.get("HOME", "")
    inside = bool(home) and path.is_relative_to(home)
    return f"~/{path.relative_to(home)}" if inside else str(path)


def _existing(folder: Path) -> Path:
    """Return a folder, or the one in which it would be created."""
    while not folder.is_dir():
        if folder.exists() or folder == folder.parent:
            raise NotADirectoryError(None, "Not a directory", str(folder))
        folder = folder.parent
    return folder


def _keyring_name() -> str | None:
    """Return the keyring that is in use; empty if none runs, None if the library is missing."""
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        return None
    backend = keyring.get_keyring()
    return "" if isinstance(backend, fail.Keyring) else str(backend.name)
