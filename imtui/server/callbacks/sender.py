"""Tells the app's own server what has happened, without anybody waiting for it."""

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
from imtui.server.webhook.receiver import CallbackError, Letter, Receiver, letter_of
from imtui.server.webhook.troubles import Troubles

_LANES: Final = 4


class Webhooks:
    """The callbacks on what has happened: ``async with`` while the backend runs.

    What one user does is told in order, through one of a few lanes in each of which one request
    is under way. What is not taken is tried again a few times, and then dropped, as are the
    oldest when too many wait. An attempt that timed out may have arrived all the same: then the
    receiver is told twice, with the same EventTime.
    """

    def __init__(
        self,
        config: WebhookConfig,
        sdk_app_id: int,
        clock: Callable[[], Instant],
        metrics: Metrics | None = None,
    ) -> None:
        """Prepare what tells nothing yet.

        Args:
            config: Where callbacks go, and which.
            sdk_app_id: The app.
            clock: The present.
            metrics: Where it counts what became of them.
        """
        self._metrics = metrics or Metrics()
        self._config = config
        self._commands = config.commands & AFTER_EVENTS
        self._clock = clock
        self._ending = asyncio.Event()
        self._troubles = Troubles()
        self._receiver = Receiver(config, sdk_app_id, clock, connections=_LANES)
        most, most_bytes = config.queued_max // _LANES, config.queued_max_bytes // _LANES
        self._lanes = [Lane(most, most_bytes) for _ in range(_LANES)]

    @property
    def sent(self) -> int:
        """Return how many were taken by the receiver."""
        return self._metrics.callbacks_sent

    @property
    def dropped(self) -> int:
        """Return how many were not."""
        return self._metrics.callbacks_dropped

    @property
    def waiting(self) -> int:
        """Return how many wait to be sent."""
        return sum(map(len, self._lanes))

    async def __aenter__(self) -> Self:
        """Begin to send."""
        await self._receiver.__aenter__()
        self.working = asyncio.create_task(self._work())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Try to send what waits, for a moment, and end."""
        self._ending.set()
        for lane in self._lanes:
            lane.close()
        try:
            await asyncio.wait({self.working}, timeout=self._config.end_grace)
        finally:
            self.working.cancel()
            await asyncio.wait({self.working})
            for lane in self._lanes:
                for letter in lane.take_all():
                    self._drop(letter, "the backend ends")
            self._troubles.close()
            await self._receiver.__aexit__(kind, error, trace)

    def observe(self, changes: list[Change]) -> None:
        """Note what has happened; returns at once."""
        batch = Batch(changes, self._clock().unix_ms)
        for callback in callbacks_of(batch, self._commands):
            number = zlib.crc32(callback.user_id.encode()) % _LANES
            for letter in self._lanes[number].put(letter_of(callback)):
                self._drop(letter, "too many wait")

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(self._empty(lane))

    async def _empty(self, lane: Lane) -> None:
        while (letter := await lane.next()) is not None:
            try:
                await self._send(letter)
                self._metrics.callbacks_sent += 1
            except CallbackError as error:
                self._drop(letter, str(error))
            except asyncio.CancelledError:
                self._drop(letter, "the backend ends")
                raise

    async def _send(self, letter: Letter) -> None:
        for pause in self._config.retry_pauses:
            try:
                await self._receiver.post(letter)
                return
            except CallbackError as error:
                self._troubles.note(f"{letter.command}: {error}, to be tried again")
            if await self._ends_within(pause):
                break
        await self._receiver.post(letter)

    async def _ends_within(self, pause: float) -> bool:
        """Pause, but not beyond the end; tell whether it has come."""
        try:
            async with asyncio.timeout(pause):
                return await self._ending.wait()
        except TimeoutError:
            return False

    def _drop(self, letter: Letter, reason: str) -> None:
        self._metrics.callbacks_dropped += 1
        self._troubles.note(f"{letter.command} dropped: {reason}")
