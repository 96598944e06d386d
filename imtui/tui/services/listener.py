"""Pass the events of the SDK to the services, which update the model."""

from imtui.sdk import (
    ConsoleSettings,
    ConversationInfo,
    FriendApplication,
    FriendInfo,
    IMError,
    IMSDKListener,
    Message,
    ReadReceipt,
    SelfDevice,
    SubscriptionReason,
    UserStatus,
)
from imtui.tui.services.services import Services


class Listener(IMSDKListener):
    """A listener that passes each event to its service."""

    def __init__(self, services: Services) -> None:
        """Create a listener for the services."""
        self._connection = services.connection
        self._presence = services.presence
        self._friend_requests = services.friend_requests
        self._messaging = services.messaging

    def on_connecting(self) -> None:
        """An attempt to connect has started."""
        self._connection.connecting()

    def on_connect_success(self) -> None:
        """The connection is established."""
        self._connection.login_succeeded()

    def on_resync_needed(self) -> None:
        """Events were missed."""
        self._connection.resync_needed()

    def on_connect_failed(self, code: int, message: str) -> None:
        """There will be no further attempt."""
        self._connection.refused(IMError(code, message))

    def on_reconnect_scheduled(self, delay: float) -> None:
        """The connection is lost; the next attempt is due in ``delay`` seconds."""
        self._connection.lost(delay)

    def on_kicked_offline(self) -> None:
        """Another login took this device's place."""
        self._connection.kicked()

    def on_user_sig_expired(self) -> None:
        """The UserSig expired."""
        self._connection.sig_expired()

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        """Statuses changed."""
        self._presence.statuses_changed(statuses)

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        """Own devices logged in or out."""
        self._presence.devices_changed(devices)

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        """The subscriptions changed."""
        self._presence.subscriptions_changed(added, removed, reason)

    def on_console_changed(self, settings: ConsoleSettings) -> None:
        """The console's settings changed, and with them the data that can be queried."""
        self._presence.console_changed(settings)
        self._connection.request_sync()

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        """Friends were added."""
        self._presence.friends_added(friends)

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        """Friends were deleted."""
        self._presence.friends_deleted(user_ids)

    def on_friend_info_changed(self, friends: list[FriendInfo]) -> None:
        """Names of friends changed."""
        self._presence.names_changed(friends)

    def on_friend_application_list_added(self, applications: list[FriendApplication]) -> None:
        """Friend requests were made."""
        self._friend_requests.requests_added(applications)

    def on_friend_application_list_deleted(self, user_ids: list[str]) -> None:
        """Friend requests were answered or withdrawn."""
        self._friend_requests.requests_deleted(user_ids)

    def on_black_list_added(self, user_ids: list[str]) -> None:
        """Users were blocked."""
        self._friend_requests.users_blocked(user_ids)

    def on_black_list_deleted(self, user_ids: list[str]) -> None:
        """Users are no longer blocked."""
        self._friend_requests.users_unblocked(user_ids)

    def on_recv_new_message(self, message: Message) -> None:
        """A message arrived from another user, or from another own device."""
        self._messaging.message_received(message)

    def on_message_sent(self, message: Message) -> None:
        """A message of this device was sent."""
        self._messaging.messages_changed([message])

    def on_message_send_failed(self, message: Message, code: int, text: str) -> None:
        """A message of this device was refused."""
        self._messaging.send_failed(message, IMError(code, text))

    def on_messages_changed(self, messages: list[Message]) -> None:
        """Messages changed."""
        self._messaging.messages_changed(messages)

    def on_recv_c2c_read_receipt(self, receipts: list[ReadReceipt]) -> None:
        """Others have read messages."""
        self._messaging.receipts_received(receipts)

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> None:
        """Conversations changed."""
        self._messaging.conversations_changed(conversations)
