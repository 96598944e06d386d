"""Deliveries for changes of subscriptions."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.protocol import messages as m
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.delivery import Deliver, Delivery, push
from imtui.server.core.state import State
from imtui.server.core.subscriptions.changes import SubscriptionsChanged


def _changed(state: State, change: SubscriptionsChanged) -> Iterable[Delivery]:
    params = m.SubscriptionsChanged(list(change.added), list(change.removed), change.reason)
    session_ids = state[Accounts].sessions_of(change.user_id)
    return push(session_ids, m.Push.SUBSCRIPTIONS_CHANGED, params)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {SubscriptionsChanged: _changed}
