"""The methods of the wire with their parameters and answers, and the pushes.

Both sides ignore unknown fields, so either may be newer than the other.
"""

from enum import IntEnum, StrEnum
from typing import Final

from msgspec import Struct, field

from imtui.protocol.status import Platform, UserStatus
from imtui.protocol.wire_names import wire_name

PROTOCOL_VERSION: Final = 1
"""Raised only by changes with which clients or backends of the previous version fail."""


class Method(StrEnum):
    """A method that a client calls."""

    LOGIN = "login"
    LOGOUT = "logout"
    HEARTBEAT = "heartbeat"
    SET_SELF_STATUS = "setSelfStatus"
    GET_USER_STATUS = "getUserStatus"
    SUBSCRIBE_USER_STATUS = "subscribeUserStatus"
    UNSUBSCRIBE_USER_STATUS = "unsubscribeUserStatus"
    GET_SUBSCRIPTIONS = "getSubscriptions"
    ADD_FRIEND = "addFriend"
    DELETE_FROM_FRIEND_LIST = "deleteFromFriendList"
    GET_FRIEND_LIST = "getFriendList"
    CHECK_FRIEND = "checkFriend"
    GET_FRIENDS_INFO = "getFriendsInfo"
    SET_FRIEND_INFO = "setFriendInfo"
    GET_FRIEND_APPLICATION_LIST = "getFriendApplicationList"
    ACCEPT_FRIEND_APPLICATION = "acceptFriendApplication"
    REFUSE_FRIEND_APPLICATION = "refuseFriendApplication"
    DELETE_FRIEND_APPLICATION = "deleteFriendApplication"
    SET_FRIEND_APPLICATION_READ = "setFriendApplicationRead"
    CREATE_FRIEND_GROUP = "createFriendGroup"
    DELETE_FRIEND_GROUP = "deleteFriendGroup"
    RENAME_FRIEND_GROUP = "renameFriendGroup"
    ADD_FRIENDS_TO_FRIEND_GROUP = "addFriendsToFriendGroup"
    DELETE_FRIENDS_FROM_FRIEND_GROUP = "deleteFriendsFromFriendGroup"
    GET_FRIEND_GROUPS = "getFriendGroups"
    ADD_TO_BLACK_LIST = "addToBlackList"
    DELETE_FROM_BLACK_LIST = "deleteFromBlackList"
    GET_BLACK_LIST = "getBlackList"
    SET_SELF_INFO = "setSelfInfo"
    GET_USERS_INFO = "getUsersInfo"
    SEND_MESSAGE = "sendMessage"
    GET_C2C_HISTORY_MESSAGE_LIST = "getC2CHistoryMessageList"
    GET_CHANGED_MESSAGES = "getChangedMessages"
    REVOKE_MESSAGE = "revokeMessage"
    DELETE_MESSAGES = "deleteMessages"
    CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT = "cleanConversationUnreadMessageCount"
    GET_CONVERSATION_LIST = "getConversationList"
    PIN_CONVERSATION = "pinConversation"
    SET_C2C_RECEIVE_MESSAGE_OPT = "setC2CReceiveMessageOpt"
    DELETE_CONVERSATION = "deleteConversation"


class Push(StrEnum):
    """A notification that the backend sends without a request."""

    USER_STATUS_CHANGED = "onUserStatusChanged"
    SELF_DEVICES_CHANGED = "onSelfDevicesChanged"
    SUBSCRIPTIONS_CHANGED = "onSubscriptionsChanged"
    FRIEND_LIST_ADDED = "onFriendListAdded"
    FRIEND_LIST_DELETED = "onFriendListDeleted"
    FRIEND_INFO_CHANGED = "onFriendInfoChanged"
    FRIEND_APPLICATION_LIST_ADDED = "onFriendApplicationListAdded"
    FRIEND_APPLICATION_LIST_DELETED = "onFriendApplicationListDeleted"
    FRIEND_APPLICATION_LIST_READ = "onFriendApplicationListRead"
    FRIEND_GROUP_CREATED = "onFriendGroupCreated"
    FRIEND_GROUP_DELETED = "onFriendGroupDeleted"
    FRIEND_GROUP_NAME_CHANGED = "onFriendGroupNameChanged"
    FRIENDS_ADDED_TO_GROUP = "onFriendsAddedToGroup"
    FRIENDS_DELETED_FROM_GROUP = "onFriendsDeletedFromGroup"
    BLACK_LIST_ADDED = "onBlackListAdded"
    BLACK_LIST_DELETED = "onBlackListDeleted"
    SELF_INFO_UPDATED = "onSelfInfoUpdated"
    CONSOLE_CHANGED = "onConsoleChanged"
    RECV_NEW_MESSAGE = "onRecvNewMessage"
    MESSAGES_CHANGED = "onMessagesChanged"
    RECV_C2C_READ_RECEIPT = "onRecvC2CReadReceipt"
    CONVERSATION_CHANGED = "onConversationChanged"
    MESSAGES_MISSED = "onMessagesMissed"
    RESYNC_NEEDED = "onResyncNeeded"
    KICKED_OFFLINE = "onKickedOffline"
    USER_SIG_EXPIRED = "onUserSigExpired"


class CloseCode(IntEnum):
    """Why the backend closed a connection, in addition to the codes of RFC 6455."""

    TAKEN_OVER = 4001
    """The same instance ID logged in on another connection."""
    HEARTBEAT_MISSED = 4002
    """Nothing arrived for the heartbeat time-out."""
    NO_LOGIN = 4003
    """The connection had no login for too long."""
    NO_PLACE = 4004
    """There are too many connections, in all or from this address."""


