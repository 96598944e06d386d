"""Who acts on what the connection does."""

from typing import Protocol

from imtui.protocol.chat import Message
from imtui.protocol.errors import IMError
from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import UserStatus
from imtui.tui.services.friend_requests import FriendRequests


class Follower(Protocol):
    """Who acts on what the connection does."""

    def lost(self) -> None:
        """The connection is gone."""

    def learn_anew(self) -> None:
        """The connection stands, or what can be learned of others has changed."""

    def refused(self, error: IMError) -> None:
        """There will be no further attempt to connect."""

    def own_status(self, status: UserStatus) -> None:
        """The own status was told."""

    def subscriptions_changed(self, added: list[str], reason: SubscriptionReason) -> None:
        """The subscriptions of the account changed."""

    @property
    def friend_requests(self) -> FriendRequests:
        """Return who acts on friend requests and the blocklist."""

    def message_came(self, message: Message) -> None:
        """Somebody, or another own device, has sent a message."""

    def message_refused(self, message: Message, error: IMError) -> None:
        """A message could not be sent."""
