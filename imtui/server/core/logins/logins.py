"""Logging in and out, losing a connection, taking over, kicking."""

from dataclasses import dataclass

from msgspec import structs

from imtui.protocol import identifiers
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.limits import DEVICE_RECORDS_MAX
from imtui.protocol.messages import SelfDevice
from imtui.protocol.status import ChangedBy, Platform, UserStatus
from imtui.server.clock import Moment
from imtui.server.core.accounts.account import Account, Session
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.accounts.login_policy import over_policy
from imtui.server.core.app import App
from imtui.server.core.changes import (
    DeviceChanged,
    DeviceForgotten,
    OwnDevicesChanged,
    SessionKicked,
    SessionTakenOver,
)
from imtui.server.core.console import Switch
from imtui.server.core.logins.accounts import register
from imtui.server.core.presence.presence import settle
from imtui.server.core.subscriptions.subscriptions import await_clearing


@dataclass(frozen=True)
class Login:
    """Who wants to log in, the UserSig already checked."""

    user_id: str
    instance_id: str
    platform: Platform = Platform.LINUX
    device_name: str = ""
    passive: bool = False
    resume: bool = False
    user_sig: int = 0
    """A number that stands for the UserSig."""


def login(app: App, session_id: int, wish: Login, now: Moment) -> UserStatus:
    """Log a session in, and return the own status.

    The same account again succeeds and changes nothing, passively or not; another one logs the
    first out. The same instance ID elsewhere is taken over, with its place in the policy. A login
    and the kicks that it causes are one change.

    Raises:
        IMError: 6017 for an invalid ID or name; 70107 for an unknown account if accounts are not
            registered by their first login; 6208 for resuming what was kicked or logged out, or
            would be kicked now. Whoever was logged in on the session stays so.
    """
    current = app.sessions.get(session_id)
    if current and current.user_id == wish.user_id:
        return app.accounts[wish.user_id].own_status
    identifiers.check_user_id(wish.user_id)
    identifiers.check_instance_id(wish.instance_id)
    name = identifiers.check_device_name(wish.device_name)
    account = app.accounts.get(wish.user_id)
    if account is None and app.console.auto_register is Switch.OFF:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    if account is not None and not wish.passive:
        _check_admitted(app, account, wish, now)
    if current is not None:
        end(app, session_id, DeviceState.LOGGED_OUT, now)
    account = account or register(app, wish.user_id, now)
    app.clearings.cancel(account.user_id)
    named = ChangedBy(wish.instance_id, name, wish.platform)
    session = Session(
        session_id, account.user_id, named, wish.passive, now.monotonic, wish.user_sig
    )
    app.add_session(session)
    if wish.passive:
        app.changes.append(OwnDevicesChanged(account.user_id, session_id))
    else:
        _connect(app, account, session, wish, now)
    return account.own_status


def logout(app: App, session_id: int, now: Moment) -> None:
    """Log the device of a session out; the account's other devices stay as they are.

    Raises:
        IMError: 6014.
    """
    app.session(session_id)
    end(app, session_id, DeviceState.LOGGED_OUT, now)


def end(app: App, session_id: int, state: DeviceState, now: Moment) -> None:
    """End a session, if it is one, and leave its device in ``state``."""
    session = app.drop_session(session_id)
    if session is None:
        return
    account = app.accounts[session.user_id]
    if not session.passive:
        _disconnect(app, account, session.named.instance_id, state, now)
        settle(app, account, now, session.named)
        app.changes.append(OwnDevicesChanged(account.user_id))
    if account.user_id not in app.connected:
        await_clearing(app, account, now)


def enforce_policy(app: App, now: Moment) -> None:
    """Kick what the console's login policy does not admit any more."""
    for account in app.accounts.values():
        excess = over_policy(app.console.login_policy, account.connected_devices)
        if excess:
            for device in excess:
                _kick(app, account, device, now)
            settle(app, account, now)
            app.changes.append(OwnDevicesChanged(account.user_id))


def self_devices(account: Account) -> list[SelfDevice]:
    """Return the connected devices of an account, the earliest login first."""
    return [
        SelfDevice(device.instance_id, device.device_name, device.platform, device.login_time)
        for device in account.connected_devices
    ]


def _check_admitted(app: App, account: Account, wish: Login, now: Moment) -> None:
    """Check that a device that goes on with an earlier login has a place."""
    device = account.devices.get(wish.instance_id)
    if device is None or not _goes_on(device, wish):
        return
    if device.state in (DeviceState.LIVE, DeviceState.LOST):
        others = [other for other in account.connected_devices if other is not device]
        returning = structs.replace(device, platform=wish.platform)
        if returning not in over_policy(app.console.login_policy, [*others, returning]):
            return
    if device.state is DeviceState.LOST:
        # A newer login has its place: an automatic reconnect must not kick a person's choice.
        _record(app, account, device, DeviceState.KICKED, now)
        settle(app, account, now)
    raise IMError(
        ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER,
        "This device was kicked offline or logged out; log in anew.",
    )


def _goes_on(device: Device, wish: Login) -> bool:
    return wish.resume or device.state is DeviceState.LIVE


def _connect(app: App, account: Account, session: Session, wish: Login, now: Moment) -> None:
    devices_before = self_devices(account)
    known = account.devices.get(wish.instance_id)
    earlier = known if known is not None and _goes_on(known, wish) else None
    taken_over = account.live.pop(wish.instance_id, None)
    if taken_over is not None:
        app.drop_session(taken_over)
        app.changes.append(SessionTakenOver(taken_over))
    device = Device(
        account.user_id,
        wish.instance_id,
        wish.platform,
        session.named.device_name,
        DeviceState.LIVE,
        earlier.login_order if earlier else app.next_login_order(),
        earlier.login_time if earlier else now.unix_ms,
        now.unix_ms,
    )
    account.devices[device.instance_id] = device
    account.live[device.instance_id] = session.session_id
    app.changes.append(DeviceChanged(device))
    for excess in over_policy(app.console.login_policy, account.connected_devices):
        _kick(app, account, excess, now)
    _forget_old_devices(app, account)
    settle(app, account, now, device.named)
    # A connection that was only replaced is no news to the others.
    only = session.session_id if self_devices(account) == devices_before else None
    app.changes.append(OwnDevicesChanged(account.user_id, only))


def _kick(app: App, account: Account, device: Device, now: Moment) -> None:
    session_id = account.live[device.instance_id]
    app.drop_session(session_id)
    _disconnect(app, account, device.instance_id, DeviceState.KICKED, now)
    app.changes.append(SessionKicked(session_id))


def _disconnect(
    app: App, account: Account, instance_id: str, state: DeviceState, now: Moment
) -> None:
    del account.live[instance_id]
    _record(app, account, account.devices[instance_id], state, now)


def _record(app: App, account: Account, device: Device, state: DeviceState, now: Moment) -> None:
    changed = structs.replace(device, state=state, changed_at=now.unix_ms)
    account.devices[device.instance_id] = changed
    app.changes.append(DeviceChanged(changed))


def _forget_old_devices(app: App, account: Account) -> None:
    if len(account.devices) <= DEVICE_RECORDS_MAX:
        return
    gone = [device for device in account.devices.values() if device.state is not DeviceState.LIVE]
    # What logged out goes first: one that was lost may be all that makes the account OFFLINE.
    gone.sort(key=lambda device: (device.state is DeviceState.LOST, device.changed_at))
    for device in gone[: len(account.devices) - DEVICE_RECORDS_MAX]:
        del account.devices[device.instance_id]
        app.changes.append(DeviceForgotten(account.user_id, device.instance_id))
