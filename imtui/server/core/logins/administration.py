"""Reading and changing the settings of the console."""

from collections.abc import Mapping
from typing import Any

from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.console import Console, ConsoleChanged
from imtui.server.core.context import Context
from imtui.server.core.friends.hiding import hide_or_show_all
from imtui.server.core.logins.sessions import kick_over_policy, notify_devices
from imtui.server.core.presence.recompute import recompute


def get_console(context: Context) -> Console:
    """Return the settings of the console."""
    return context.state.console


def set_console(context: Context, settings: Mapping[str, Any]) -> Console:
    """Change settings of the console, and return all of them.

    A stricter login policy kicks devices immediately.

    Raises:
        IMError: 70402 for an unknown setting or value; none is changed.
    """
    state = context.state
    before = state.console
    console = state.console = before.with_settings(settings)
    changed = {
        name: console.text_of(name)
        for name in settings
        if getattr(console, name) != getattr(before, name)
    }
    if console.hides_from_blocked is not before.hides_from_blocked:
        hide_or_show_all(state)
    state.emit(ConsoleChanged(console, console.public != before.public, changed))
    for account in state[Accounts]:
        if kick_over_policy(state, account, context.now):
            recompute(state, account, context.now)
            notify_devices(state, account)
    return console
