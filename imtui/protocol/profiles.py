"""What the wire says of profiles."""

from enum import IntEnum

from msgspec import Struct, field

from imtui.protocol.wire_names import wire_name


class FriendAllowType(IntEnum):
    """Who becomes somebody's friend by asking."""

    ALLOW_ANY = 0
    NEED_CONFIRM = 1
    """Whoever is agreed to."""
    DENY_ANY = 2


class Gender(IntEnum):
    """What a profile says of it."""

    UNKNOWN = 0
    MALE = 1
    FEMALE = 2


class _Message(Struct, frozen=True, rename=wire_name):
    pass


class UserFullInfo(_Message, frozen=True, omit_defaults=True):
    """What a user says of themselves."""

    user_id: str
    nick_name: str = ""
    """At most 500 bytes of UTF-8, as is the signature."""
    self_signature: str = ""
    allow_type: FriendAllowType = FriendAllowType.ALLOW_ANY
    face_url: str = field(default="", name="faceURL")
    """Where the picture is; it and all that follows is set by the REST API."""
    gender: Gender = Gender.UNKNOWN
    birthday: int = 0
    """As ``yyyymmdd``; 0 if not said."""
    location: str = ""
    language: int = 0
    level: int = 0
    role: int = 0
    msg_settings: int = 0
    may_not_add: bool = False
    """An admin forbade to add friends."""
    custom_info: dict[str, str | int] = {}
    """Fields of the app's own, by their names without ``Tag_Profile_Custom_``."""


class SetSelfInfoParams(_Message, frozen=True, omit_defaults=True):
    """The parameters of ``setSelfInfo``; what is absent or null stays as it is."""

    nick_name: str | None = None
    self_signature: str | None = None
    allow_type: FriendAllowType | None = None


class UserInfoList(_Message, frozen=True):
    """The answer to ``getUsersInfo``."""

    user_info_list: list[UserFullInfo]


class SelfInfo(_Message, frozen=True):
    """What ``onSelfInfoUpdated`` tells."""

    user_info: UserFullInfo
