"""The answers of the REST API; fields that a service omits are empty."""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct, field

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.status import UserStatusType

NICK_TAG: Final = "Tag_Profile_IM_Nick"


class ResultItem(Struct, frozen=True):
    """The result for one user of a call; services name the user ID in two ways."""

    code: int = field(name="ResultCode")
    info: str = field(name="ResultInfo", default="")
    user_id: str = field(name="UserID", default="")
    to_account: str = field(name="To_Account", default="")


class Results(Struct, frozen=True):
    """The answer of a command about several users."""

    items: list[ResultItem] = field(name="ResultItem")

    def result_for(self, user_id: str) -> IMError:
        """Return the result for a user: code 0 for success, 6001 if the answer has none."""
        for item in self.items:
            if user_id in (item.user_id, item.to_account):
                return IMError(item.code, item.info)
        return IMError(ErrorCode.ERR_PARSE_RESPONSE_FAILED, "The backend does not say.")

    def merged_with(self, others: "Results") -> "Results":
        """Return the results of both answers; this one takes precedence."""
        return Results([*self.items, *others.items])

    @classmethod
    def refuse_all(cls, user_ids: Iterable[str], error: IMError) -> "Results":
        """Return an answer with the same error for all users."""
        return cls([ResultItem(error.code, error.message, user) for user in user_ids])


class Imported(Struct, frozen=True):
    """The answer of ``multiaccount_import``: the user IDs that failed, without a reason."""

    failed: list[str] | None = field(name="FailAccounts", default=None)


class Device(Struct, frozen=True):
    """A connected device of an account."""

    instance_id: str = field(name="InstanceID")
    device_name: str = field(name="DeviceName", default="")
    platform: str = field(name="Platform", default="")
    login_time: int = field(name="LoginTime", default=0)
    """In Unix milliseconds."""

    def __str__(self) -> str:
        """Return the name and the platform if known, otherwise the ID."""
        if self.device_name and self.platform:
            return f"{self.device_name} ({self.platform})"
        return self.device_name or self.platform or self.instance_id


class Account(Struct, frozen=True):
    """An account with its status and devices."""

    user_id: str = field(name="UserID")
    status: str = field(name="Status")
    custom_status: str = field(name="CustomStatus", default="")
    since: int = field(name="Since", default=0)
    """When the status last changed, in Unix milliseconds."""
    nick: str = field(name="Nick", default="")
    devices: list[Device] = field(name="Devices", default=[])

    @property
    def status_type(self) -> UserStatusType:
        """Return the general status; UNKNOWN for an unknown word."""
        return UserStatusType.__members__.get(self.status, UserStatusType.UNKNOWN)


class AccountPage(Struct, frozen=True):
    """The answer of ``imtui_console/accounts``."""

    accounts: list[Account] = field(name="AccountItem")
    next_cursor: str = field(name="NextCursor", default="")


class Admin(Struct, frozen=True):
    """An admin."""

    user_id: str = field(name="UserID")
    role: str = field(name="Role")
    since: int = field(name="Since", default=0)
    """When they were added, in Unix milliseconds; 0 for the first admin."""


class Admins(Struct, frozen=True):
    """The answer of ``imtui_admin/list``."""

    admins: list[Admin] = field(name="AdminItem")


class Key(Struct, frozen=True):
    """A key of the app, without its secret."""

    key_id: int = field(name="KeyID")
    since: int = field(name="Since", default=0)
    """When it was made, in Unix milliseconds; 0 if unknown."""
    until: int | None = field(name="Until", default=None)
    """When the UserSigs made with it become invalid; None for the newest key."""


class Keys(Struct, frozen=True):
    """The answer of ``imtui_key/list`` and ``imtui_key/rotate``, the newest first."""

    keys: list[Key] = field(name="KeyItem")


class Node(Struct, frozen=True):
    """A node of the backend."""

    name: str = field(name="Name")
    """Empty if its imtui is too old to tell it."""
    release: str = field(name="Release", default="")
    has_core: bool = field(name="HasCore", default=False)
    edges: int = field(name="Edges", default=0)
    sessions: int = field(name="Sessions", default=0)


class Nodes(Struct, frozen=True):
    """The answer of ``imtui_node/list``."""

    nodes: list[Node] = field(name="NodeItem")


class _Value(Struct, frozen=True):
    tag: str = field(name="Tag")
    value: Any = field(name="Value", default=None)


class Friend(Struct, frozen=True):
    """A friend, with the fields that the user has set for them."""

    user_id: str = field(name="To_Account")
    values: list[_Value] | None = field(name="ValueItem", default=None)

    @property
    def nick(self) -> str:
        """Return the friend's nick, if the service sends it with the friend."""
        return self._text(NICK_TAG)

    @property
    def remark(self) -> str:
        """Return the user's remark on the friend."""
        return self._text("Tag_SNS_IM_Remark")

    @property
    def groups(self) -> list[str]:
        """Return the friend groups that the friend is in."""
        groups = self._value("Tag_SNS_IM_Group")
        return [str(group) for group in groups] if isinstance(groups, list) else []

    def _text(self, tag: str) -> str:
        value = self._value(tag)
        return value if isinstance(value, str) else ""

    def _value(self, tag: str) -> object:
        return next((one.value for one in self.values or () if one.tag == tag), None)


class Profile(Struct, frozen=True):
    """The profile of one account; without values if the service refused them."""

    user_id: str = field(name="To_Account")
    values: list[_Value] | None = field(name="ProfileItem", default=None)

    @property
    def nick(self) -> str:
        """Return the nick of the account."""
        return next(
            (
                one.value
                for one in self.values or ()
                if one.tag == NICK_TAG and isinstance(one.value, str)
            ),
            "",
        )


class Profiles(Struct, frozen=True):
    """The answer of ``portrait_get``."""

    profiles: list[Profile] | None = field(name="UserProfileItem", default=None)


class FriendPage(Struct, frozen=True):
    """The answer of ``friend_get``."""

    friends: list[Friend] | None = field(name="UserDataItem", default=None)
    complete: int = field(name="CompleteFlag", default=1)
    """Nonzero on the last page."""
    next_index: int = field(name="NextStartIndex", default=0)
