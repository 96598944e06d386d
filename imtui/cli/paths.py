"""The paths of this user's files, by the conventions of the platform and ``XDG_*``."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Final

import platformdirs

from imtui.cli.errors import CommandError

_APP = "imtui"

FORBIDDEN: Final = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)


class HomelessError(CommandError):
    """There is no home folder; the message is one line that says what to set."""


def unusable(error: OSError) -> str:
    """Return a line that says which file or folder cannot be used, and what to set."""
    what = error.filename or "A file"
    line = f"{what} cannot be used: {error.strerror or error}."
    if error.errno in FORBIDDEN:
        line += " Set HOME to a folder that you can write to."
    return line


def data_root() -> Path:
    """Return the folder of permanent data: accounts, devices, the embedded backend.

    This and all other functions raise HomelessError if there is no home folder.
    """
    return _in_home(platformdirs.user_data_path)


def local_data() -> Path:
    """Return the data folder of this machine's embedded backend."""
    return data_root() / "local"


def accounts_file() -> Path:
    """Return the file of the accounts that ``imtui login`` saves."""
    return data_root() / "accounts.json"


def settings_file() -> Path:
    """Return the app's settings file."""
    return _in_home(platformdirs.user_config_path) / "settings.toml"


def crash_log() -> Path:
    """Return the file that records unexpected errors."""
    return _in_home(platformdirs.user_log_path) / "errors.log"


def _in_home(find: Callable[..., Path]) -> Path:
    try:
        path = find(_APP, appauthor=False)
    except (RuntimeError, KeyError, OSError) as error:
        raise HomelessError("There is no home folder: set HOME to one.") from error
    if not path.is_absolute():
        # A home that is not found, or is a relative path, is not the folder that is meant.
        raise HomelessError(f"The home folder is not absolute ({path}): set HOME.")
    return path


def app_log() -> Path:
    """Return the log file of the app."""
    return crash_log().with_name("imtui.log")


def account_state(server: str, sdk_app_id: int, user_id: str) -> Path:
    """Return the folder with the state of one account on one server.

    The name of the folder has a hash of all arguments, because some file systems do not
    distinguish ``Bob`` from ``bob``.

    Args:
        server: The first URL of the server, or a fixed word for the embedded backend, whose URL
            may change.
        sdk_app_id: The app.
        user_id: The account.
    """
    import hashlib

    digest = hashlib.sha256(f"{server}\n{sdk_app_id}\n{user_id}".encode()).hexdigest()
    return data_root() / "accounts" / f"{user_id}-{digest[:16]}"
