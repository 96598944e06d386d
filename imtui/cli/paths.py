"""The paths of this user's files, by the conventions of the platform and ``XDG_*``."""

from pathlib import Path

import platformdirs

_APP = "imtui"


def data_root() -> Path:
    """Return the folder of permanent data: accounts, devices, the embedded backend."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def local_data() -> Path:
    """Return the data folder of this machine's embedded backend."""
    return data_root() / "local"


def accounts_file() -> Path:
    """Return the file of the accounts that ``imtui login`` saves."""
    return data_root() / "accounts.json"


def settings_file() -> Path:
    """Return the app's settings file."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "settings.toml"


def crash_log() -> Path:
    """Return the file that records unexpected errors."""
    return platformdirs.user_log_path(_APP, appauthor=False) / "errors.log"


def app_log() -> Path:
    """Return the log file of the app."""
    return crash_log().with_name("imtui.log")


def account_state(server: str, sdk_app_id: int, user_id: str) -> Path:
    """Return the folder with the state of one account on one server.

    The name of the folder has a hash of all arguments, because some file systems do not
    distinguish ``Bob`` from ``bob``.

    Args:
        server: The URL of the server, or a fixed word for the embedded backend, whose URL may
            change.
        sdk_app_id: The app.
        user_id: The account.
    """
    import hashlib

    digest = hashlib.sha256(f"{server}\n{sdk_app_id}\n{user_id}".encode()).hexdigest()
    return data_root() / "accounts" / f"{user_id}-{digest[:16]}"
