"""Authentication of admins for the REST API."""

from collections.abc import Callable, Collection, Mapping

from imtui.protocol.app_key import KeyRing
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.proof import Proof
from imtui.protocol.verification import verify_user_sig


def check_admin(
    key_ring: KeyRing,
    admins: Collection[str],
    query: Mapping[str, str],
    unix_ms: int,
    admit: Callable[[], None] = lambda: None,
) -> Proof:
    """Return the proof that a call comes from an admin.

    Args:
        key_ring: The app's keys.
        admins: The user IDs of all admins.
        query: The parameters of the URL.
        unix_ms: The present, in Unix milliseconds.
        admit: Called before a key is tried; may raise 70050.

    Raises:
        IMError: 60012 for a missing SDKAppID; 60006 for another app; 60010 if the identifier is
            not an admin; then the codes of ``verify_user_sig``.
    """
    app_id = query.get("sdkappid", "")
    if not app_id:
        raise IMError(ErrorCode.ERR_SVR_COMM_SDKAPPID_MISS)
    if not (app_id.isascii() and app_id.isdigit()) or int(app_id[:20]) != key_ring.sdk_app_id:
        raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_SDKAPPID)
    identifier = query.get("identifier", "")
    if identifier not in admins:
        raise IMError(ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN)
    user_sig = query.get("usersig", "")
    return verify_user_sig(key_ring, key_ring.sdk_app_id, identifier, user_sig, unix_ms, admit)
