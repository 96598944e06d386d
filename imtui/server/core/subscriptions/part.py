"""Who subscribed to whom."""

from collections.abc import Iterable

from imtui.server.core.relation import ShortRelation
from imtui.server.deadlines import Deadlines


class Subscriptions:
    """The subscriptions of all accounts, and when they are to be cleared."""

    def __init__(self, stored: Iterable[tuple[str, str]] = ()) -> None:
        """Start with who subscribed to whom, the earliest first."""
        self.lists = ShortRelation()
        for owner, member in stored:
            self.lists.append(owner, member)
        self.clearings: Deadlines[str] = Deadlines()
        """When the subscriptions of an account are cleared, in monotonic seconds."""
