"""How a client connects."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from msgspec import Struct

from imtui.protocol.errors import IMError
from imtui.protocol.jsonrpc import Incoming
from imtui.sdk.link.connection import Connection
from imtui.sdk.link.route import Route


class Opener(Protocol):
    """Opens a connection to the backend."""

    def __call__(self, on_push: Callable[[Incoming], IMError | None]) -> Awaitable[Connection]:
        """Connect, or raise an IMError; the connection calls ``on_push`` with each push."""


class LinkOptions(Struct, frozen=True):
    """The options that all sessions of a client share."""

    open: Opener
    timeout: float
    """How long a call, or an attempt to connect and log in, may take, in seconds."""
    route: Route
    """Where to connect next, and when."""
    wall_clock: Callable[[], float]
    """Returns Unix seconds."""
    instance_id: Callable[[], str]
    """Returns the ID of this device, which stays the same while an account is open."""
