"""Heartbeats, and the waits between them that can be cut short."""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable
from typing import Final

from websockets.exceptions import ConnectionClosed

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.sdk.failures import unanswered
from imtui.sdk.link.suspension import LATE

_INTERVAL_MIN: Final = 0.05


class Alarm:
    """A sleep that another task can end early."""

    def __init__(self) -> None:
        """Start without a sleeper."""
        self._ringing = asyncio.Event()

    def ring(self) -> None:
        """End the present sleep, if there is one."""
        self._ringing.set()

    async def sleep(self, seconds: float) -> None:
        """Return after some seconds, or when the alarm rings."""
        self._ringing.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ringing.wait()


async def keep_alive(
    heartbeat: Callable[[], Awaitable[None]], interval: float, alarm: Alarm
) -> IMError:
    """Send heartbeats until the connection turns out to be unusable, and return why.

    Args:
        heartbeat: Sends a heartbeat and returns when it is answered.
        interval: The seconds between heartbeats.
        alarm: Sleeps between heartbeats; the next one follows at once when it rings.
    """
    loop = asyncio.get_running_loop()
    interval = min(max(interval, _INTERVAL_MIN), limits.HEARTBEAT_INTERVAL_MAX)
    patience = limits.heartbeat_answer_timeout(interval)
    deadline = math.inf
    while True:
        # A late time-out shows that this process was stopped, not that the backend is silent.
        if loop.time() - deadline < LATE:
            await alarm.sleep(interval)
        deadline = loop.time() + patience
        try:
            async with asyncio.timeout_at(deadline):
                await heartbeat()
        except TimeoutError:
            if loop.time() - deadline < LATE:
                return unanswered()
        except ConnectionClosed:
            return unanswered()
        except IMError as error:
            if error.code == ErrorCode.ERR_SDK_NOT_LOGGED_IN:
                return IMError(
                    ErrorCode.ERR_SDK_NET_DISCONNECT, "The backend does not know this login."
                )
