"""Profiles of users."""

from typing import Any

from msgspec import structs

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_profile_text, check_some_user_ids
from imtui.protocol.messages import UserIDListParams
from imtui.protocol.profiles import SetSelfInfoParams, UserFullInfo, UserInfoList
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.context import Context
from imtui.server.core.friends.changes import ProfileChanged
from imtui.server.core.friends.friends import Friends


def set_self_info(context: Context, params: SetSelfInfoParams) -> None:
    """Change the caller's profile; None leaves a field unchanged.

    Raises:
        IMError: 6017; 40601 for more than 500 bytes.
    """
    fields: dict[str, Any] = {}
    if params.nick_name is not None:
        fields["nick_name"] = check_profile_text(params.nick_name, "nickName")
    if params.self_signature is not None:
        fields["self_signature"] = check_profile_text(params.self_signature, "selfSignature")
    if params.allow_type is not None:
        fields["allow_type"] = params.allow_type
    change(context, **fields)


def change(context: Context, **fields: Any) -> None:
    """Change fields of the caller's profile to checked values."""
    friends, user_id = context.state[Friends], context.user_id
    before = friends.profile(user_id)
    after = structs.replace(before, **fields)
    if after != before:
        friends.profiles[user_id] = after
        to_friends = (after.nick_name, after.self_signature) != (
            before.nick_name,
            before.self_signature,
        )
        context.state.emit(ProfileChanged(after, to_friends))


def get_profile(context: Context) -> UserFullInfo:
    """Return the caller's profile."""
    return context.state[Friends].profile(context.user_id)


def get_users_info(context: Context, params: UserIDListParams) -> UserInfoList:
    """Return the profiles of users in order, without unknown ones.

    Raises:
        IMError: 6017; 40003 if all of them are unknown.
    """
    unique = check_some_user_ids(params.user_id_list, limits.FRIENDSHIP_MAX_USERS)
    found = context.state[Accounts].known_ids(unique)
    if not found:
        raise IMError(ErrorCode.ERR_SVR_PROFILE_ACCOUNT_NOT_FOUND)
    return UserInfoList([context.state[Friends].profile(user_id) for user_id in found])
