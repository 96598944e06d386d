"""Deliveries for all changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from imtui.server.core.accounts.deliveries import DELIVERIES as ACCOUNTS
from imtui.server.core.admins.deliveries import DELIVERIES as ADMINS
from imtui.server.core.change import Change
from imtui.server.core.delivery import Deliver, Delivery
from imtui.server.core.friends.deliveries import DELIVERIES as FRIENDS
from imtui.server.core.friends.deliveries import merged
from imtui.server.core.keys.deliveries import DELIVERIES as KEYS
from imtui.server.core.logins.deliveries import DELIVERIES as LOGINS
from imtui.server.core.messages.deliveries import DELIVERIES as MESSAGES
from imtui.server.core.presence.deliveries import DELIVERIES as PRESENCE
from imtui.server.core.state import State
from imtui.server.core.subscriptions.deliveries import DELIVERIES as SUBSCRIPTIONS

_Tables = Iterable[Mapping[type[Change], Deliver]]


def _merge(tables: _Tables) -> dict[type[Change], tuple[Deliver, ...]]:
    found: defaultdict[type[Change], list[Deliver]] = defaultdict(list)
    for table in tables:
        for kind, deliver in table.items():
            found[kind].append(deliver)
    return {kind: tuple(each) for kind, each in found.items()}


# Presence is last: watchers forget statuses after the push about the ended subscription.
_DELIVERIES: Final = _merge(
    (KEYS, ADMINS, ACCOUNTS, LOGINS, SUBSCRIPTIONS, FRIENDS, MESSAGES, PRESENCE)
)


def deliveries(state: State, changes: Sequence[Change]) -> list[Delivery]:
    """Return the deliveries for some changes, in order; pure."""
    return [
        delivery
        for change in merged(changes)
        for deliver in _DELIVERIES.get(type(change), ())
        for delivery in deliver(state, change)
    ]
