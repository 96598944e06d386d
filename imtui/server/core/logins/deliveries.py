"""Deliveries for changes of the console."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.protocol.messages import Push
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.delivery import Deliver, Delivery, push
from imtui.server.core.state import State


def _console(state: State, change: ConsoleChanged) -> Iterable[Delivery]:
    if not change.is_public:
        return ()
    session_ids = tuple(state[Accounts].sessions)
    return push(session_ids, Push.CONSOLE_CHANGED, change.console.public, is_state=True)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {ConsoleChanged: _console}
