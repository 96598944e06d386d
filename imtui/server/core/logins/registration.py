"""Registering, kicking and deleting accounts."""

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_profile_text, check_user_id
from imtui.server.core.accounts.account import Account, LeftAs
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import (
    AccountDeleted,
    AccountRegistered,
    CloseReason,
    RevocationCorrected,
    SessionClosed,
    UserSigsRevoked,
)
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.admins.admins import Admins
from imtui.server.core.context import Context
from imtui.server.core.friends import deletion as friends_deletion
from imtui.server.core.friends import friendships, profiles
from imtui.server.core.logins.initial_friends import InitialFriends
from imtui.server.core.logins.sessions import leave_as, notify_devices, record
from imtui.server.core.messages import listing
from imtui.server.core.presence.recompute import recompute
from imtui.server.core.presence.status_ends import StatusEnds
from imtui.server.core.room import Room
from imtui.server.core.state import State
from imtui.server.core.subscriptions import subscribing
from imtui.server.instant import Instant


def is_registered(context: Context, user_id: str) -> bool:
    """Tell whether an account exists."""
    return user_id in context.state[Accounts]


def register(context: Context, user_id: str) -> Account:
    """Register a new account with its initial friends.

    Raises:
        IMError: 70402 for the name of an admin; 70500 while the disk is full but for a small
            reserve.
    """
    if not context.state[Admins].may_be_account(user_id):
        raise IMError(
            ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS, f"{user_id} is the name of an admin."
        )
    context.state[Room].check_for_account()
    state, at = context.state, context.now.unix_ms
    accounts = state[Accounts]
    account = Account(accounts.next_key(), user_id, at, state.next_revision())
    accounts.add(account)
    state.emit(AccountRegistered(account.key, user_id, at))
    for other in state[InitialFriends].friends_of(user_id, accounts):
        friendships.befriend(state, user_id, other, at)
    return account


def import_account(
    context: Context, user_id: str, nick_name: str | None, face_url: str | None
) -> None:
    """Register an account if it does not exist, and set the given fields of its profile.

    Raises:
        IMError: 6017 for an invalid ID or text; 40601 for a text of more than 500 bytes; 70402 for
            the name of an admin.
    """
    check_user_id(user_id, "UserID")
    given = {"nick_name": nick_name, "face_url": face_url}
    fields = {
        name: check_profile_text(text, name) for name, text in given.items() if text is not None
    }
    if user_id not in context.state[Accounts]:
        register(context, user_id)
    profiles.change(context.acting_for(user_id), **fields)


def kick(context: Context, user_id: str) -> None:
    """End all logins of an account, and revoke its UserSigs that were made until now, or used.

    Lost devices cannot resume their logins either.

    Raises:
        IMError: 70107 if there is no such account.
    """
    state = context.state
    account = state[Accounts].known(user_id)
    _revoke_user_sigs(context, account)
    _end_all(context, account)


def delete(context: Context, user_id: str) -> None:
    """Delete an account, its data, and the entries of others that refer to it.

    Others keep their messages. If the user ID is registered again, it is another account.

    Raises:
        IMError: 70107 if there is no such account.
    """
    state, own = context.state, context.acting_for(user_id)
    account = state[Accounts].known(user_id)
    kick(context, user_id)
    friends_deletion.remove_all(own)
    listing.leave_all(own)
    subscribing.remove_all(own)
    state[StatusEnds].cancel(user_id)
    state[Accounts].drop(user_id)
    state.emit(AccountDeleted(account.key, user_id, context.now.unix_ms))


def correct_revocations(state: State, now: Instant) -> None:
    """Let revocations of UserSigs that lie far ahead count from now on."""
    second = now.unix_ms // 1000
    for user_id in state[Accounts].user_sigs.correct(second):
        state.emit(RevocationCorrected(user_id, second))


def _revoke_user_sigs(context: Context, account: Account) -> None:
    accounts, second = context.state[Accounts], context.now.unix_ms // 1000
    correct_revocations(context.state, context.now)
    sessions = [accounts.sessions[one] for one in accounts.sessions_of(account.user_id)]
    found = [session.sig_id for session in sessions]
    found += [
        account.sig_ids[device.instance_id]
        for device in account.devices.values()
        if device.state in (DeviceState.LIVE, DeviceState.LOST)
        and device.instance_id in account.sig_ids
    ]
    used = tuple(dict.fromkeys(found))
    accounts.user_sigs.revoke(account.user_id, second, used)
    context.state.emit(UserSigsRevoked(account.key, second, used))


def _end_all(context: Context, account: Account) -> None:
    state, now = context.state, context.now
    sessions = state[Accounts].drop_sessions_of(account.user_id)
    for session in sessions:
        state.emit(
            SessionClosed(session.session_id, session.user_id, session.passive, CloseReason.KICKED)
        )
    was_online = bool(account.live)
    account.live.clear()
    if sessions:
        subscribing.await_clearing(state, account.user_id, now)
    for device in list(account.devices.values()):
        if device.state in (DeviceState.LIVE, DeviceState.LOST):
            record(state, account, device, DeviceState.KICKED, now)
    if was_online or account.left_as is LeftAs.LOST:
        leave_as(state, account, LeftAs.LOGGED_OUT, now)
    recompute(state, account, now)
    notify_devices(state, account)
