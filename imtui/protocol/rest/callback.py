"""Callbacks to the app's own server, with the field's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from imtui.protocol.status import Platform


class CallbackCommand(StrEnum):
    """The kind of a callback: the field's CallbackCommand."""

    STATE_CHANGE = "State.StateChange"
    AFTER_SEND_MSG = "C2C.CallbackAfterSendMsg"
    AFTER_MSG_REPORT = "C2C.CallbackAfterMsgReport"
    AFTER_MSG_WITHDRAW = "C2C.CallbackAfterMsgWithDraw"
    FRIEND_ADD = "Sns.CallbackFriendAdd"
    FRIEND_DELETE = "Sns.CallbackFriendDelete"
    BLACK_LIST_ADD = "Sns.CallbackBlackListAdd"
    BLACK_LIST_DELETE = "Sns.CallbackBlackListDelete"
    PORTRAIT_SET = "Profile.CallbackPortraitSet"
    BEFORE_SEND_MSG = "C2C.CallbackBeforeSendMsg"
    PREV_FRIEND_ADD = "Sns.CallbackPrevFriendAdd"
    PREV_FRIEND_RESPONSE = "Sns.CallbackPrevFriendResponse"


BEFORE_CALLBACKS: Final = frozenset(
    {
        CallbackCommand.BEFORE_SEND_MSG,
        CallbackCommand.PREV_FRIEND_ADD,
        CallbackCommand.PREV_FRIEND_RESPONSE,
    }
)
"""Callbacks before events: they ask whether the event may happen, and the caller waits."""

AFTER_EVENTS: Final = frozenset(CallbackCommand) - BEFORE_CALLBACKS
"""Callbacks after events: nobody waits for the reply."""


class OptPlatform(StrEnum):
    """The platform of a caller: the field's OptPlatform. ``Linux`` is imtui's own."""

    REST_API = "RESTAPI"
    WEB = "Web"
    ANDROID = "Android"
    IOS = "iOS"
    WINDOWS = "Windows"
    MAC = "Mac"
    IPAD = "iPad"
    LINUX = "Linux"
    UNKNOWN = "Unknown"


_OPT_PLATFORMS: Final[Mapping[Platform, OptPlatform]] = {
    Platform.LINUX: OptPlatform.LINUX,
    Platform.MAC: OptPlatform.MAC,
    Platform.WINDOWS: OptPlatform.WINDOWS,
    Platform.ANDROID: OptPlatform.ANDROID,
    Platform.IPHONE: OptPlatform.IOS,
    Platform.IPAD: OptPlatform.IPAD,
    Platform.WEB: OptPlatform.WEB,
}


def opt_platform(platform: Platform | None) -> OptPlatform:
    """Return the OptPlatform of a device's platform; Unknown for None."""
    return OptPlatform.UNKNOWN if platform is None else _OPT_PLATFORMS[platform]


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback to the app's server."""

    command: CallbackCommand
    user_id: str
    """The user who caused it; the callbacks of one user are sent in order."""
    body: Mapping[str, Any]
    """The body without the CallbackCommand, which is added when it is sent."""
    platform: str = OptPlatform.UNKNOWN
    """The OptPlatform; ``State.StateChange`` spells ``iOS`` as ``IOS``."""
    contents_key: str = ""
    """The message, profile or status whose contents it has, which may be erased; empty for none."""
