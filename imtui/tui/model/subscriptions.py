"""Whom the account subscribed to, and why somebody is no longer in that list."""

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
    """One change of the list."""

    at: int
    """When, in Unix milliseconds."""
    description: str


class SubscriptionList:
    """The list of subscriptions, the next to be evicted first, and what became of it."""

    def __init__(self) -> None:
        """Begin with an empty list."""
        self.user_ids: list[str] = []
        self.log: deque[SubscriptionChange] = deque(maxlen=_LOG_MAX)
        """What changed while the app ran, the newest last."""

    def set_all(self, user_ids: Iterable[str]) -> None:
        """Take the whole list."""
        self.user_ids = [safe_text(user_id) for user_id in user_ids]

    def apply_change(
        self, added: Iterable[str], removed: Iterable[str], reason: SubscriptionReason, now: int
    ) -> list[str]:
        """Take a change of the list, and return what to tell of it."""
        new, gone = [safe_text(one) for one in added], {safe_text(one) for one in removed}
        earlier = set(self.user_ids)
        kept = [one for one in self.user_ids if one not in gone and one not in new]
        self.user_ids = kept + new
        told = []
        if really_new := [one for one in new if one not in earlier]:
            told.append(f"subscribed to {names_or_count(really_new, 'user')}")
        if lost := sorted(gone & earlier):
            words = _WHY_REMOVED.get(reason, "no longer subscribed to")
            told.append(f"{words} {names_or_count(lost, 'user')}")
        self.log.extend(SubscriptionChange(now, words) for words in told)
        return told
