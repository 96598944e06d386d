"""The callbacks to the app's own server, which follow the settings of the console."""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final, Self

from imtui.protocol.rest.callback import AFTER_EVENTS
from imtui.server.core.change import Change
from imtui.server.core.console import Console, ConsoleChanged, OnFailure
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics
from imtui.server.node.before_webhooks import BeforeWebhooks
from imtui.server.store.store import Store, StoreError
from imtui.server.webhook.config import WebhookConfig

if TYPE_CHECKING:
    from imtui.server.callbacks.sender import Webhooks

_SETTINGS: Final = frozenset(
    {"webhook_url", "webhook_token", "webhook_commands", "before_callback_failure"}
)

_log: Final = logging.getLogger(__name__)


def webhook_config(console: Console) -> WebhookConfig | None:
    """Return the receiver of callbacks; None if the console names none."""
    if not console.webhook_url:
        return None
    commands = frozenset(console.webhook_commands) or AFTER_EVENTS
    return WebhookConfig(console.webhook_url, console.webhook_token, commands)


class AppWebhooks:
    """Sends the callbacks that the console asks for, while the backend runs."""

    def __init__(
        self,
        sdk_app_id: int,
        clock: Callable[[], Instant],
        store: Store,
        metrics: Metrics,
    ) -> None:
        """Prepare; ``open`` starts.

        Args:
            sdk_app_id: The app.
            clock: Returns the current time.
            store: Has the callbacks that wait.
            metrics: Counts the callbacks.
        """
        self._sdk_app_id = sdk_app_id
        self._clock = clock
        self._store = store
        self._metrics = metrics
        self._stack = AsyncExitStack()
        self._console = Console()
        self._after: Webhooks | None = None
        self.before = BeforeWebhooks(sdk_app_id, clock)
        self.on_sent: Callable[[], None] = lambda: None
        """Called when a removal waits for a commit, which nobody waits for."""

    async def __aenter__(self) -> Self:
        """Return this; ``open`` starts sending."""
        self._stack.push_async_callback(self.before.aclose)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Go on sending for a short time; what is left stays stored."""
        await self._stack.aclose()

    def open(self, console: Console) -> None:
        """Start with what waits in the store.

        Raises:
            StoreError: It cannot be read.
        """
        self._console = console
        waiting = self._store.callbacks()
        config = webhook_config(console)
        if config is not None:
            self._sender(config).resume(waiting)
        elif waiting:
            # They have contents of messages, which nobody may ever ask for.
            _log.warning("%d callbacks dropped: there is no webhook_url now", len(waiting))
            self._store.forget_callbacks(callback.number for callback in waiting)
        self._adjust_before(config)

    def console_changed(self, change: ConsoleChanged) -> None:
        """Follow the console."""
        if not _SETTINGS.isdisjoint(change.changed):
            self._adjust(change.console)

    def observe(self, changes: list[Change], client_ip: str = "") -> None:
        """Queue the callbacks for some changes; returns at once."""
        if self._after is not None:
            self._after.observe(changes, client_ip)

    def committed(self) -> None:
        """Send the callbacks that are durable now, in a moment."""
        if self._after is not None:
            self._after.committed()

    def _adjust(self, console: Console) -> None:
        self._console = console
        config = webhook_config(console)
        if self._after is not None:
            self._after.adjust(config)
        elif config is not None:
            self._sender(config)
        self._adjust_before(config)

    def _sender(self, config: WebhookConfig) -> "Webhooks":
        from imtui.server.callbacks.sender import Webhooks

        sender = Webhooks(config, self._sdk_app_id, self._clock, self._store, self._metrics)
        sender.on_sent = lambda: self.on_sent()
        sender.start()
        self._store.on_erased = sender.forget_messages
        self._stack.callback(self._commit_last)
        self._stack.push_async_exit(sender)
        self._after = sender
        return sender

    def _adjust_before(self, config: WebhookConfig | None) -> None:
        denies = self._console.before_callback_failure is OnFailure.DENY
        self.before.adjust(config, denies_on_failure=denies)

    def _commit_last(self) -> None:
        """Commit the removal of the callbacks that were sent until the end."""
        try:
            self._store.commit()
        except StoreError as error:
            # They will be sent again.
            _log.error("%s", error)
