"""The protocol of the SDK's client, so that tests can replace it."""

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

    async def logout(self) -> UserStatus | None:
        """Log out, and return the own status as of then, if the backend said it."""

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
        """Add a friend, or send a friend request."""

    async def delete_from_friend_list(self, user_ids: list[str]) -> None:
        """Delete friends."""

    async def get_friend_list(self) -> list[FriendInfo]:
        """Return all friends."""

    async def get_friend_application_list(self) -> FriendApplicationList:
        """Return the friend requests of both directions."""

    async def accept_friend_application(self, user_id: str) -> None:
        """Accept a request."""

    async def refuse_friend_application(self, user_id: str) -> None:
        """Refuse a request."""

    async def delete_friend_application(self, user_id: str) -> None:
        """Delete a request."""

    async def get_black_list(self) -> list[str]:
        """Return the blocked users."""

    async def add_to_black_list(self, user_ids: list[str]) -> None:
        """Block users."""

    async def delete_from_black_list(self, user_ids: list[str]) -> None:
        """Unblock users."""

    async def set_friend_info(self, user_id: str, friend_remark: str) -> None:
        """Set the remark for a friend."""

    async def set_self_info(
        self,
        nick_name: str | None = None,
        self_signature: str | None = None,
        allow_type: FriendAllowType | None = None,
    ) -> None:
        """Change the own profile."""

    def reconnect_now(self) -> None:
        """Start the next attempt to connect at once."""

    # Messages and conversations

    def queue_c2c_text_message(
        self, text: str, user_id: str, *, cloud_custom_data: str = ""
    ) -> Message:
        """Queue a text, which is sent as soon as there is a connection."""

    def resend_message(self, msg_id: str) -> object:
        """Queue a failed message again."""

    def discard_message(self, msg_id: str) -> None:
        """Drop an unsent message."""

    def outbox_messages(self, user_id: str) -> list[Message]:
        """Return the queued and the failed messages to a user."""

    async def send_c2c_custom_message(
        self, data: bytes, user_id: str, *, online_user_only: bool = False
    ) -> Message:
        """Send a custom message."""

    async def get_c2c_history_message_list(
        self, user_id: str, count: int = 20, last_msg: Message | None = None
    ) -> list[Message]:
        """Return a page of messages, the newest first."""

    async def search_local_messages(
        self, keywords: list[str], user_id: str | None = None
    ) -> list[Message]:
        """Return messages on this device that contain all keywords, the newest first."""

    async def revoke_message(self, message: Message) -> None:
        """Recall an own message."""

    async def delete_messages(self, messages: list[Message]) -> None:
        """Delete messages for the own account only."""

    async def clean_conversation_unread_message_count(self, conversation_id: str) -> None:
        """Mark a conversation as read."""

    async def get_conversation_list(self, next_seq: int = 0) -> "ConversationPage":
        """Return a page of conversations."""

    async def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation and its messages, for the own account only."""

    async def pin_conversation(self, conversation_id: str, is_pinned: bool) -> None:
        """Pin or unpin a conversation."""

    async def set_c2c_receive_message_opt(self, user_ids: list[str], opt: ReceiveOpt) -> None:
        """Set how messages from users are received."""

    def set_conversation_draft(self, conversation_id: str, text: str | None) -> None:
        """Save the draft of a conversation."""
