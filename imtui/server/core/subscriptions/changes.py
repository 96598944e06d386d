"""Changes of subscriptions."""

from imtui.protocol.messages import SubscriptionReason
from imtui.server.core.change import Change


class SubscriptionsChanged(Change, frozen=True, gc=False):
    """The subscriptions of an account changed."""

    user_id: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    reason: SubscriptionReason
    at: int
    """In Unix milliseconds."""
