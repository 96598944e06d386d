"""From the SDK's callbacks to the model and the session."""

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
from imtui.tui.model.model import Model
from imtui.tui.services.follower import Follower


class Listener(IMSDKListener):
    """Puts what the SDK tells into the model, and wakes the session where it has to act."""

    def __init__(self, model: Model, follower: Follower) -> None:
        """Make one for a model and a session."""
        self._model = model
        self._follower = follower

    def on_connecting(self) -> None:
        """Show that an attempt is under way."""
        self._model.connection.connecting()

    def on_connect_success(self) -> None:
        """Have the session see that everything is right again."""
        self._follower.learn_anew()

    def on_connect_failed(self, code: int, message: str) -> None:
        """Show why there will be no further attempt."""
        self._follower.refused(IMError(code, message))

    def on_reconnect_scheduled(self, delay: float) -> None:
        """Show when the next attempt is due."""
        self._model.connection.waiting(delay)
        self._follower.lost()

    def on_kicked_offline(self) -> None:
        """Show that another login took this device's place."""
        self._model.kicked()

    def on_user_sig_expired(self) -> None:
        """Show that a new UserSig is needed."""
        self._model.connection.stopped("UserSig expired: get a new one and start imtui again")

    def on_user_status_changed(self, statuses: list[UserStatus]) -> None:
        """Show statuses."""
        self._model.statuses_changed(statuses)
        for status in statuses:
            if status.user_id == self._model.own.user_id:
                self._follower.own_status(status)

    def on_self_devices_changed(self, devices: list[SelfDevice]) -> None:
        """Show own devices."""
        self._model.devices_changed(devices)

    def on_subscriptions_changed(
        self, added: list[str], removed: list[str], reason: SubscriptionReason
    ) -> None:
        """Show subscriptions, and have the session learn the statuses of new ones."""
        self._model.subscriptions_changed(added, removed, reason)
        self._follower.subscriptions_changed(added, reason)

    def on_console_changed(self, settings: ConsoleSettings) -> None:
        """Show the settings, and have the session learn what can be learned now."""
        self._model.console_changed(settings)
        self._follower.learn_anew()

    def on_friend_list_added(self, friends: list[FriendInfo]) -> None:
        """Show new friends."""
        self._model.friends_added(friends)

    def on_friend_list_deleted(self, user_ids: list[str]) -> None:
        """Show that friends are gone."""
        self._model.friends_deleted(user_ids)

    def on_friend_info_changed(self, friends: list[FriendInfo]) -> None:
        """Show what friends are called now."""
        self._model.names_changed(friends)

    def on_friend_application_list_added(self, applications: list[FriendApplication]) -> None:
        """Show friend requests."""
        self._follower.friend_requests.came(applications)

    def on_friend_application_list_deleted(self, user_ids: list[str]) -> None:
        """Show that friend requests were answered."""
        self._follower.friend_requests.gone(user_ids)

    def on_black_list_added(self, user_ids: list[str]) -> None:
        """Show who is blocked."""
        self._follower.friend_requests.blocked_added(user_ids)

    def on_black_list_deleted(self, user_ids: list[str]) -> None:
        """Show who is no longer blocked."""
        self._follower.friend_requests.blocked_deleted(user_ids)

    def on_recv_new_message(self, message: Message) -> None:
        """Show a message from somebody, or from another own device."""
        self._follower.message_came(message)

    def on_message_sent(self, message: Message) -> None:
        """Show that a message was sent."""
        self._model.chats.put(message)

    def on_message_send_failed(self, message: Message, code: int, text: str) -> None:
        """Show that a message was refused, and why."""
        self._follower.message_refused(message, IMError(code, text))

    def on_messages_changed(self, messages: list[Message]) -> None:
        """Show that messages were recalled or deleted."""
        for message in messages:
            self._model.chats.put(message)

    def on_recv_c2c_read_receipt(self, receipts: list[ReadReceipt]) -> None:
        """Show what others have read."""
        self._model.chats.receipts(receipts)

    def on_conversation_changed(self, conversations: list[ConversationInfo]) -> None:
        """Show how conversations are now."""
        self._model.chats.conversations_changed(conversations)
