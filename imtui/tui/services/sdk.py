"""The protocol of an SDK, so that tests can replace it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from imtui.protocol.errors import IMError
from imtui.tui.model.launch import Identity
from imtui.tui.services.client import ChatClient
from imtui.tui.services.services import Services


class Retry(Protocol):
    """The retry policy for failed first logins."""

    def is_transient(self, error: IMError) -> bool:
        """Tell whether another attempt may help."""

    def next_delay(self) -> float:
        """Return the delay before the next attempt, in seconds."""

    def reset(self) -> None:
        """Reset the delays after a success."""


class Sdk(Protocol):
    """A factory of clients."""

    def client(
        self, identity: Identity, services: Services
    ) -> AbstractAsyncContextManager[ChatClient]:
        """Return a client whose events go to the services."""

    def retry(self) -> Retry:
        """Return the retry policy for failed first logins."""
