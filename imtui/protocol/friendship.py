"""Friend requests, friend groups, relations and the blocklist on the wire."""

from enum import IntEnum

from msgspec import Struct

from imtui.protocol.messages import FriendInfo, FriendType
from imtui.protocol.wire_names import wire_name


class FriendApplicationType(IntEnum):
    """The direction of a friend request."""

    COME_IN = 1
    SEND_OUT = 2


class FriendAcceptType(IntEnum):
    """How a user accepts a friend request."""

    AGREE = 0
    """Only the requester gets the other user in their friend list."""
    AGREE_AND_ADD = 1
    """Both users get each other in their friend lists."""


class FriendRelationType(IntEnum):
    """Which of two users has the other in their friend list."""

    NONE = 0
    IN_MY_LIST = 1
    IN_THEIR_LIST = 2
    BOTH_WAY = 3


class _Message(Struct, frozen=True, rename=wire_name):
    pass


class FriendApplication(_Message, frozen=True, omit_defaults=True):
    """A pending friend request, as one of the two users sees it."""

    user_id: str
    """The other user."""
    type: FriendApplicationType
    add_time: int
    """When the request was last sent, in Unix milliseconds."""
    add_wording: str = ""
    nick_name: str = ""
    """The other user's nick name."""


class FriendApplicationList(_Message, frozen=True):
    """The answer to ``getFriendApplicationList``, and the push ``onFriendApplicationListAdded``.

    The newest request comes first.
    """

    friend_application_list: list[FriendApplication]
    unread_count: int = 0
    """The number of incoming requests since the user last read them."""


class AcceptFriendApplicationParams(_Message, frozen=True):
    """The parameters of ``acceptFriendApplication``."""

    user_id: str
    """The requester."""
    accept_type: FriendAcceptType = FriendAcceptType.AGREE_AND_ADD
    friend_remark: str = ""


class FriendApplicationParams(_Message, frozen=True):
    """The parameters of ``refuseFriendApplication`` and ``deleteFriendApplication``."""

    user_id: str
    """The other user."""


class SetFriendInfoParams(_Message, frozen=True):
    """The parameters of ``setFriendInfo``."""

    user_id: str
    friend_remark: str
    """The user's own name for the friend; may be empty."""


class CheckFriendParams(_Message, frozen=True):
    """The parameters of ``checkFriend``."""

    user_id_list: list[str]
    check_type: FriendType = FriendType.BOTH
    """``SINGLE`` checks the own list only."""


class FriendCheckResult(_Message, frozen=True):
    """The relation to a user."""

    user_id: str
    relation: FriendRelationType


class FriendCheckResultList(_Message, frozen=True):
    """The answer to ``checkFriend``."""

    result_list: list[FriendCheckResult]


class FriendInfoResult(_Message, frozen=True):
    """The relation to a user, and their profile texts."""

    relation: FriendRelationType
    friend_info: FriendInfo
    """Its ``user_status`` is None."""


class FriendInfoResultList(_Message, frozen=True):
    """The answer to ``getFriendsInfo``."""

    result_list: list[FriendInfoResult]


class FriendGroup(_Message, frozen=True):
    """A friend group; ``FriendInfo.friend_groups`` names the groups of each friend."""

    group_name: str
    friend_count: int


class FriendGroupList(_Message, frozen=True):
    """The answer to ``getFriendGroups``: the groups in the order of their creation."""

    friend_group_list: list[FriendGroup]


class FriendGroupParams(_Message, frozen=True):
    """A friend group and some friends: the parameters of its methods, and its pushes."""

    group_name: str
    user_id_list: list[str] = []


class DeleteFriendGroupParams(_Message, frozen=True):
    """The parameters of ``deleteFriendGroup``, and the push ``onFriendGroupDeleted``."""

    group_name_list: list[str]


class RenameFriendGroupParams(_Message, frozen=True):
    """The parameters of ``renameFriendGroup``, and the push ``onFriendGroupNameChanged``."""

    old_name: str
    new_name: str
