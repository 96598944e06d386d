"""Validation of IDs, names and texts."""

import re
from typing import Final

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.safe_text import BIDI_CONTROLS

ADMINISTRATOR: Final = "administrator"
"""The identifier with which an admin of the app calls the REST API."""

_USER_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.USER_ID_MAX_CHARS}}}", re.ASCII)
_INSTANCE_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.INSTANCE_ID_MAX_CHARS}}}", re.ASCII)
_MSG_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.MSG_ID_MAX_CHARS}}}", re.ASCII)
_FORBIDDEN: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{BIDI_CONTROLS}]")

# Unicode's White_Space property. ``str.strip()`` alone would also strip U+001C to U+001F.
_WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def is_user_id(text: str) -> bool:
    """Tell whether ``text`` is 1 to 32 of ``A-Z a-z 0-9 _ -``."""
    return _USER_ID.fullmatch(text) is not None


def check_user_id(text: str, field: str = "userID") -> str:
    """Return ``text`` if it is a user ID.

    Raises:
        IMError: 6017, naming ``field``.
    """
    if not is_user_id(text):
        raise invalid_parameters(
            field, f"a user ID is 1 to {limits.USER_ID_MAX_CHARS} of A-Z a-z 0-9 _ -"
        )
    return text


def check_user_ids(user_ids: list[str], most: int, field: str = "userIDList") -> list[str]:
    """Return the user IDs without repeats, each at the place of its first mention.

    Raises:
        IMError: 6017 for an invalid ID, or more than ``most`` different IDs.
    """
    unique = dict.fromkeys(check_user_id(user_id, field) for user_id in user_ids)
    if len(unique) > most:
        raise invalid_parameters(field, f"at most {most} users a call, got {len(unique)}")
    return list(unique)


def check_some_user_ids(user_ids: list[str], most: int, field: str = "userIDList") -> list[str]:
    """Return the same as ``check_user_ids``, at least one user ID.

    Raises:
        IMError: 6017 for an invalid ID, an empty list, or more than ``most`` different IDs.
    """
    unique = check_user_ids(user_ids, most, field)
    if not unique:
        raise invalid_parameters(field, "name at least one user")
    return unique


def check_instance_id(text: str) -> str:
    """Return ``text`` if it is 1 to 64 of ``A-Z a-z 0-9 _ -``.

    Raises:
        IMError: 6017.
    """
    if _INSTANCE_ID.fullmatch(text) is None:
        raise invalid_parameters(
            "instanceID", f"1 to {limits.INSTANCE_ID_MAX_CHARS} of A-Z a-z 0-9 _ -"
        )
    return text


def check_msg_id(text: str) -> str:
    """Return ``text`` if it is 1 to 64 of ``A-Z a-z 0-9 _ -``.

    Raises:
        IMError: 6017.
    """
    if _MSG_ID.fullmatch(text) is None:
        raise invalid_parameters("msgID", f"1 to {limits.MSG_ID_MAX_CHARS} of A-Z a-z 0-9 _ -")
    return text


def _check_text(
    text: str, field: str, most_bytes: int, too_long: ErrorCode = ErrorCode.ERR_INVALID_PARAMETERS
) -> str:
    stripped = text.strip(_WHITE_SPACE)
    if _FORBIDDEN.search(stripped):
        raise invalid_parameters(field, "control and bidirectional characters are not allowed")
    size = len(stripped.encode())
    if size > most_bytes:
        problem = invalid_parameters(field, f"at most {most_bytes} bytes of UTF-8, got {size}")
        raise IMError(too_long, problem.message, problem.data)
    return stripped


def check_device_name(text: str) -> str:
    """Return the device name without surrounding white space; it may be empty.

    Raises:
        IMError: 6017 for controls or more than 64 bytes.
    """
    return _check_text(text, "deviceName", limits.DEVICE_NAME_MAX_BYTES)


def check_custom_status(text: str | None) -> str:
    """Return the custom status without surrounding white space; empty means cleared.

    Raises:
        IMError: 6017 for C0, C1 and bidirectional controls or more than 100 bytes of UTF-8.
    """
    return _check_text(text or "", "customStatus", limits.CUSTOM_STATUS_MAX_BYTES)


def check_add_wording(text: str) -> str:
    """Return the text of a friend request without surrounding white space; it may be empty.

    Raises:
        IMError: 6017 for controls; 9003 for more than 120 bytes.
    """
    too_long = ErrorCode.ERR_SDK_FRIENDSHIP_INVALID_ADD_WORDING
    return _check_text(text, "addWording", limits.ADD_WORDING_MAX_BYTES, too_long)


def check_friend_remark(text: str) -> str:
    """Return the remark on a friend without surrounding white space; it may be empty.

    Raises:
        IMError: 6017 for controls; 9002 for more than 96 bytes.
    """
    too_long = ErrorCode.ERR_SDK_FRIENDSHIP_INVALID_ADD_REMARK
    return _check_text(text, "friendRemark", limits.FRIEND_REMARK_MAX_BYTES, too_long)


def check_group_name(text: str, field: str = "groupName") -> str:
    """Return the name of a friend group without surrounding white space.

    Raises:
        IMError: 6017 for controls; 9005 if it is empty or has more than 30 bytes.
    """
    invalid = ErrorCode.ERR_SDK_FRIENDSHIP_FRIEND_GROUP_EMPTY
    name = _check_text(text, field, limits.FRIEND_GROUP_NAME_MAX_BYTES, invalid)
    if not name:
        raise IMError(invalid, data={"field": field})
    return name


def check_profile_text(text: str, field: str) -> str:
    """Return a text of the profile without surrounding white space; it may be empty.

    Raises:
        IMError: 6017 for controls; 40601 for more than 500 bytes.
    """
    too_long = ErrorCode.ERR_SVR_PROFILE_SIZE_LIMIT
    return _check_text(text, field, limits.PROFILE_TEXT_MAX_BYTES, too_long)
