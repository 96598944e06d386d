"""``profile``: reading and setting profiles."""

from typing import Final

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import FRIENDSHIP_MAX_USERS
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.protocol.rest.tags import (
    TagSetting,
    TagValue,
    check_profile_tags,
    read_profile,
    show_profile,
)
from imtui.server.commands.command import Answer, Call, Command, Service
from imtui.server.core.friends import custom_fields, profiles

_INVALID: Final = ErrorCode.ERR_SVR_PROFILE_INVALID_PARAMETERS

_SERVICE: Final = Service(
    "profile",
    malformed=_INVALID,
    internal=ErrorCode.ERR_SVR_PROFILE_INTERNAL_ERROR,
    codes={6017: _INVALID},
    has_display=True,
)


class PortraitGet(Body, frozen=True):
    """The accounts whose profiles are wanted, and the fields."""

    to_account: list[str]
    tag_list: list[str]


class UserProfile(Body, frozen=True, omit_defaults=True):
    """The profile of one account, or an error."""

    to_account: str
    result_code: int
    result_info: str
    profile_item: list[TagValue] | None = None
    """The requested fields; custom ones only if they are set."""


class Portraits(Body, frozen=True, omit_defaults=True):
    """The requested profiles."""

    user_profile_item: list[UserProfile]
    fail_account: tuple[str, ...] = ()


class PortraitSet(Body, frozen=True):
    """Fields to set in a profile; none is set if one of them is invalid."""

    from_account: str
    profile_item: list[TagSetting]


def _portrait_get(call: Call, params: PortraitGet) -> Portraits:
    accounts = list(dict.fromkeys(params.to_account))
    tags = list(dict.fromkeys(params.tag_list))
    if not accounts:
        raise IMError(ErrorCode.ERR_SVR_PROFILE_ACCOUNT_MISS)
    if len(accounts) > FRIENDSHIP_MAX_USERS:
        raise IMError(_INVALID, f"To_Account: at most {FRIENDSHIP_MAX_USERS} accounts a call.")
    if not tags:
        raise IMError(_INVALID, "TagList: name at least one field.")
    check_profile_tags(tags)
    unknown = tuple(user_id for user_id in accounts if not call.is_registered(user_id))
    return Portraits([_user_profile(call, user_id, tags) for user_id in accounts], unknown)


def _user_profile(call: Call, user_id: str, tags: list[str]) -> UserProfile:
    if not call.is_registered(user_id):
        code = ErrorCode.ERR_SVR_PROFILE_ACCOUNT_NOT_FOUND
        return UserProfile(user_id, code, code.meaning)
    return UserProfile(
        user_id, 0, "", show_profile(profiles.get_profile(call.acting_for(user_id)), tags)
    )


def _portrait_set(call: Call, params: PortraitSet) -> Answer:
    user_id = params.from_account
    if not call.is_registered(user_id):
        raise IMError(ErrorCode.ERR_SVR_PROFILE_ACCOUNT_NOT_FOUND)
    if not params.profile_item:
        raise IMError(_INVALID, "ProfileItem: name at least one field.")
    fields, custom = read_profile(params.profile_item)
    account = call.acting_for(user_id)
    before = profiles.get_profile(account).custom_info
    merged = custom_fields.merged(before, custom, _INVALID)
    profiles.change(account, **fields, custom_info=merged)
    return Answer()


COMMANDS: Final = (
    Command(
        _SERVICE,
        "portrait_get",
        "Return fields of profiles.",
        PortraitGet,
        Portraits,
        _portrait_get,
        fields={"To_Account": ErrorCode.ERR_SVR_PROFILE_ACCOUNT_MISS},
        role=Role.READ,
    ),
    Command(
        _SERVICE,
        "portrait_set",
        "Set fields of a profile.",
        PortraitSet,
        Answer,
        _portrait_set,
    ),
)
