"""Where the files of this user lie, as the platform and ``XDG_*`` say."""

from pathlib import Path

import platformdirs

_APP = "imtui"


def data_root() -> Path:
    """Return the folder of what must not be lost: accounts, devices, the embedded backend."""
    return platformdirs.user_data_path(_APP, appauthor=False)


def local_data() -> Path:
    """Return the data folder of this machine's embedded backend."""
    return data_root() / "local"


def accounts_file() -> Path:
    """Return the file of the accounts that ``imtui login`` keeps."""
    return data_root() / "accounts.json"


def settings_file() -> Path:
    """Return the app's settings file."""
    return platformdirs.user_config_path(_APP, appauthor=False) / "settings.toml"


def crash_log() -> Path:
    """Return the file that tells of errors which nobody foresaw."""
    return platformdirs.user_log_path(_APP, appauthor=False) / "errors.log"


def app_log() -> Path:
    """Return the file in which the app writes down what it does."""
    return crash_log().with_name("imtui.log")


def account_state(server: str, sdk_app_id: int, user_id: str) -> Path:
    """Return the folder of what is kept for one account of one server.

    Args:
        server: The server's URL, or a fixed word for the embedded backend, whose URL may change.
        sdk_app_id: The app.
        user_id: The account; its name is in the folder's, together with a hash of all three,
            because some file systems take ``Bob`` and ``bob`` for one.
    """
    import hashlib

    digest = hashlib.sha256(f"{server}\n{sdk_app_id}\n{user_id}".encode()).hexdigest()
    return data_root() / "accounts" / f"{user_id}-{digest[:16]}"
