"""Deliveries for changes of accounts, devices and sessions."""

from collections.abc import Iterable, Mapping
from typing import Final

from imtui.protocol import messages as m
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import (
    CloseReason,
    OwnDevicesChanged,
    SessionClosed,
    SessionOpened,
)
from imtui.server.core.change import Change
from imtui.server.core.delivery import CloseDelivery, Deliver, Delivery, LoginDelivery, push
from imtui.server.core.state import State


def _opened(state: State, change: SessionOpened) -> Iterable[Delivery]:
    return (LoginDelivery(change.session_id, change.user_id, change.device.platform),)


def _closed(state: State, change: SessionClosed) -> Iterable[Delivery]:
    session_id = change.session_id
    if change.reason is CloseReason.KICKED:
        yield from push((session_id,), m.Push.KICKED_OFFLINE, m.Empty())
    yield LoginDelivery(session_id, "")
    if change.reason is CloseReason.TAKEN_OVER:
        yield CloseDelivery(session_id, m.CloseCode.TAKEN_OVER, "taken over by another login")


def _own_devices(state: State, change: OwnDevicesChanged) -> Iterable[Delivery]:
    only = change.only_session
    session_ids = state[Accounts].sessions_of(change.user_id) if only is None else (only,)
    devices = m.SelfDevices(list(change.devices))
    return push(session_ids, m.Push.SELF_DEVICES_CHANGED, devices, is_state=True)


DELIVERIES: Final[Mapping[type[Change], Deliver]] = {
    SessionOpened: _opened,
    SessionClosed: _closed,
    OwnDevicesChanged: _own_devices,
}
