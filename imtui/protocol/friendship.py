"""What the wire says of friend requests, friend groups, relations and the blocklist."""

from enum import IntEnum

from msgspec import Struct

from imtui.protocol.messages import FriendInfo, FriendType
from imtui.protocol.wire_names import wire_name


class FriendApplicationType(IntEnum):
    """Which way a friend request goes."""

    COME_IN = 1
    SEND_OUT = 2


class FriendAcceptType(IntEnum):
    """How a friend request is agreed to."""

    AGREE = 0
    """Whoever asked has oneself in their list."""
    AGREE_AND_ADD = 1
    """And one has them in one's own."""


class FriendRelationType(IntEnum):
    """Who of two has the other one in their friend list."""

    NONE = 0
    IN_MY_LIST = 1
    IN_THEIR_LIST = 2
    BOTH_WAY = 3


class _Message(Struct, frozen=True, rename=wire_name):
    pass


class FriendApplication(_Message, frozen=True, omit_defaults=True):
    """A friend request that is neither agreed to nor refused yet, as one of the two sees it."""

    user_id: str
    """The other one of the two."""
    type: FriendApplicationType
    add_time: int
    """When it was last made, in Unix milliseconds."""
    add_wording: str = ""
    nick_name: str = ""
    """The other one's."""


class FriendApplicationList(_Message, frozen=True):
    """The answer to ``getFriendApplicationList``, and what ``onFriendApplicationListAdded`` tells.

    The newest is the first.
    """

    friend_application_list: list[FriendApplication]
    unread_count: int = 0
    """How many of those that came in are new since they were last read."""


class AcceptFriendApplicationParams(_Message, frozen=True):
    """The parameters of ``acceptFriendApplication``."""

    user_id: str
    """Who asked."""
    accept_type: FriendAcceptType = FriendAcceptType.AGREE_AND_ADD
    friend_remark: str = ""


class FriendApplicationParams(_Message, frozen=True):
    """The parameters of ``refuseFriendApplication`` and ``deleteFriendApplication``."""

    user_id: str
    """The other one of the two."""


class SetFriendInfoParams(_Message, frozen=True):
    """The parameters of ``setFriendInfo``."""

    user_id: str
    friend_remark: str
    """What one calls the friend; empty for nothing."""


class CheckFriendParams(_Message, frozen=True):
    """The parameters of ``checkFriend``."""

    user_id_list: list[str]
    check_type: FriendType = FriendType.BOTH
    """With ``SINGLE`` only one's own list is looked at."""


class FriendCheckResult(_Message, frozen=True):
    """How one stands to a user."""

    user_id: str
    relation: FriendRelationType


class FriendCheckResultList(_Message, frozen=True):
    """The answer to ``checkFriend``."""

    result_list: list[FriendCheckResult]


class FriendInfoResult(_Message, frozen=True):
    """How one stands to a user, and what is known of them."""

    relation: FriendRelationType
    friend_info: FriendInfo
    """Without a status."""


class FriendInfoResultList(_Message, frozen=True):
    """The answer to ``getFriendsInfo``."""

    result_list: list[FriendInfoResult]


class FriendGroup(_Message, frozen=True):
    """A friend group; who is in it is said by ``FriendInfo.friend_groups``."""

    group_name: str
    friend_count: int


class FriendGroupList(_Message, frozen=True):
    """The answer to ``getFriendGroups``, in the order in which they were made."""

    friend_group_list: list[FriendGroup]


class FriendGroupParams(_Message, frozen=True):
    """A friend group and some friends: parameters of its calls, and what its pushes tell."""

    group_name: str
    user_id_list: list[str] = []


class DeleteFriendGroupParams(_Message, frozen=True):
    """The parameters of ``deleteFriendGroup``, and what ``onFriendGroupDeleted`` tells."""

    group_name_list: list[str]


class RenameFriendGroupParams(_Message, frozen=True):
    """The parameters of ``renameFriendGroup``, and what ``onFriendGroupNameChanged`` tells."""

    old_name: str
    new_name: str
