"""Logging in and out."""

import secrets

from msgspec import structs

from imtui.protocol import identifiers
from imtui.protocol import messages as m
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.status import ChangedBy, UserStatus
from imtui.server.core.accounts.account import Account
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import CloseReason, DeviceChanged, UserSigUsed
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.accounts.login_policy import over_policy
from imtui.server.core.admins.admins import Admins
from imtui.server.core.caller import Claimant, Session
from imtui.server.core.console import Switch
from imtui.server.core.context import Context
from imtui.server.core.logins.registration import register
from imtui.server.core.logins.sessions import (
    close_session,
    end,
    forget_old_devices,
    kick_over_policy,
    notify_devices,
    open_session,
    record,
    self_devices,
)
from imtui.server.core.presence.recompute import recompute
from imtui.server.core.state import State
from imtui.server.core.subscriptions.part import Subscriptions
from imtui.server.instant import Instant


def login(context: Context, params: m.LoginParams) -> UserStatus:
    """Log in the caller's connection, and return the account's own status.

    If the same account is logged in already, nothing changes, passively or not; another account is
    logged out. If the same instance ID is connected elsewhere, the login takes it over with its
    login order. A login and the kicks that it causes are one change of the status.

    Raises:
        IMError: 6017 for an invalid ID or name; 70107 for an unknown account while accounts are
            not registered by their first login, and for the name of an admin; 7014 for too many
            passive logins; 6208 for resuming a login that was kicked or logged out, or would be
            kicked now. An earlier login on the connection stays.
    """
    state, now, claimant = context.state, context.now, context.caller
    assert isinstance(claimant, Claimant)
    accounts = state[Accounts]
    current = accounts.sessions.get(claimant.session_id)
    sig_id = claimant.proof.sig_id
    if current and current.user_id == params.user_id:
        current.sig_id = sig_id
        _note_user_sig(state, accounts[params.user_id], current)
        return accounts[params.user_id].own_status
    identifiers.check_user_id(params.user_id)
    instance_id = params.instance_id or secrets.token_hex(8)
    identifiers.check_instance_id(instance_id)
    params = structs.replace(
        params,
        instance_id=instance_id,
        device_name=identifiers.check_device_name(params.device_name),
    )
    account = accounts.get(params.user_id)
    if account is None and not _may_register(state, params.user_id):
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    if params.passive:
        _check_passive(state, params.user_id)
    elif account is not None:
        _check_admitted(state, account, params, now)
    # Before the earlier login ends: there may be no room for another account.
    account = account or register(context, params.user_id)
    if current is not None:
        end(state, current.session_id, CloseReason.LOGGED_OUT, now)
    state[Subscriptions].clearings.cancel(account.user_id)
    session = Session(
        claimant.session_id,
        account.user_id,
        ChangedBy(instance_id, params.device_name, params.platform),
        params.passive,
        sig_id,
        claimant.address,
    )
    if params.passive:
        open_session(state, session)
        notify_devices(state, account, session.session_id)
    else:
        _connect(state, account, session, params, now)
    return account.own_status


def logout(context: Context, params: m.Empty) -> m.LogoutResult:
    """Log out the caller's device, and return the account's own status."""
    account = context.state[Accounts].known(context.user_id)
    end(context.state, context.caller.session_id, CloseReason.LOGGED_OUT, context.now)
    return m.LogoutResult(account.own_status)


def heartbeat(context: Context, params: m.Empty) -> None:
    """Do nothing: edges watch for signs of life."""


def _may_register(state: State, user_id: str) -> bool:
    return state.console.auto_register is Switch.ON and state[Admins].may_be_account(user_id)


def _check_passive(state: State, user_id: str) -> None:
    """Check that an account may have one more passive login."""
    accounts, most = state[Accounts], state.console.passive_logins
    passive = sum(accounts.sessions[one].passive for one in accounts.sessions_of(user_id))
    if most and passive >= most:
        raise IMError(
            ErrorCode.ERR_SDK_INVALID_OPERATION, f"An account has at most {most} passive logins."
        )


def _check_admitted(state: State, account: Account, params: m.LoginParams, now: Instant) -> None:
    """Check that the login policy admits a device that resumes an earlier login."""
    device = account.devices.get(params.instance_id)
    if device is None or not _resumes(device, params):
        return
    if device.state in (DeviceState.LIVE, DeviceState.LOST):
        others = [other for other in account.connected_devices if other is not device]
        returning = structs.replace(device, platform=params.platform)
        if returning not in over_policy(state.console.login_policy, [*others, returning]):
            return
    if device.state is DeviceState.LOST:
        # Newer logins fill the limit: an automatic reconnect must not kick one that a user made.
        record(state, account, device, DeviceState.KICKED, now)
    raise IMError(
        ErrorCode.ERR_LOGIN_KICKED_OFF_BY_OTHER,
        "This device was kicked offline or logged out; log in anew.",
    )


def _resumes(device: Device, params: m.LoginParams) -> bool:
    return params.resume or device.state is DeviceState.LIVE


def _note_user_sig(state: State, account: Account, session: Session) -> None:
    """Note the UserSig of a session's device, so that a kick can revoke it."""
    instance_id, sig_id = session.device.instance_id, session.sig_id
    if session.passive or account.sig_ids.get(instance_id) == sig_id:
        return
    account.sig_ids[instance_id] = sig_id
    state.emit(UserSigUsed(account.key, instance_id, sig_id))


def _connect(
    state: State, account: Account, session: Session, params: m.LoginParams, now: Instant
) -> None:
    devices_before = self_devices(account)
    known = account.devices.get(params.instance_id)
    earlier = known if known is not None and _resumes(known, params) else None
    taken_over = account.live.pop(params.instance_id, None)
    if taken_over is not None:
        close_session(state, taken_over, CloseReason.TAKEN_OVER)
    device = Device(
        account.user_id,
        params.instance_id,
        params.platform,
        params.device_name,
        DeviceState.LIVE,
        earlier.login_order if earlier else state[Accounts].next_login_order(),
        earlier.login_time if earlier else now.unix_ms,
        now.unix_ms,
    )
    account.devices[device.instance_id] = device
    account.live[device.instance_id] = session.session_id
    open_session(state, session)
    state.emit(DeviceChanged(account.key, device))
    _note_user_sig(state, account, session)
    kick_over_policy(state, account, now)
    forget_old_devices(state, account)
    recompute(state, account, now, device.as_changed_by)
    # Other sessions are not notified if only the connection of a device changed.
    is_same = self_devices(account) == devices_before
    notify_devices(state, account, session.session_id if is_same else None)
