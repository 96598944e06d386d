"""Profiles: what users say of themselves."""

from msgspec import structs

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_profile_text, check_some_user_ids
from imtui.protocol.profiles import SetSelfInfoParams, UserFullInfo
from imtui.server.core.app import App
from imtui.server.core.changes import ProfileChanged


def set_self_info(app: App, session_id: int, wish: SetSelfInfoParams) -> None:
    """Change what a session's account says of itself; what is None stays as it is.

    Raises:
        IMError: 6014; 6017; 40601 for more than 500 bytes.
    """
    before = app.profile(app.session(session_id).user_id)
    nick_name, signature, allow_type = wish.nick_name, wish.self_signature, wish.allow_type
    after = structs.replace(
        before,
        nick_name=before.nick_name
        if nick_name is None
        else check_profile_text(nick_name, "nickName"),
        self_signature=before.self_signature
        if signature is None
        else check_profile_text(signature, "selfSignature"),
        allow_type=before.allow_type if allow_type is None else allow_type,
    )
    if after != before:
        app.profiles[after.user_id] = after
        is_seen = structs.replace(after, allow_type=before.allow_type) != before
        app.changes.append(ProfileChanged(after, is_seen))


def get_users_info(app: App, session_id: int, user_ids: list[str]) -> list[UserFullInfo]:
    """Return the profiles of users in their order, without unknown ones.

    Raises:
        IMError: 6014; 6017; 40003 if all of them are unknown.
    """
    app.session(session_id)
    unique = check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    found = [app.profile(user_id) for user_id in unique if user_id in app.accounts]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_PROFILE_ACCOUNT_NOT_FOUND)
    return found
