"""A core whose changes become callbacks."""

from typing import Any

from imtui.protocol.rest.callback import AFTER_EVENTS, Callback, CallbackCommand
from imtui.protocol.status import Platform
from imtui.server.callbacks.callbacks import Batch, callbacks_of
from tests.server.core.world import World, instant


class Core(World):
    """A core in virtual time, and the callbacks on what it just did."""

    def callbacks(self) -> list[Callback]:
        """Return the callbacks on what changed since the last time."""
        return callbacks_of(Batch(self.take_changes(), self.now.unix_ms), AFTER_EVENTS)

    def one(self, command: CallbackCommand) -> dict[str, Any]:
        """Return the body of the one callback that there is."""
        (callback,) = self.callbacks()
        assert callback.command is command
        return dict(callback.body)

    def states(self) -> list[dict[str, Any]]:
        """Return the bodies of the callbacks on devices and custom statuses."""
        found = self.callbacks()
        return [dict(one.body) for one in found if one.command is CallbackCommand.STATE_CHANGE]


def make_core() -> Core:
    """Return a core to which alice and bob are connected, as sessions 1 and 2."""
    core = Core()
    core.login(1, "alice", "laptop")
    core.login(2, "bob", "phone", Platform.IPHONE)
    core.callbacks()
    return core


def state(action: str, reason: str, seconds: float, user_id: str = "alice") -> dict[str, Any]:
    """Return the body of a callback on a device."""
    info = {"Action": action, "To_Account": user_id, "Reason": reason}
    return {"Info": info, "EventTime": instant(seconds).unix_ms}
