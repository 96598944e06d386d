"""Opens what sends callbacks to the app's own server, for as long as a backend runs."""

import logging
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from imtui.protocol.rest.callback import BEFORE_CALLBACKS
from imtui.server.core.console import OnFailure
from imtui.server.core.core import Core
from imtui.server.core.logins.administration import get_console
from imtui.server.instant import Instant
from imtui.server.metrics import Metrics
from imtui.server.node.data_dir import BackendError
from imtui.server.store.sqlite.store import SQLiteStore
from imtui.server.store.store import StoreError
from imtui.server.webhook.config import WebhookConfig
from imtui.server.webhook.request import OutgoingCallback

if TYPE_CHECKING:
    from imtui.server.callbacks.sender import Webhooks
    from imtui.server.edge.before_callbacks.callbacks import HTTPBeforeCallbacks

_log: Final = logging.getLogger(__name__)


async def open_webhooks(
    stack: AsyncExitStack,
    config: WebhookConfig | None,
    sdk_app_id: int,
    clock: Callable[[], Instant],
    store: SQLiteStore,
    metrics: Metrics,
) -> "Webhooks | None":
    """Return the sender of callbacks after events; None if no webhook is configured.

    Args:
        stack: Closes it.
        config: The receiver; None without one.
        sdk_app_id: The app.
        clock: Returns the current time.
        store: Has the callbacks that wait.
        metrics: Counts the callbacks.

    Raises:
        BackendError: The callbacks that wait cannot be read.
    """
    waiting = _waiting_callbacks(store)
    if config is None:
        if waiting:
            # They have contents of messages, which nobody may ever ask for.
            _log.warning("%d callbacks dropped: there is no --webhook now", len(waiting))
            store.forget_callbacks(callback.number for callback in waiting)
        return None
    from imtui.server.callbacks.sender import Webhooks

    webhooks = Webhooks(config, sdk_app_id, clock, store, metrics)
    webhooks.resume(waiting)
    stack.callback(_commit_last, store)
    return await stack.enter_async_context(webhooks)


async def open_before_callbacks(
    stack: AsyncExitStack,
    config: WebhookConfig | None,
    sdk_app_id: int,
    clock: Callable[[], Instant],
    core: Core,
) -> "HTTPBeforeCallbacks | None":
    """Return the callbacks before events; None if none is configured.

    Args:
        stack: Closes them.
        config: The receiver; None without one.
        sdk_app_id: The app.
        clock: Returns the current time.
        core: Has the console, which decides what a failure means.
    """
    if config is None or not config.commands & BEFORE_CALLBACKS:
        return None
    from imtui.server.edge.before_callbacks.callbacks import HTTPBeforeCallbacks

    def denies_on_failure() -> bool:
        console = get_console(core.admin(clock()))
        return console.before_callback_failure is OnFailure.DENY

    callbacks = HTTPBeforeCallbacks(config, sdk_app_id, clock, denies_on_failure)
    return await stack.enter_async_context(callbacks)


def _waiting_callbacks(store: SQLiteStore) -> list[OutgoingCallback]:
    try:
        return store.callbacks()
    except StoreError as error:
        raise BackendError(str(error)) from error


def _commit_last(store: SQLiteStore) -> None:
    """Commit the removal of the callbacks that were sent until the end."""
    try:
        store.commit()
    except StoreError as error:
        # They will be sent again.
        _log.error("%s", error)
