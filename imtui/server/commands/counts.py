"""What there is in the core, counted for monitors."""

from collections import Counter

from imtui.protocol.status import UserStatusType
from imtui.server.core.app import App
from imtui.server.metrics import Counts

_SHOWN = (UserStatusType.ONLINE, UserStatusType.OFFLINE, UserStatusType.UNLOGINED)


def counts(app: App) -> Counts:
    """Count what there is; it looks at every account."""
    statuses = Counter(account.status.status_type for account in app.accounts.values())
    return Counts(
        sessions=len(app.sessions),
        devices=sum(not session.passive for session in app.sessions.values()),
        accounts={status.name: statuses[status] for status in _SHOWN},
        subscriptions=sum(len(app.subscriptions.members(owner)) for owner in app.subscriptions),
        friendships=sum(len(app.friends.members(owner)) for owner in app.friends),
    )
