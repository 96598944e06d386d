"""The services that take the events of the SDK."""

from typing import Protocol

from msgspec import Struct

from imtui.protocol.errors import IMError
from imtui.tui.services.friend_requests import FriendRequests
from imtui.tui.services.messaging_service import MessagingService
from imtui.tui.services.presence_service import PresenceService


class ConnectionEvents(Protocol):
    """Takes the events of the connection."""

    def connecting(self) -> None:
        """Handle the start of an attempt."""

    def request_sync(self) -> None:
        """Handle that the connection stands, or that more or less can be learned of others."""

    def lost(self, delay: float) -> None:
        """Handle the loss of the connection; the next attempt is due in ``delay`` seconds."""

    def refused(self, error: IMError) -> None:
        """Handle that there will be no further attempt."""

    def kicked(self) -> None:
        """Handle that another login took this device's place."""

    def sig_expired(self) -> None:
        """Handle that a new UserSig is needed."""


class Services(Struct, frozen=True):
    """One service for each part of the model."""

    connection: ConnectionEvents
    presence: PresenceService
    friend_requests: FriendRequests
    messaging: MessagingService
