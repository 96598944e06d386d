"""The backend, as the console reaches it."""

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
"""How long a client is used, in seconds; its UserSig is valid for longer."""


class Client(Protocol):
    """What the console needs of ``imtui.sdk.rest.RestClient``."""

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Carry out a command and return its whole answer, or raise ``IMError``."""


class Unreachable(Exception):
    """There is no backend to talk to; the message is one line that says what to do."""


Connect = Callable[[], Client]
"""Finds the backend and returns a client for it; it raises ``IMError`` or ``Unreachable``."""


class Connection:
    """Calls the backend, one call at a time.

    Answers therefore arrive in order. After a failure the next call looks for the backend
    again, as it may have restarted at another address.
    """

    def __init__(self, connect: Connect, clock: Clock) -> None:
        """Make a connection; the first call opens it."""
        self._connect = connect
        self._clock = clock
        self._client: Client | None = None
        self._made_at = 0.0
        self._turn = asyncio.Lock()
        self.calls = 0
        """How many commands were carried out."""

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Carry out a command and return its whole answer.

        Raises:
            IMError: The backend's refusal, or connection trouble.
            Unreachable: There is no backend.
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
