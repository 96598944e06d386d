"""What the core gets back after a restart."""

from msgspec import Struct, field

from imtui.server.core.console import Console
from imtui.server.core.device import Device


class StoredAccount(Struct, frozen=True):
    """An account as it was stored."""

    user_id: str
    registered_at: int
    subscriptions_cleared_at: int | None = None


class StoredApp(Struct, frozen=True):
    """Everything that outlives a restart."""

    start: int
    """How often the backend was started, this time counted."""
    console: Console = field(default_factory=Console)
    accounts: list[StoredAccount] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    friends: list[tuple[str, str]] = field(default_factory=list)
    """Whose list, and who is on it."""
    subscriptions: list[tuple[str, str]] = field(default_factory=list)
    """Who subscribed to whom, the earliest first."""
