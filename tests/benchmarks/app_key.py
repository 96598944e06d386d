"""The key of the app in a backend's data folder.

A backend of any version uses the key that it finds in its folder, so the benchmarks know the key
without any of the backend's code.
"""

import secrets
from pathlib import Path
from typing import Final

import msgspec

from imtui.files import make_private_dir, write_private

_SDK_APP_ID: Final = 1_400_000_000


class AppKey(msgspec.Struct, frozen=True):
    """The app's ID, and the secret key that signs its UserSigs."""

    sdk_app_id: int = msgspec.field(name="sdkAppID")
    secret_key: str = msgspec.field(name="secretKey")


def app_key_in(folder: Path) -> AppKey:
    """Return the key in a folder; create both if they do not exist."""
    file = make_private_dir(folder) / "app_key.json"
    if not file.exists():
        key = AppKey(_SDK_APP_ID, secrets.token_hex(32))
        write_private(file, msgspec.json.encode(key).decode())
    return msgspec.json.decode(file.read_bytes(), type=AppKey)
