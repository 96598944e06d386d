"""Profiles on the wire."""

from enum import IntEnum

from msgspec import Struct, field

from imtui.protocol.wire_names import wire_name


class FriendAllowType(IntEnum):
    """Whose friend requests a user accepts."""

    ALLOW_ANY = 0
    NEED_CONFIRM = 1
    """Those that the user agrees to."""
    DENY_ANY = 2


class Gender(IntEnum):
    """The gender in a profile."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2


class _Message(Struct, frozen=True, rename=wire_name):
    pass


class UserFullInfo(_Message, frozen=True, omit_defaults=True):
    """The profile of a user."""

    user_id: str
    nick_name: str = ""
    """At most 500 bytes of UTF-8; the same holds for the signature."""
    self_signature: str = ""
    allow_type: FriendAllowType = FriendAllowType.ALLOW_ANY
    face_url: str = field(default="", name="faceURL")
    """The URL of the picture. Only the REST API sets this field and those below."""
    gender: Gender = Gender.UNKNOWN
    birthday: int = 0
    """As ``yyyymmdd``; 0 if unknown."""
    location: str = ""
    language: int = 0
    level: int = 0
    role: int = 0
    msg_settings: int = 0
    may_not_add: bool = False
    """An admin has forbidden this user to add friends."""
    custom_info: dict[str, str | int] = {}
    """The app's own fields, by their names without ``Tag_Profile_Custom_``."""


class SetSelfInfoParams(_Message, frozen=True, omit_defaults=True):
    """The parameters of ``setSelfInfo``; a field that is absent or null stays unchanged."""

    nick_name: str | None = None
    self_signature: str | None = None
    allow_type: FriendAllowType | None = None


class UserInfoList(_Message, frozen=True):
    """The answer to ``getUsersInfo``."""

    user_info_list: list[UserFullInfo]


class SelfInfo(_Message, frozen=True):
    """The push ``onSelfInfoUpdated``."""

    user_info: UserFullInfo
