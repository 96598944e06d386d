"""How the app is started."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


class JoinError(Exception):
    """The app has no account to log in with; the message is one line that says what to do."""


@dataclass(frozen=True)
class Account:
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


@dataclass(frozen=True)
class Launch:
    """What the app needs to begin."""

    join: Callable[[], Awaitable[Account]]
    """Finds the account, and the backend; runs after the first paint.

    It raises ``IMError`` or ``JoinError``.
    """
    settings_file: Path
    """TOML; may be absent."""
    ascii: bool = False
    """Draw with ASCII only."""


def run(launch: Launch) -> int:
    """Run the app in this terminal until the person leaves, and return the exit status.

    It is 0, or 1 after an error was told in one line on standard error.
    """
    if not (
        sys.__stdin__ and sys.__stdin__.isatty() and sys.__stderr__ and sys.__stderr__.isatty()
    ):
        print("imtui: the app needs a terminal; try `imtui status` in scripts.", file=sys.stderr)
        return 1
    import asyncio

    from imtui.tui.app import attend

    failure = asyncio.run(attend(launch))
    if failure:
        print(f"imtui: {failure}", file=sys.stderr)
    return 1 if failure else 0
