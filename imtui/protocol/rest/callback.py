"""One callback to the app's own server, in the field's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from imtui.protocol.status import Platform


class CallbackCommand(StrEnum):
    """What a callback is about: the field's CallbackCommand."""

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
"""Those that ask whether something may happen: its caller waits for the reply."""

AFTER_EVENTS: Final = frozenset(CallbackCommand) - BEFORE_CALLBACKS
"""Those that tell what has happened: nobody waits."""


class OptPlatform(StrEnum):
    """From where something was done: the field's OptPlatform. ``Linux`` is ours."""

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
    """Return what the field calls the platform of a device; Unknown for None."""
    return OptPlatform.UNKNOWN if platform is None else _OPT_PLATFORMS[platform]


@dataclass(frozen=True, slots=True)
class Callback:
    """What the app's server is told or asked."""

    command: CallbackCommand
    user_id: str
    """Whose doing it is: what one user does is told in order."""
    body: Mapping[str, Any]
    """Without the CallbackCommand, which is added as it is sent."""
    platform: str = OptPlatform.UNKNOWN
    """The OptPlatform; in ``State.StateChange`` the field writes ``IOS``."""
