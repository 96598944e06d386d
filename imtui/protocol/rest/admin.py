"""Authentication of admins for the REST API."""

from collections.abc import Callable, Mapping

from imtui.protocol.app_key import AppKey
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import ADMINISTRATOR
from imtui.protocol.proof import Proof


def check_admin(
    key: AppKey,
    query: Mapping[str, str],
    unix_ms: int,
    admit: Callable[[], None] = lambda: None,
) -> Proof:
    """Return the proof that a call comes from an admin.

    Args:
        key: The app's key.
        query: The parameters of the URL.
        unix_ms: The present, in Unix milliseconds.
        admit: Called before the key is tried; may raise 70050.

    Raises:
        IMError: 60012 for a missing SDKAppID; 60006 for another app; 60010 if the identifier is
            not an admin; then the codes of ``AppKey.verify``.
    """
    app_id = query.get("sdkappid", "")
    if not app_id:
        raise IMError(ErrorCode.ERR_SVR_COMM_SDKAPPID_MISS)
    if not (app_id.isascii() and app_id.isdigit()) or int(app_id[:20]) != key.sdk_app_id:
        raise IMError(ErrorCode.ERR_SVR_COMM_INVALID_SDKAPPID)
    if query.get("identifier") != ADMINISTRATOR:
        raise IMError(ErrorCode.ERR_SVR_COMM_ID_NOT_ADMIN)
    return key.verify(key.sdk_app_id, ADMINISTRATOR, query.get("usersig", ""), unix_ms, admit)