class _Message(Struct, frozen=True, rename=wire_name):
    pass


class Empty(_Message, frozen=True):
    """Empty parameters, or an empty answer."""


class Credentials(_Message, frozen=True):
    """The parameters of ``login`` that identify the user."""

    sdk_app_id: int
    user_id: str
    user_sig: str = ""


class LoginParams(Credentials, frozen=True):
    """The parameters of ``login``."""

    platform: Platform = Platform.LINUX
    instance_id: str = ""
    device_name: str = ""
    passive: bool = False
    resume: bool = False


class LoginResult(_Message, frozen=True):
    """The answer to ``login``."""

    heartbeat_interval: float
    """The seconds between heartbeats."""
    server_time: int
    """The backend's clock, in Unix milliseconds."""
    self_status: UserStatus
    """The own status after this login."""


class LogoutResult(_Message, frozen=True):
    """The answer to ``logout``."""

    self_status: UserStatus | None = None
    """The own status after the logout: ONLINE if other devices remain.

    A backend from before this field does not send it.
    """


class SetSelfStatusParams(_Message, frozen=True):
    """The parameters of ``setSelfStatus``."""

    custom_status: str | None = None
    """The text; absent, null or empty to clear it."""
    expires_at: int | None = None
    """When the previous text comes back, in Unix milliseconds."""


class UserIDListParams(_Message, frozen=True):
    """The parameters of ``getUserStatus`` and ``subscribeUserStatus``."""

    user_id_list: list[str]


class UnsubscribeParams(_Message, frozen=True):
    """The parameters of ``unsubscribeUserStatus``; without a list, all users."""

    user_id_list: list[str] | None = None


class UserStatusList(_Message, frozen=True):
    """The answer to ``getUserStatus``, and the push ``onUserStatusChanged``."""

    user_status_list: list[UserStatus]


class Subscriptions(_Message, frozen=True):
    """The answer to ``getSubscriptions``."""

    user_id_list: list[str]
    """The next user to be evicted comes first."""
    cleared_at: int | None = None
    """When the backend last cleared the list on its own, in Unix milliseconds."""


class FriendType(IntEnum):
    """The friend lists that an addition, deletion or check concerns."""

    SINGLE = 1
    """Only the own list."""
    BOTH = 2
    """The own list and the other user's."""


class AddFriendParams(_Message, frozen=True, omit_defaults=True):
    """The parameters of ``addFriend``."""

    user_id: str
    add_wording: str = ""
    """The text of the request, if the other user has to agree."""
    friend_remark: str = ""
    friend_group: str = ""
    """The own friend group to put the user into; created if it does not exist."""
    add_type: FriendType = FriendType.BOTH


class DeleteFromFriendListParams(_Message, frozen=True):
    """The parameters of ``deleteFromFriendList``."""

    user_id_list: list[str]
    delete_type: FriendType = FriendType.BOTH


class GetFriendListParams(_Message, frozen=True):
    """The parameters of ``getFriendList``."""

    cursor: str = ""
    """``next_cursor`` of the previous page; empty for the first one."""


def _no_status() -> UserStatus | None:
    # As a factory, because msgspec omits a plain default, and this field is always sent.
    return None


class FriendInfo(_Message, frozen=True, omit_defaults=True, gc=False):
    """A friend, with their status while the console's friend switch is on."""

    user_id: str
    user_status: UserStatus | None = field(default_factory=_no_status)
    friend_remark: str = ""
    """The user's own name for the friend."""
    friend_groups: list[str] = []
    """The names of the own friend groups that the friend is in."""
    nick_name: str = ""
    self_signature: str = ""


class FriendListPage(_Message, frozen=True):
    """The answer to ``getFriendList``."""

    friend_info_list: list[FriendInfo]
    next_cursor: str | None = None
    """The cursor of the next page; null on the last one."""


class SelfDevice(_Message, frozen=True):
    """A connected device of the own account."""

    instance_id: str
    device_name: str
    platform: Platform
    login_time: int
    """When it logged in, in Unix milliseconds."""


class SelfDevices(_Message, frozen=True):
    """The push ``onSelfDevicesChanged``: the connected devices, the earliest login first."""

    devices: list[SelfDevice]


class SubscriptionReason(StrEnum):
    """Why the list of subscriptions changed."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    EVICTED = "evicted"
    CLEARED = "cleared"
    RESYNC = "resync"
    """Set by the SDK only: changes that it missed without a connection."""


class SubscriptionsChanged(_Message, frozen=True):
    """The push ``onSubscriptionsChanged``."""

    added: list[str]
    """Now the newest, in this order; users that were subscribed before count too."""
    removed: list[str]
    reason: SubscriptionReason


class ConsoleSettings(_Message, frozen=True):
    """The push ``onConsoleChanged``: the console settings that decide what clients can learn."""

    edition: str
    """``standard`` or ``ultimate``."""
    user_status: str
    """``on`` or ``off``: queries, subscriptions, and pushes to subscribers."""
    friend_status: str
    """``on`` or ``off``: pushes to friends."""


class FriendInfoList(_Message, frozen=True):
    """The pushes ``onFriendListAdded`` and ``onFriendInfoChanged``."""

    friend_info_list: list[FriendInfo]


class UserIDList(_Message, frozen=True):
    """An answer or a push that holds user IDs, such as ``onFriendListDeleted``."""

    user_id_list: list[str]
