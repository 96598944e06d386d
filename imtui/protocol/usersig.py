"""UserSig (TLSSigAPIv2): the proof that its bearer is a certain user of an app.

A UserSig is a JSON object, signed with HMAC-SHA256 under the app's secret key, compressed with
zlib and encoded in base64 with ``* - _`` in place of ``+ / =``.
"""

import base64
import binascii
import hashlib
import hmac
import time
import zlib
from typing import Final

import msgspec

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError

_PACK: Final = bytes.maketrans(b"+/=", b"*-_")
_UNPACK: Final = bytes.maketrans(b"*-_", b"+/=")
_PACKED_ALPHABET: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-_"
)


class Claims(msgspec.Struct, frozen=True, omit_defaults=True):
    """The contents of a UserSig, by the fields of its JSON."""

    identifier: str = msgspec.field(name="TLS.identifier")
    """The user ID."""
    sdk_app_id: int = msgspec.field(name="TLS.sdkappid")
    """The app."""
    expire: int = msgspec.field(name="TLS.expire")
    """How long it is valid, in seconds."""
    time: int = msgspec.field(name="TLS.time")
    """When it was made, in Unix seconds."""
    sig: str = msgspec.field(name="TLS.sig")
    """The signature, in standard base64."""
    ver: str = msgspec.field(name="TLS.ver", default_factory=str)
    """The version, always ``2.0``."""
    userbuf: str | None = msgspec.field(name="TLS.userbuf", default=None)
    """Data that the app signed with it, in base64."""


class UserSigAheadError(IMError):
    """70003: a valid UserSig states a time too far ahead, so one of two clocks is wrong."""

    def __init__(self, ahead: float) -> None:
        """Make the error of a UserSig that is ``ahead`` seconds ahead."""
        super().__init__(
            ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED,
            "The UserSig is of a time to come. Set the clock of the machine that made it, "
            "or the backend's.",
        )
        self.ahead = ahead


_decoder: Final = msgspec.json.Decoder(Claims)


def sign(
    user_id: str,
    sdk_app_id: int,
    secret_key: str,
    expire: int = limits.USER_SIG_EXPIRE,
    *,
    now: float | None = None,
    userbuf: bytes | None = None,
) -> str:
    """Make a UserSig.

    Args:
        user_id: The user that it is for.
        sdk_app_id: The app that it is for.
        secret_key: The app's secret key, as text.
        expire: How long it is valid, in seconds; 180 days if not given.
        now: When it is made, in Unix seconds; the present if not given.
        userbuf: Data to sign with it.
    """
    made = int(time.time() if now is None else now)
    packed_buf = None if userbuf is None else base64.b64encode(userbuf).decode()
    claims = Claims(
        identifier=user_id,
        sdk_app_id=sdk_app_id,
        expire=expire,
        time=made,
        sig=_signature(user_id, sdk_app_id, made, expire, packed_buf, secret_key),
        ver="2.0",
        userbuf=packed_buf,
    )
    return base64.b64encode(zlib.compress(msgspec.json.encode(claims))).translate(_PACK).decode()


def check(
    claims: Claims,
    user_id: str,
    sdk_app_id: int,
    *secret_keys: str,
    now: float | None = None,
) -> None:
    """Check that the contents of a UserSig prove that the bearer is this user of this app.

    Args:
        claims: The contents.
        user_id: The user that it should prove.
        sdk_app_id: The app that it should be for.
        secret_keys: That app's secret keys, as text, the likeliest first; any one suffices.
        now: Unix seconds; the present if not given.

    Raises:
        IMError: In this order: 70014 for another app; 70013 for another user; 70009 made with
            another key; 70003 made more than 5 minutes ahead (``UserSigAheadError``); 70001
            expired.
    """
    if claims.sdk_app_id != sdk_app_id:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_SDKAPPID)
    if claims.identifier != user_id:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_ID)
    if not any(_is_made_with(secret_key, claims) for secret_key in secret_keys):
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_MISMATCH_PUBLICKEY)
    present = time.time() if now is None else now
    if claims.time > present + limits.CLOCK_AHEAD_MAX:
        # The app may sign more than a float can hold.
        raise UserSigAheadError(min(claims.time, limits.UNIX_MS_MAX) - present)
    if claims.time + claims.expire <= present:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED)


def read(user_sig: str) -> Claims:
    """Return the contents of a UserSig without verifying them.

    Raises:
        IMError: 70002 empty; 70003 unreadable, or more than 4 KB packed or 8 KB unpacked.
    """
    if not user_sig:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EMPTY)
    try:
        claims = _decoder.decode(_unpack(user_sig))
    except (ValueError, RecursionError, zlib.error) as error:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED) from error
    if claims.ver != "2.0":
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_CHECK_FAILED)
    return claims


def _is_made_with(secret_key: str, claims: Claims) -> bool:
    expected = _signature(
        claims.identifier,
        claims.sdk_app_id,
        claims.time,
        claims.expire,
        claims.userbuf,
        secret_key,
    )
    return hmac.compare_digest(expected.encode(), claims.sig.encode())


def _unpack(user_sig: str) -> bytes:
    packed = user_sig.encode()
    if len(packed) > limits.USER_SIG_PACKED_MAX_BYTES or not _PACKED_ALPHABET.issuperset(packed):
        raise binascii.Error("not a packed UserSig")
    inflate = zlib.decompressobj()
    compressed = base64.b64decode(packed.translate(_UNPACK), validate=True)
    # Bounded, as a small text may inflate to gigabytes.
    unpacked = inflate.decompress(compressed, limits.USER_SIG_UNPACKED_MAX_BYTES + 1)
    if len(unpacked) > limits.USER_SIG_UNPACKED_MAX_BYTES or not inflate.eof or inflate.unused_data:
        raise zlib.error("too large, or cut short")
    return unpacked


def _signature(
    user_id: str, sdk_app_id: int, made: int, expire: int, userbuf: str | None, secret_key: str
) -> str:
    signed = (
        f"TLS.identifier:{user_id}\nTLS.sdkappid:{sdk_app_id}\n"
        f"TLS.time:{made}\nTLS.expire:{expire}\n"
    )
    if userbuf is not None:
        signed += f"TLS.userbuf:{userbuf}\n"
    digest = hmac.digest(secret_key.encode(), signed.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()
