"""The console's connection to the backend."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, Protocol

from imtui.tui.kit.clock import Clock

GET: Final = "imtui_console/get"
SET: Final = "imtui_console/set"
STATS: Final = "imtui_console/stats"
ACCOUNTS: Final = "imtui_console/accounts"
LOG: Final = "imtui_console/log"
KICK: Final = "im_open_login_svc/kick"

RENEW_AFTER: Final = 3600.0
"""The seconds after which a new client is made; a UserSig is valid for longer."""


class Client(Protocol):
    """The part of ``imtui.sdk.rest.RestClient`` that the console needs."""

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a command and return its whole answer, or raise ``IMError``."""


class Unreachable(Exception):
    """No backend can be found; the message is one line that says what to do."""


Connect = Callable[[], Client]
"""Finds the backend and returns a client for it; raises ``IMError`` or ``Unreachable``."""


class Connection:
    """Calls the backend, one call at a time.

    Answers therefore arrive in order. After a failure, the next call looks for the backend
    again: it may have restarted at another address.
    """

    def __init__(self, connect: Connect, clock: Clock) -> None:
        """Create a connection; the first call opens it."""
        self._connect = connect
        self._clock = clock
        self._client: Client | None = None
        self._made_at = 0.0
        self._turn = asyncio.Lock()
        self.calls = 0
        """The number of calls made."""

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Call a command and return its whole answer.

        Raises:
            IMError: The backend refused the command, or the connection failed.
            Unreachable: No backend can be found.
        """
        async with self._turn:
            client, self._client = self._client, None
            now = self._clock.monotonic()
            if client is None or now - self._made_at >= RENEW_AFTER:
                client, self._made_at = self._connect(), now
            self.calls += 1
            answer = await client.call(command, body)
            self._client = client
            return answer
