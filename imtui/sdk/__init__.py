"""The bundled SDK: a client for the imtui backend, usable alone in a short script.

::

    class Printer(IMSDKListener):
        def on_user_status_changed(self, statuses):
            print(statuses)

        def on_recv_new_message(self, message):
            print(message.sender, message.text)

    async with IMClient("ws://127.0.0.1:7788", sdk_app_id=1400000000) as client:
        client.add_im_sdk_listener(Printer())
        await client.login("alice", user_sig)
        await client.set_self_status("Listening to music")
        await client.send_c2c_text_message("Hello", "bob")
        await asyncio.sleep(60)
"""

from imtui.protocol.chat import ElemType, Message, MessageStatus, ReadReceipt, ReceiveOpt
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import (
    FriendAcceptType,
    FriendApplication,
    FriendApplicationList,
    FriendApplicationType,
    FriendCheckResult,
    FriendGroup,
    FriendInfoResult,
    FriendRelationType,
)
from imtui.protocol.messages import (
    ConsoleSettings,
    FriendInfo,
    FriendType,
    SelfDevice,
    SubscriptionReason,
    Subscriptions,
)
from imtui.protocol.profiles import FriendAllowType, UserFullInfo
from imtui.protocol.status import ChangedBy, Platform, UserStatus, UserStatusType
from imtui.sdk.client import IMClient, LoginStatus
from imtui.sdk.conversation_info import ConversationInfo
from imtui.sdk.failures import is_transient
from imtui.sdk.link.backoff import Backoff
from imtui.sdk.listener import IMSDKListener
from imtui.sdk.messages.calls import new_msg_id
from imtui.sdk.messages.conversation_calls import ConversationPage

__all__ = [
    "Backoff",
    "ChangedBy",
    "ConsoleSettings",
    "ConversationInfo",
    "ConversationPage",
    "ElemType",
    "ErrorCode",
    "FriendAcceptType",
    "FriendAllowType",
    "FriendApplication",
    "FriendApplicationList",
    "FriendApplicationType",
    "FriendCheckResult",
    "FriendGroup",
    "FriendInfo",
    "FriendInfoResult",
    "FriendRelationType",
    "FriendType",
    "IMClient",
    "IMError",
    "IMSDKListener",
    "LoginStatus",
    "Message",
    "MessageStatus",
    "Platform",
    "ReadReceipt",
    "ReceiveOpt",
    "SelfDevice",
    "SubscriptionReason",
    "Subscriptions",
    "UserFullInfo",
    "UserStatus",
    "UserStatusType",
    "is_transient",
    "new_msg_id",
]
