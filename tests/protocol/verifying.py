"""Verifies a UserSig in one step."""

from imtui.protocol import usersig
from imtui.protocol.usersig import Claims


def verify(
    user_sig: str, user_id: str, sdk_app_id: int, *secret_keys: str, now: float | None = None
) -> Claims:
    """Return the contents of a UserSig that proves what it should; raises IMError otherwise."""
    claims = usersig.read(user_sig)
    usersig.check(claims, user_id, sdk_app_id, *secret_keys, now=now)
    return claims
