"""The SDK's client as the services see it, so that tests can play one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from imtui.protocol.chat import Message, ReceiveOpt
from imtui.protocol.friendship import FriendApplicationList
from imtui.protocol.messages import FriendInfo, Subscriptions
from imtui.protocol.profiles import FriendAllowType
from imtui.protocol.status import UserStatus

if TYPE_CHECKING:
    from imtui.sdk import ConversationPage


class ChatClient(Protocol):
    """The part of ``imtui.sdk.IMClient`` that the services use."""

    async def login(self, user_id: str, user_sig: str | Callable[[], str]) -> object:
        """Log in."""

    async def logout(self) -> None:
        """Log out."""

    async def set_self_status(self, text: str | None, expires_at: int | None = None) -> None:
        """Set the own text."""

    async def get_user_status(self, user_ids: list[str]) -> list[UserStatus]:
        """Query users."""

    async def subscribe_user_status(self, user_ids: list[str]) -> None:
        """Subscribe to users."""

    async def unsubscribe_user_status(self, user_ids: list[str] | None) -> None:
        """Unsubscribe from users, or from all."""

    async def get_subscriptions(self) -> Subscriptions:
        """Return the subscriptions."""

    async def add_friend(self, user_id: str, *, add_wording: str = "") -> None:
        """Add a friend, or ask them."""

    async def delete_from_friend_list(self, user_ids: list[str]) -> None:
        """Delete friends."""

    async def get_friend_list(self) -> list[FriendInfo]:
        """Return all friends."""

    async def get_friend_application_list(self) -> FriendApplicationList:
        """Return the friend requests of both directions."""

    async def accept_friend_application(self, user_id: str) -> None:
        """Agree to a request."""

    async def refuse_friend_application(self, user_id: str) -> None:
        """Refuse a request."""

    async def delete_friend_application(self, user_id: str) -> None:
        """Take a request away."""

    async def get_black_list(self) -> list[str]:
        """Return who is blocked."""

    async def add_to_black_list(self, user_ids: list[str]) -> None:
        """Block users."""

    async def delete_from_black_list(self, user_ids: list[str]) -> None:
        """Block users no longer."""

    async def set_friend_info(self, user_id: str, friend_remark: str) -> None:
        """Give a friend a name of one's own."""

    async def set_self_info(
        self,
        nick_name: str | None = None,
        self_signature: str | None = None,
        allow_type: FriendAllowType | None = None,
    ) -> None:
        """Change one's own profile."""

    def reconnect_now(self) -> None:
        """Try again at once."""

    # Messages and conversations

    def queue_c2c_text_message(
        self, text: str, user_id: str, *, cloud_custom_data: str = ""
    ) -> Message:
        """Have a text sent as soon as there is a connection."""

    def resend_message(self, msg_id: str) -> object:
        """Try to send again what failed."""

    def discard_message(self, msg_id: str) -> None:
        """Drop what was not sent."""

    def outbox_messages(self, user_id: str) -> list[Message]:
        """Return what waits to be sent to somebody, or failed."""

    async def send_c2c_custom_message(
        self, data: bytes, user_id: str, *, online_user_only: bool = False
    ) -> Message:
        """Send data of one's own kind."""

    async def get_c2c_history_message_list(
        self, user_id: str, count: int = 20, last_msg: Message | None = None
    ) -> list[Message]:
        """Return a page of messages, the newest first."""

    async def search_local_messages(
        self, keywords: list[str], user_id: str | None = None
    ) -> list[Message]:
        """Return texts on this device that have all of the keywords, the newest first."""

    async def revoke_message(self, message: Message) -> None:
        """Recall an own message."""

    async def delete_messages(self, messages: list[Message]) -> None:
        """Delete messages for oneself."""

    async def clean_conversation_unread_message_count(self, conversation_id: str) -> None:
        """Note that all of a conversation is read."""

    async def get_conversation_list(self, next_seq: int = 0) -> "ConversationPage":
        """Return a page of conversations."""

    async def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation with its messages, for oneself."""

    async def pin_conversation(self, conversation_id: str, is_pinned: bool) -> None:
        """Pin a conversation, or no longer."""

    async def set_c2c_receive_message_opt(self, user_ids: list[str], opt: ReceiveOpt) -> None:
        """Choose how messages of users are received."""

    def set_conversation_draft(self, conversation_id: str, text: str | None) -> None:
        """Keep what was begun to be written."""
