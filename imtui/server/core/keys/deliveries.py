"""Deliveries for changes of the app's keys."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.server.core.change import Change
from imtui.server.core.delivery import Deliver, KeysDelivery
from imtui.server.core.keys.changes import KeyRotated, KeysEnded
from imtui.server.core.state import State


def _keys_changed(state: State, change: KeyRotated | KeysEnded) -> Iterable[KeysDelivery]:
    yield KeysDelivery(change.key_ring)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {
    KeyRotated: _keys_changed,
    KeysEnded: _keys_changed,
}
