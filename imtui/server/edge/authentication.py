"""Who may log in: UserSigs checked against the app's key."""

import zlib

from imtui.protocol import usersig
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.usersig import Claims
from imtui.server.core.moment import Moment
from imtui.server.data_dir import AppKey


def number_of(claims: Claims) -> int:
    """Return a number that stands for a UserSig, the same after a restart."""
    return zlib.crc32(claims.sig.encode())


def authenticate(key: AppKey, sdk_app_id: int, user_id: str, user_sig: str, now: Moment) -> Claims:
    """Return what a UserSig says if it proves its bearer to be ``user_id`` of the app.

    Raises:
        IMError: In this order: 70002 empty, 70003 unreadable, 70020 another app than ours, 70014 a
            UserSig for another app, 70013 another user, 70009 another key, 70001 expired.
    """
    usersig.read(user_sig)
    if sdk_app_id != key.sdk_app_id:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_SDKAPPID_NOT_FOUND)
    return usersig.verify(user_sig, user_id, sdk_app_id, key.secret_key, now=now.unix_ms / 1000)
