"""The key of an app, and the verification of UserSigs made with it."""

import hashlib
from collections.abc import Callable
from typing import Final

import msgspec

from imtui.protocol import usersig
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.proof import Proof, SigID
from imtui.protocol.wire_names import wire_name

DEFAULT_SDK_APP_ID: Final = 1_400_000_000


class AppKey(msgspec.Struct, frozen=True, rename=wire_name):
    """The app that a backend serves, and the secret key of its UserSigs."""

    sdk_app_id: int
    secret_key: str

    def __repr__(self) -> str:
        """Leave the secret out, so that no log can show it."""
        return f"AppKey(sdk_app_id={self.sdk_app_id})"

    def verify(
        self,
        sdk_app_id: int,
        user_id: str,
        user_sig: str,
        unix_ms: int,
        admit: Callable[[], None] = lambda: None,
    ) -> Proof:
        """Return the proof if a UserSig proves its bearer to be ``user_id`` of this app.

        Args:
            sdk_app_id: The app that the bearer names.
            user_id: The user that the bearer claims to be.
            user_sig: The UserSig.
            unix_ms: The present, in Unix milliseconds.
            admit: Called before the key is tried; may raise 70050.

        Raises:
            IMError: In this order: 70002 empty, 70003 unreadable, 70020 not the app of this key,
                what ``admit`` raises, 70014 a UserSig for another app, 70013 another user, 70009
                another key, 70003 made more than 5 minutes ahead (``UserSigAheadError``), 70001
                expired.
        """
        usersig.read(user_sig)
        if sdk_app_id != self.sdk_app_id:
            raise IMError(ErrorCode.ERR_SVR_ACCOUNT_SDKAPPID_NOT_FOUND)
        admit()
        claims = usersig.verify(user_sig, user_id, sdk_app_id, self.secret_key, now=unix_ms / 1000)
        digest = hashlib.blake2b(claims.sig.encode(), digest_size=16).digest()
        return Proof(user_id, claims.time, SigID(digest, claims.time + claims.expire))
