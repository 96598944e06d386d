"""Deliveries for changes of the console."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.protocol.messages import Push
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.delivery import Deliver, Delivery, HeartbeatDelivery, push
from imtui.server.core.state import State


def _console(state: State, change: ConsoleChanged) -> Iterable[Delivery]:
    if "heartbeat_timeout" in change.changed:
        yield HeartbeatDelivery(change.console.heartbeat_timeout)
    if change.is_public:
        session_ids = tuple(state[Accounts].sessions)
        yield from push(session_ids, Push.CONSOLE_CHANGED, change.console.public, is_state=True)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {ConsoleChanged: _console}
