"""Sends callbacks after events to the app's own server, in the background."""

import asyncio
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from imtui.protocol.rest.callback import AFTER_EVENTS
from imtui.server.callbacks.callbacks import Batch, callbacks_of
from imtui.server.callbacks.lane import Lane
from imtui.server.core.change import Change
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.receiver import (
    CallbackError,
    CallbackRequest,
    Receiver,
    encode_callback,
)
from imtui.server.webhook.throttled_warnings import ThrottledWarnings

_LANES: Final = 4


class Webhooks:
    """Sends the callbacks after events; an async context manager, open while the backend runs.

    The callbacks of one user are sent in order: each user belongs to one of a few lanes, and each
    lane has one request under way. A callback that the receiver does not accept is retried a few
    times, then dropped; when too many wait, the oldest are dropped. A request that timed out may
    have arrived: then the receiver gets the callback twice, with the same EventTime.
    """

    def __init__(
        self,
        config: WebhookConfig,
        sdk_app_id: int,
        clock: Callable[[], Instant],
        metrics: Metrics | None = None,
    ) -> None:
        """Prepare to send; nothing is sent before the context is entered.

        Args:
            config: The receiver, and the callbacks that it wants.
            sdk_app_id: The app.
            clock: Returns the current time.
            metrics: Counts the callbacks that are sent and dropped.
        """
        self._metrics = metrics or Metrics()
        self._config = config
        self._commands = config.commands & AFTER_EVENTS
        self._clock = clock
        self._ending = asyncio.Event()
        self._warnings = ThrottledWarnings()
        self._receiver = Receiver(config, sdk_app_id, clock, connections=_LANES)
        most, most_bytes = config.queued_max // _LANES, config.queued_max_bytes // _LANES
        self._lanes = [Lane(most, most_bytes) for _ in range(_LANES)]

    @property
    def sent(self) -> int:
        """Return how many callbacks the receiver accepted."""
        return self._metrics.callbacks_sent

    @property
    def dropped(self) -> int:
        """Return how many callbacks were dropped."""
        return self._metrics.callbacks_dropped

    @property
    def waiting(self) -> int:
        """Return how many callbacks wait to be sent."""
        return sum(map(len, self._lanes))

    async def __aenter__(self) -> Self:
        """Start sending."""
        await self._receiver.__aenter__()
        self.working = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Go on sending for a short time, then drop what is left."""
        self._ending.set()
        for lane in self._lanes:
            lane.close()
        try:
            await asyncio.wait({self.working}, timeout=self._config.end_grace)
        finally:
            self.working.cancel()
            await asyncio.wait({self.working})
            for lane in self._lanes:
                for request in lane.take_all():
                    self._drop(request, "the backend ends")
            self._warnings.close()
            await self._receiver.__aexit__(kind, error, trace)

    def observe(self, changes: list[Change]) -> None:
        """Queue the callbacks for some changes; returns at once."""
        batch = Batch(changes, self._clock().unix_ms)
        for callback in callbacks_of(batch, self._commands):
            number = zlib.crc32(callback.user_id.encode()) % _LANES
            for dropped in self._lanes[number].put(encode_callback(callback)):
                self._drop(dropped, "too many wait")

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(self._empty(lane))

    async def _empty(self, lane: Lane) -> None:
        while (request := await lane.next()) is not None:
            try:
                await self._send(request)
                self._metrics.callbacks_sent += 1
            except CallbackError as error:
                self._drop(request, str(error))
            except asyncio.CancelledError:
                self._drop(request, "the backend ends")
                raise

    async def _send(self, request: CallbackRequest) -> None:
        for pause in self._config.retry_pauses:
            try:
                await self._receiver.post(request)
                return
            except CallbackError as error:
                self._warnings.warn(f"{request.command}: {error}; will retry")
            if await self._ends_within(pause):
                break
        await self._receiver.post(request)

    async def _ends_within(self, pause: float) -> bool:
        """Wait for ``pause`` seconds or until the end; tell whether the end has come."""
        try:
            async with asyncio.timeout(pause):
                return await self._ending.wait()
        except TimeoutError:
            return False

    def _drop(self, request: CallbackRequest, reason: str) -> None:
        self._metrics.callbacks_dropped += 1
        self._warnings.warn(f"{request.command} dropped: {reason}")
