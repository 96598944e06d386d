"""Verifying UserSigs with the keys of an app."""

import hashlib
from collections.abc import Callable

from imtui.protocol import limits, usersig
from imtui.protocol.app_key import KeyRing
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.proof import Proof, SigID


def verify_user_sig(
    key_ring: KeyRing,
    sdk_app_id: int,
    user_id: str,
    user_sig: str,
    unix_ms: int,
    admit: Callable[[], None] = lambda: None,
) -> Proof:
    """Return the proof if a UserSig proves its bearer to be a user of an app.

    Args:
        key_ring: The app's keys.
        sdk_app_id: The app that the bearer names.
        user_id: The user that the bearer claims to be.
        user_sig: The UserSig.
        unix_ms: The present, in Unix milliseconds.
        admit: Called before a key is tried; may raise 70050.

    Raises:
        IMError: In this order: 70002 empty, 70003 unreadable, 70020 not the app of these keys, what
            ``admit`` raises, 70014 a UserSig for another app, 70013 another user, 70009 made with
            none of the keys, 70003 made more than 5 minutes ahead (``UserSigAheadError``), 70001
            expired.
    """
    claims = usersig.read(user_sig)
    if sdk_app_id != key_ring.sdk_app_id:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_SDKAPPID_NOT_FOUND)
    admit()
    secret_keys = [
        key.secret_key for key in key_ring.keys if key.until is None or key.until > unix_ms
    ]
    usersig.check(claims, user_id, sdk_app_id, *secret_keys, now=unix_ms / 1000)
    digest = hashlib.blake2b(claims.sig.encode(), digest_size=16).digest()
    # The app may sign any numbers; those beyond the calendar have no place in a database.
    expires_at = min(claims.time + claims.expire, limits.UNIX_MS_MAX // 1000)
    return Proof(user_id, max(claims.time, 0), SigID(digest, expires_at))
