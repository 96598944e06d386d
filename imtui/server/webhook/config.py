"""The configuration of webhooks."""

from dataclasses import dataclass, field
from typing import Final

from imtui.protocol.rest.callback import AFTER_EVENTS, CallbackCommand

CALLBACK_TIMEOUT: Final = 2.0
RETRY_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
QUEUED_MAX: Final = 10_000
QUEUED_MAX_BYTES: Final = 16 * 1024 * 1024
END_GRACE: Final = 1.0


@dataclass(frozen=True)
class WebhookConfig:
    """The webhooks of an app."""

    url: str
    """``http://…`` or ``https://…``; it may have a query, but no user and password."""
    token: str = field(default="", repr=False)
    """Signs each request; empty for no signature."""
    commands: frozenset[CallbackCommand] = AFTER_EVENTS
    timeout: float = CALLBACK_TIMEOUT
    """How long a reply may take, in seconds."""
    retry_pauses: tuple[float, ...] = RETRY_PAUSES
    """How long to wait before each retry of a callback after an event, in seconds; the last one
    counts for all further retries."""
    queued_max: int = QUEUED_MAX
    """How many callbacks may wait to be sent."""
    queued_max_bytes: int = QUEUED_MAX_BYTES
    """The most bytes that their bodies may have together."""
    end_grace: float = END_GRACE
    """How long to go on sending callbacks when the backend stops, in seconds; those that are left
    are sent after its next start."""
