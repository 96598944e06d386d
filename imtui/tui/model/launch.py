"""The parameters with which the app is started."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct


class JoinError(Exception):
    """There is no account to log in with; the message is one line with advice."""


class Identity(Struct, frozen=True):
    """The account and the backend to log in to."""

    url: str
    """One address, or several with commas."""
    sdk_app_id: int
    user_id: str
    user_sig: str | Callable[[], str]
    device_name: str
    instance_id: str
    state_dir: Path
    """A private folder for this account on this backend."""
    insecure: bool = False
    ca_file: str | None = None
    """The certificates to trust in place of the system's."""
    local: bool = False
    """Whether the backend is the embedded one of this machine."""
    revive: Callable[[], Awaitable[None]] | None = None
    """Restarts the embedded backend; awaited when the connection is lost."""
    first_subscriptions: tuple[str, ...] = ()
    """User IDs to subscribe to at the account's first start on this machine."""


class Launch(Struct, frozen=True):
    """The start parameters of the app."""

    join: Callable[[], Awaitable[Identity]]
    """Finds the account and the backend; awaited after the first paint.

    It raises ``IMError`` or ``JoinError``.
    """
    settings_file: Path
    """A TOML file, which may be missing."""
    ascii: bool = False
    """Draw with ASCII only."""
    log_file: Path | None = None
    """The file with the details of faults, if they are logged."""
