"""Profiles: what users say of themselves."""

from typing import Any

from msgspec import structs

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_profile_text, check_some_user_ids
from imtui.protocol.profiles import SetSelfInfoParams, UserFullInfo
from imtui.server.core.app import App
from imtui.server.core.changes import ProfileChanged


def set_self_info(app: App, own: str, wish: SetSelfInfoParams) -> None:
    """Change what an account says of itself; what is None stays as it is.

    Raises:
        IMError: 6017; 40601 for more than 500 bytes.
    """
    before = app.profile(own)
    nick_name, signature, allow_type = wish.nick_name, wish.self_signature, wish.allow_type
    change(
        app,
        own,
        nick_name=before.nick_name
        if nick_name is None
        else check_profile_text(nick_name, "nickName"),
        self_signature=before.self_signature
        if signature is None
        else check_profile_text(signature, "selfSignature"),
        allow_type=before.allow_type if allow_type is None else allow_type,
    )


def change(app: App, user_id: str, **fields: Any) -> None:
    """Change fields of a profile whose values were checked."""
    before = app.profile(user_id)
    after = structs.replace(before, **fields)
    if after != before:
        app.profiles[user_id] = after
        is_seen = (after.nick_name, after.self_signature) != (
            before.nick_name,
            before.self_signature,
        )
        app.changes.append(ProfileChanged(after, is_seen))


def get_users_info(app: App, user_ids: list[str]) -> list[UserFullInfo]:
    """Return the profiles of users in their order, without unknown ones.

    Raises:
        IMError: 6017; 40003 if all of them are unknown.
    """
    unique = check_some_user_ids(user_ids, limits.FRIENDSHIP_MAX_USERS)
    found = [app.profile(user_id) for user_id in unique if user_id in app.accounts]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_PROFILE_ACCOUNT_NOT_FOUND)
    return found
