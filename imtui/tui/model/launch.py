"""What the app is started with."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct


class JoinError(Exception):
    """The app has no account to log in with; the message is one line that says what to do."""


class Identity(Struct, frozen=True):
    """What the app logs in with."""

    url: str
    sdk_app_id: int
    user_id: str
    user_sig: str | Callable[[], str]
    device_name: str
    instance_id: str
    state_dir: Path
    """A private folder of this account on this backend."""
    insecure: bool = False
    local: bool = False
    """Whether the backend is this machine's embedded one."""
    revive: Callable[[], Awaitable[None]] | None = None
    """Brings the embedded backend up again; awaited when the connection is lost."""
    first_subscriptions: tuple[str, ...] = ()
    """Whom to subscribe to at the account's first start on this machine."""


class Launch(Struct, frozen=True):
    """What the app needs to begin."""

    join: Callable[[], Awaitable[Identity]]
    """Finds the account, and the backend; runs after the first paint.

    It raises ``IMError`` or ``JoinError``.
    """
    settings_file: Path
    """TOML; may be absent."""
    ascii: bool = False
    """Draw with ASCII only."""
    log_file: Path | None = None
    """Where the details of a fault are, if they are written down."""
