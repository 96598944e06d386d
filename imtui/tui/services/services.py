"""The services that handle the events of the SDK."""

from typing import Protocol

from msgspec import Struct

from imtui.protocol.errors import IMError
from imtui.tui.services.friend_requests import FriendRequests
from imtui.tui.services.messaging_service import MessagingService
from imtui.tui.services.presence_service import PresenceService


class ConnectionEvents(Protocol):
    """A handler for the events of the connection."""

    def connecting(self) -> None:
        """Handle the start of an attempt."""

    def login_succeeded(self) -> None:
        """Handle an established connection."""

    def resync_needed(self) -> None:
        """Handle that the backend dropped events."""

    def request_sync(self) -> None:
        """Load everything again."""

    def lost(self, delay: float) -> None:
        """Handle the loss of the connection; the next attempt is due in ``delay`` seconds."""

    def refused(self, error: IMError) -> None:
        """Handle the end of attempts to connect."""

    def kicked(self) -> None:
        """Handle a login that replaced this device."""

    def sig_expired(self) -> None:
        """Handle the expiry of the UserSig."""


class Services(Struct, frozen=True):
    """The services, one for each part of the model."""

    connection: ConnectionEvents
    presence: PresenceService
    friend_requests: FriendRequests
    messaging: MessagingService
