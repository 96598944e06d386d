"""An SDK as the login service sees it, so that tests can play one."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from imtui.protocol.errors import IMError
from imtui.tui.model.launch import Identity
from imtui.tui.services.client import ChatClient
from imtui.tui.services.services import Services


class Retry(Protocol):
    """The rule for first logins that fail."""

    def is_transient(self, error: IMError) -> bool:
        """Tell whether another attempt may help."""

    def next_delay(self) -> float:
        """Return the seconds until the next attempt."""

    def reset(self) -> None:
        """Start anew after a success."""


class Sdk(Protocol):
    """Makes clients."""

    def client(
        self, identity: Identity, services: Services
    ) -> AbstractAsyncContextManager[ChatClient]:
        """Return a client whose events go to the services."""

    def retry(self) -> Retry:
        """Return the rule for first logins that fail."""
