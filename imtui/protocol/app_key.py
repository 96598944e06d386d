"""The secret keys of an app, with which its UserSigs are made."""

import secrets
from typing import Final

import msgspec

from imtui.protocol.wire_names import wire_name

DEFAULT_SDK_APP_ID: Final = 1_400_000_000
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return the secret of a new key."""
    return secrets.token_hex(_SECRET_BYTES)


class AppKey(msgspec.Struct, frozen=True, rename=wire_name):
    """The app that a backend serves, and the secret key that its UserSigs are made with."""

    sdk_app_id: int
    secret_key: str

    def __repr__(self) -> str:
        """Leave the secret out, so that no log can show it."""
        return f"AppKey(sdk_app_id={self.sdk_app_id})"


class SecretKey(msgspec.Struct, frozen=True):
    """One of the secret keys of an app."""

    key_id: int
    """Grows with each key."""
    secret_key: str
    since: int = 0
    """When it was made, in Unix milliseconds; 0 if unknown."""
    until: int | None = None
    """When the UserSigs made with it become invalid, in Unix milliseconds; None for the newest."""

    def __repr__(self) -> str:
        """Leave the secret out, so that no log can show it."""
        return f"SecretKey(key_id={self.key_id}, since={self.since}, until={self.until})"


class KeyRing(msgspec.Struct, frozen=True):
    """All keys of an app with which UserSigs may have been made."""

    sdk_app_id: int
    keys: tuple[SecretKey, ...]
    """The newest first."""

    @property
    def newest(self) -> AppKey:
        """Return the key with which UserSigs are made."""
        return AppKey(self.sdk_app_id, self.keys[0].secret_key)
