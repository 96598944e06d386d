"""Sends callbacks after events to the app's own server, in the background."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final, Self

from imtui.protocol.rest.callback import AFTER_EVENTS
from imtui.server.callbacks.callbacks import Batch, callbacks_of, contents_gone, message_contents
from imtui.server.callbacks.queue import CallbackQueue
from imtui.server.core.change import Change
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.receiver import CallbackError, Receiver
from imtui.server.webhook.request import CallbackRows, OutgoingCallback, encode_callback
from imtui.server.webhook.throttled_warnings import ThrottledWarnings

_AT_ONCE: Final = 4
_YIELD: Final = 0.02
"""How long a durable callback waits, in seconds, so that the answers and pushes go first."""


class Webhooks:
    """Sends the callbacks after events; an async context manager, open while the backend runs.

    Each callback is stored with the change that it is about, sent once that is durable, and
    removed when the receiver has accepted it; so the receiver gets it at least once, with the same
    EventID each time. The callbacks of one user are sent in order. Only when too many wait, the
    oldest are dropped.
    """

    def __init__(
        self,
        config: WebhookConfig,
        sdk_app_id: int,
        clock: Callable[[], Instant],
        rows: CallbackRows,
        metrics: Metrics | None = None,
    ) -> None:
        """Prepare to send; nothing is sent before the context is entered.

        Args:
            config: The receiver, and the callbacks that it wants.
            sdk_app_id: The app.
            clock: Returns the current time.
            rows: Stores the callbacks that wait.
            metrics: Counts the callbacks that are sent and dropped.
        """
        self._metrics = metrics or Metrics()
        self._config = config
        self._commands = config.commands & AFTER_EVENTS
        self._clock = clock
        self._rows = rows
        self._queue = CallbackQueue(config.queued_max, config.queued_max_bytes)
        self._last_number = 0
        self._run_id = secrets.token_hex(8)
        """Part of the event IDs, as the numbers begin anew when nothing waits at a start."""
        self._failures: dict[str, int] = {}
        """How often the first callback of a user has failed."""
        self._more = asyncio.Event()
        """Set when there may be callbacks to send."""
        self._ending = asyncio.Event()
        self._release_soon: asyncio.TimerHandle | None = None
        self._warnings = ThrottledWarnings()
        self._receiver = Receiver(config, sdk_app_id, clock, connections=_AT_ONCE)
        self.on_sent: Callable[[], None] = lambda: None
        """Called when a removal waits for a commit, which nobody waits for."""

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
        """Return how many callbacks wait, those that are being sent included."""
        return len(self._queue)

    async def __aenter__(self) -> Self:
        """Start sending."""
        self.start()
        return self

    def start(self) -> None:
        """Start sending; whoever does not enter the context has to exit it nonetheless."""
        self.working = asyncio.create_task(self._work())

    def adjust(self, config: WebhookConfig | None) -> None:
        """Send what waits and what is to come to another receiver, with other callbacks.

        Args:
            config: The receiver; with None, nothing is sent or queued any more, and what waits is
                dropped: it may have contents of messages, which nobody may ever ask for.
        """
        self._commands = frozenset() if config is None else config.commands & AFTER_EVENTS
        if config is not None:
            self._config = config
            self._receiver.adjust(config)
        for callback in self._queue.take_out(self._is_unwanted):
            self._drop(callback, "not wanted any more")
        self._more.set()

    def _is_unwanted(self, callback: OutgoingCallback) -> bool:
        return callback.request.command not in self._commands

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Go on sending for a short time; what is left stays stored."""
        self._ending.set()
        if self._release_soon is not None:
            self._release_soon.cancel()
            self._release()
        self._more.set()
        try:
            await asyncio.wait({self.working}, timeout=self._config.end_grace)
        finally:
            self.working.cancel()
            await asyncio.wait({self.working})
            self._warnings.close()
            await self._receiver.aclose()

    def resume(self, callbacks: Iterable[OutgoingCallback]) -> None:
        """Queue the callbacks that were stored before the start, the oldest first."""
        for callback in callbacks:
            self._last_number = callback.number
            if callback.request.command in self._commands:
                self._put(callback)
            else:
                self._drop(callback, "not wanted any more")
        self._queue.committed()

    def observe(self, changes: list[Change], client_ip: str = "") -> None:
        """Queue and store the callbacks for some changes; returns at once.

        Args:
            changes: The changes of one call.
            client_ip: The address of whoever made them; empty if unknown.
        """
        self._forget_contents(contents_gone(changes))
        batch = Batch(changes, self._clock().unix_ms)
        for made in callbacks_of(batch, self._commands):
            self._last_number += 1
            event_id = f"{self._run_id}-{self._last_number}"
            request = encode_callback(made, event_id, client_ip)
            number, contents = self._last_number, made.contents_key
            callback = OutgoingCallback(number, made.user_id, request, contents)
            self._rows.queue_callbacks([callback])
            self._put(callback)

    def forget_messages(self, erased: Iterable[tuple[int, int]]) -> None:
        """Drop the callbacks with the contents of messages, given their conversations and seqs."""
        self._forget_contents(message_contents(*one) for one in erased)

    def committed(self) -> None:
        """Send the callbacks that are durable now, in a moment."""
        self._queue.committed()
        if self._ending.is_set():
            self._more.set()
        elif self._release_soon is None and self.waiting:
            self._release_soon = asyncio.get_running_loop().call_later(_YIELD, self._release)

    def _forget_contents(self, contents_keys: Iterable[str]) -> None:
        for contents_key in contents_keys:
            if (callback := self._queue.forget_contents(contents_key)) is not None:
                self._drop(callback, "its contents were erased or replaced")

    def _release(self) -> None:
        self._release_soon = None
        self._more.set()

    def _put(self, callback: OutgoingCallback) -> None:
        for dropped in self._queue.put(callback):
            self._drop(dropped, "too many wait")

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(self._send_all())

    async def _send_all(self) -> None:
        """Send one callback after the other, slowly while none is accepted."""
        failures = 0
        while (callback := await self._next()) is not None:
            if await self._send(callback):
                failures = 0
                continue
            failures += 1
            # One user's callback may be at fault; more failures are the receiver's.
            if failures > 1:
                await _wait(self._ending, self._pause(failures - 1))

    async def _next(self) -> OutgoingCallback | None:
        """Wait for a callback to send; None at the end, if none can be sent at once."""
        while True:
            now = self._now()
            callback = self._queue.take(now)
            if callback is not None or self._ending.is_set():
                return callback
            self._more.clear()
            due = self._queue.next_due()
            await _wait(self._more, None if due is None else max(due - now, 0.0))

    async def _send(self, callback: OutgoingCallback) -> bool:
        """Send a callback, and tell whether it was accepted; if not, it waits to be retried."""
        user_id = callback.user_id
        try:
            await self._receiver.post(callback.request)
        except CallbackError as error:
            failures = self._failures[user_id] = self._failures.get(user_id, 0) + 1
            self._warnings.warn(f"{callback.request.command}: {error}; will retry")
            self._queue.retry(callback, self._now() + self._pause(failures))
            # Others may wait for a later end of a pause.
            self._more.set()
            return False
        self._failures.pop(user_id, None)
        self._metrics.callbacks_sent += 1
        self._queue.sent(callback)
        self._forget(callback)
        return True

    def _pause(self, failures: int) -> float:
        pauses = self._config.retry_pauses
        return pauses[min(failures, len(pauses)) - 1]

    def _drop(self, callback: OutgoingCallback, reason: str) -> None:
        self._failures.pop(callback.user_id, None)
        self._metrics.callbacks_dropped += 1
        self._warnings.warn(f"{callback.request.command} dropped: {reason}")
        self._forget(callback)

    def _forget(self, callback: OutgoingCallback) -> None:
        self._rows.forget_callbacks([callback.number])
        self.on_sent()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    """Wait for an event, at most so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
