"""Opening and ending sessions, and the states of their devices."""

from collections.abc import Iterable
from typing import Final

from msgspec import structs

from imtui.protocol.limits import DEVICE_RECORDS_MAX
from imtui.protocol.messages import SelfDevice
from imtui.server.core.accounts.account import Account, LeftAs
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import (
    AccountLeft,
    CloseReason,
    DeviceChanged,
    DeviceForgotten,
    OwnDevicesChanged,
    SessionClosed,
    SessionOpened,
)
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.accounts.login_policy import over_policy
from imtui.server.core.caller import Session
from imtui.server.core.presence.recompute import recompute
from imtui.server.core.state import State
from imtui.server.core.subscriptions.subscribing import await_clearing
from imtui.server.instant import Instant

_DEVICE_STATES: Final = {
    CloseReason.LOST: DeviceState.LOST,
    CloseReason.SILENT: DeviceState.LOST,
    CloseReason.LOGGED_OUT: DeviceState.LOGGED_OUT,
    CloseReason.KICKED: DeviceState.KICKED,
}


def open_session(state: State, session: Session) -> None:
    """Add a session that has just logged in."""
    state[Accounts].add_session(session)
    state.emit(SessionOpened(session.session_id, session.user_id, session.device, session.passive))


def close_session(state: State, session_id: int, reason: CloseReason) -> Session | None:
    """Close a session without changing its device, and return it if there was one."""
    session = state[Accounts].drop_session(session_id)
    if session is not None:
        state.emit(SessionClosed(session_id, session.user_id, session.passive, reason))
    return session


def end(state: State, session_id: int, reason: CloseReason, now: Instant) -> None:
    """End a session if there is one, and disconnect its device."""
    session = close_session(state, session_id, reason)
    if session is None:
        return
    account = state[Accounts][session.user_id]
    if not session.passive:
        device = account.devices[session.device.instance_id]
        disconnect(state, account, [device], _DEVICE_STATES[reason], now)
        recompute(state, account, now, session.device)
        notify_devices(state, account)
    if account.user_id not in state[Accounts].connected:
        await_clearing(state, account.user_id, now)


def disconnect(
    state: State,
    account: Account,
    devices: Iterable[Device],
    new_state: DeviceState,
    now: Instant,
) -> None:
    """Disconnect devices of an account.

    If no connected device is left, how the last one left determines the account's status.
    """
    for device in devices:
        del account.live[device.instance_id]
        record(state, account, device, new_state, now)
    if not account.live:
        is_lost = new_state is DeviceState.LOST
        leave_as(state, account, LeftAs.LOST if is_lost else LeftAs.LOGGED_OUT, now)


def leave_as(state: State, account: Account, left_as: LeftAs, now: Instant) -> None:
    """Record how the last connected device of an account left."""
    account.left_as = left_as
    state.emit(AccountLeft(account.key, left_as, now.unix_ms))


def record(
    state: State, account: Account, device: Device, new_state: DeviceState, now: Instant
) -> None:
    """Record the new state of a device."""
    changed = structs.replace(device, state=new_state, changed_at=now.unix_ms)
    account.devices[device.instance_id] = changed
    state.emit(DeviceChanged(account.key, changed, device.state is DeviceState.LIVE))


def kick_over_policy(state: State, account: Account, now: Instant) -> bool:
    """Kick the devices that the login policy does not admit; tell whether there were any."""
    excess = over_policy(state.console.login_policy, account.connected_devices)
    if not excess:
        return False
    for device in excess:
        close_session(state, account.live[device.instance_id], CloseReason.KICKED)
    disconnect(state, account, excess, DeviceState.KICKED, now)
    return True


def notify_devices(state: State, account: Account, only_session: int | None = None) -> None:
    """Emit the connected devices of an account."""
    devices = tuple(self_devices(account))
    state.emit(OwnDevicesChanged(account.user_id, devices, only_session))


def self_devices(account: Account) -> list[SelfDevice]:
    """Return the connected devices of an account, the earliest login first."""
    return [
        SelfDevice(device.instance_id, device.device_name, device.platform, device.login_time)
        for device in account.connected_devices
    ]


def forget_old_devices(state: State, account: Account) -> None:
    """Drop the oldest records of disconnected devices if there are too many."""
    if len(account.devices) <= DEVICE_RECORDS_MAX:
        return
    old = [device for device in account.devices.values() if device.state is not DeviceState.LIVE]
    # Lost devices are dropped last, as they may still resume their logins.
    old.sort(key=lambda device: (device.state is DeviceState.LOST, device.changed_at))
    for device in old[: len(account.devices) - DEVICE_RECORDS_MAX]:
        del account.devices[device.instance_id]
        account.sig_ids.pop(device.instance_id, None)
        state.emit(DeviceForgotten(account.key, device.instance_id))
