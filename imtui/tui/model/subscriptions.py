"""The subscriptions of the account, and a log of their changes."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from imtui.protocol.limits import SUBSCRIPTIONS_MAX
from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.safe_text import safe_text
from imtui.tui.model.person import names_or_count

_LOG_MAX: Final = 200

_WHY_REMOVED: Final = {
    SubscriptionReason.EVICTED: f"over {SUBSCRIPTIONS_MAX} subscriptions, so the earliest went:",
    SubscriptionReason.CLEARED: "subscriptions cleared by the backend:",
    SubscriptionReason.RESYNC: "no longer subscribed to since the connection was lost:",
}


class SubscriptionChange(Struct, frozen=True):
    """One change of the subscriptions."""

    at: int
    """The time in Unix milliseconds."""
    description: str


class SubscriptionList:
    """The subscriptions, in the order of eviction, and a log of their changes."""

    def __init__(self) -> None:
        """Start with an empty list."""
        self.user_ids: list[str] = []
        self.log: deque[SubscriptionChange] = deque(maxlen=_LOG_MAX)
        """The changes since the app started, the newest last."""

    def set_all(self, user_ids: Iterable[str]) -> None:
        """Replace the list."""
        self.user_ids = [safe_text(user_id) for user_id in user_ids]

    def apply_change(
        self, added: Iterable[str], removed: Iterable[str], reason: SubscriptionReason, now: int
    ) -> list[str]:
        """Apply a change, and return descriptions of it."""
        new, dropped = [safe_text(one) for one in added], {safe_text(one) for one in removed}
        earlier = set(self.user_ids)
        kept = [one for one in self.user_ids if one not in dropped and one not in new]
        self.user_ids = kept + new
        descriptions = []
        if really_new := [one for one in new if one not in earlier]:
            descriptions.append(f"subscribed to {names_or_count(really_new, 'user')}")
        if lost := sorted(dropped & earlier):
            words = _WHY_REMOVED.get(reason, "no longer subscribed to")
            descriptions.append(f"{words} {names_or_count(lost, 'user')}")
        self.log.extend(SubscriptionChange(now, words) for words in descriptions)
        return descriptions
