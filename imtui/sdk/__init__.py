"""The bundled SDK: a client for the imtui backend, usable alone in a short script.

::

    class Printer(IMSDKListener):
        def on_user_status_changed(self, statuses):
            print(statuses)

    async with IMClient("ws://127.0.0.1:7788", sdk_app_id=1400000000) as client:
        client.add_im_sdk_listener(Printer())
        await client.login("alice", user_sig)
        await client.set_self_status("Listening to music")
        await asyncio.sleep(60)
"""

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import (
    ConsoleSettings,
    FriendInfo,
    FriendType,
    SelfDevice,
    SubscriptionReason,
    Subscriptions,
)
from imtui.protocol.status import ChangedBy, Platform, UserStatus, UserStatusType
from imtui.sdk.backoff import Backoff
from imtui.sdk.client import IMClient, LoginStatus
from imtui.sdk.failures import is_transient
from imtui.sdk.listener import IMSDKListener

__all__ = [
    "Backoff",
    "ChangedBy",
    "ConsoleSettings",
    "ErrorCode",
    "FriendInfo",
    "FriendType",
    "IMClient",
    "IMError",
    "IMSDKListener",
    "LoginStatus",
    "Platform",
    "SelfDevice",
    "SubscriptionReason",
    "Subscriptions",
    "UserStatus",
    "UserStatusType",
    "is_transient",
]
