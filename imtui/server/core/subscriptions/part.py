"""The state of subscriptions."""

from collections.abc import Iterable

from imtui.server.core.relation import ShortRelation
from imtui.server.deadlines import Deadlines


class Subscriptions:
    """The subscriptions of all accounts, and when to clear them."""

    def __init__(self, stored: Iterable[tuple[str, str]] = ()) -> None:
        """Start with pairs of subscriber and target, the earliest first."""
        self.lists = ShortRelation()
        for owner, member in stored:
            self.lists.append(owner, member)
        self.clearings: Deadlines[str] = Deadlines()
        """When to clear the subscriptions of an account, in monotonic seconds."""
