"""The callbacks before events, as they are configured at present."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from imtui.protocol.rest.callback import BEFORE_CALLBACKS
from imtui.server.instant import Instant
from imtui.server.webhook.config import WebhookConfig

if TYPE_CHECKING:
    from imtui.server.edge.before_callbacks.callbacks import HTTPBeforeCallbacks
    from imtui.server.edge.before_callbacks.request_checks import RequestChecks


class BeforeWebhooks:
    """Asks the app's own server before events, if it wants that; ``aclose`` ends it."""

    def __init__(self, sdk_app_id: int, clock: Callable[[], Instant]) -> None:
        """Start without a server to ask."""
        self._sdk_app_id = sdk_app_id
        self._clock = clock
        self._callbacks: HTTPBeforeCallbacks | None = None
        self._checks: RequestChecks | None = None
        self._asks = False
        self._denies_on_failure = False

    @property
    def callbacks(self) -> "HTTPBeforeCallbacks | None":
        """Return the callbacks before events; None if none is wanted."""
        return self._callbacks if self._asks else None

    @property
    def checks(self) -> "RequestChecks | None":
        """Return the checks of the requests of clients; None if none is wanted."""
        return self._checks if self._asks else None

    def adjust(self, config: WebhookConfig | None, *, denies_on_failure: bool) -> None:
        """Ask another server from now on, or none.

        Args:
            config: The server, and the callbacks that it wants; None for no server.
            denies_on_failure: Whether an event is denied if the server cannot be asked.
        """
        self._denies_on_failure = denies_on_failure
        self._asks = config is not None and bool(config.commands & BEFORE_CALLBACKS)
        if config is None or not self._asks:
            return
        if self._callbacks is not None:
            self._callbacks.adjust(config)
            return
        # Slow imports, which few apps need.
        from imtui.server.edge.before_callbacks.callbacks import HTTPBeforeCallbacks
        from imtui.server.edge.before_callbacks.request_checks import RequestChecks

        self._callbacks = HTTPBeforeCallbacks(
            config, self._sdk_app_id, self._clock, lambda: self._denies_on_failure
        )
        self._checks = RequestChecks(self._callbacks)

    async def aclose(self) -> None:
        """Close all connections to the server."""
        if self._callbacks is not None:
            await self._callbacks.aclose()
