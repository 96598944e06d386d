"""Makes the state from a stored app after a restart."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import structs

from imtui.protocol.proof import SigID
from imtui.server.core.accounts.account import Account, LeftAs
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.changes import AccountLeft, DeviceChanged
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.admins.admin import Admin
from imtui.server.core.admins.admins import Admins
from imtui.server.core.caller import Session
from imtui.server.core.friends.friends import Friends
from imtui.server.core.keys.keys import Keys
from imtui.server.core.keys.rotation import end_keys
from imtui.server.core.logins.absences import Absences, note_away
from imtui.server.core.logins.initial_friends import InitialFriends
from imtui.server.core.logins.registration import correct_revocations
from imtui.server.core.messages.conversation import Conversations
from imtui.server.core.messages.retention import Retention
from imtui.server.core.presence.status_ends import StatusEnds
from imtui.server.core.presence.watchers import WatchingSessions
from imtui.server.core.quotas import Quotas
from imtui.server.core.rates import Rates
from imtui.server.core.room import Disk, EndlessDisk, Room
from imtui.server.core.state import State, Timing
from imtui.server.core.stored import StoredApp, StoredStatus
from imtui.server.core.subscriptions.part import Subscriptions
from imtui.server.instant import Instant

_UNKNOWN_SIG: Final = SigID(b"", 0)
"""In place of a UserSig that an earlier version did not store."""


def restored(
    stored: StoredApp,
    now: Instant,
    timing: Timing,
    befriend: Callable[[str, str], bool] | None = None,
    disk: Disk | None = None,
    *,
    keeps_devices: bool = False,
) -> State:
    """Return the state after a restart.

    Nobody is connected yet. With ``keeps_devices`` those who were have some time to come back.
    """
    next_key = max((account.key for account in stored.accounts), default=0) + 1
    last_order = max((device.login_order for device in stored.devices), default=0)
    accounts = Accounts(next_key, last_order)
    state = State(
        stored.start,
        stored.console,
        timing,
        (
            Keys(stored.key_ring),
            Admins(),
            accounts,
            InitialFriends(befriend),
            Friends(),
            _conversations(stored),
            StatusEnds(),
            Absences(),
            Rates(),
            Quotas(),
            WatchingSessions(),
            Retention(stored.console.retention_days, now.monotonic),
            Room(disk or EndlessDisk()),
        ),
    )
    end_keys(state, now)
    _restore_admins(state[Admins], accounts, stored)
    _restore_accounts(state, accounts, stored, now, keeps_devices=keeps_devices)
    _restore_friends(state[Friends], accounts, stored)
    subscriptions = Subscriptions(
        (accounts[owner].user_id, accounts[member].user_id)
        for owner, member in stored.subscriptions
    )
    for owner in subscriptions.lists:
        subscriptions.clearings.set(owner, now.monotonic + timing.subscriptions_cleared_after)
    state.add_part(subscriptions)
    return state


def _restore_admins(admins: Admins, accounts: Accounts, stored: StoredApp) -> None:
    for known in stored.admins:
        if known.sigs_revoked_at:
            accounts.user_sigs.revoke(known.user_id, known.sigs_revoked_at, ())
        if known.role is not None:
            admins.put(Admin(known.user_id, known.role, known.since))


def _restore_accounts(
    state: State, accounts: Accounts, stored: StoredApp, now: Instant, *, keeps_devices: bool
) -> None:
    for known in stored.accounts:
        if known.sigs_revoked_at:
            accounts.user_sigs.revoke(known.user_id, known.sigs_revoked_at, known.sigs_revoked)
        if known.is_deleted:
            continue
        account = Account(known.key, known.user_id, known.registered_at, state.first_revision)
        account.subscriptions_cleared_at = known.subscriptions_cleared_at
        account.left_as = known.left_as
        if known.since:
            account.status = structs.replace(account.status, since=known.since)
        accounts.add(account)
    for device in stored.devices:
        account = accounts[device.user_id]
        # A device that was connected when the backend stopped is lost until it is back.
        if device.state is DeviceState.LIVE and not keeps_devices:
            device = structs.replace(device, state=DeviceState.LOST, changed_at=now.unix_ms)
            state.emit(DeviceChanged(account.key, device, was_connected=True))
            if account.left_as is not LeftAs.LOST or account.status.since != now.unix_ms:
                account.left_as = LeftAs.LOST
                account.status = structs.replace(account.status, since=now.unix_ms)
                state.emit(AccountLeft(account.key, LeftAs.LOST, now.unix_ms))
        account.devices[device.instance_id] = device
    for user_id, instance_id, sig_id in stored.sig_ids:
        accounts[user_id].sig_ids[instance_id] = sig_id
    if keeps_devices:
        _restore_sessions(state, accounts, stored.devices, now)
        _restore_statuses(state, accounts, stored.statuses)
    correct_revocations(state, now)
    for account in accounts:
        general = account.general_status
        accounts.set_status(account, structs.replace(account.status, status_type=general))


def _restore_sessions(
    state: State, accounts: Accounts, devices: Iterable[Device], now: Instant
) -> None:
    """Give each device that was connected a session that no edge has, until it is back."""
    live = (device for device in devices if device.state is DeviceState.LIVE)
    for session_id, device in enumerate(live, 1):
        account = accounts[device.user_id]
        sig_id = account.sig_ids.get(device.instance_id, _UNKNOWN_SIG)
        # Negative, as edges count upwards from 0.
        session = Session(-session_id, account.user_id, device.as_changed_by, False, sig_id)
        account.live[device.instance_id] = session.session_id
        accounts.add_session(session)
        note_away(state, (session.session_id,), now)


def _restore_statuses(state: State, accounts: Accounts, statuses: Iterable[StoredStatus]) -> None:
    for known in statuses:
        account = accounts[known.user_id]
        account.changed_by = known.changed_by
        account.status = structs.replace(account.status, revision=known.revision)
        if account.live:
            account.custom = known.custom
            ends = account.custom.standing.expires_at
            if ends is not None:
                state[StatusEnds].set(account.user_id, ends)
            account.status = structs.replace(
                account.status,
                custom_status=account.custom.standing.text,
                since=known.since,
                online_devices=account.platforms,
            )


def _restore_friends(friends: Friends, accounts: Accounts, stored: StoredApp) -> None:
    for owner, member, since in stored.friends:
        # Each account's own string, so that lists of IDs share it.
        friends.lists.append(accounts[owner].user_id, accounts[member].user_id, since)
    for owner, member, note in stored.friend_notes:
        friends.book.set_note(owner, member, note)
    for owner, name in stored.friend_groups:
        friends.book.make_group(owner, name)
    for owner, name, member in stored.grouped_friends:
        friends.book.put(owner, name, (member,))
    for request in stored.friend_requests:
        friends.requests.put(request)
    for owner, member, since in stored.blocked:
        friends.blocked.append(owner, member, since)
    for profile in stored.profiles:
        friends.profiles[profile.user_id] = profile


def _conversations(stored: StoredApp) -> Conversations:
    next_key = max((one.key for one in stored.conversations), default=0) + 1
    conversations = Conversations(next_key)
    for known in stored.conversations:
        members, known.members = known.members, []
        conversations.add(known)
        user_ids = [member.user_id for member in members]
        for member in members:
            peer = next((one for one in user_ids if one != member.user_id), "")
            conversations.add_member(known, member, peer)
    return conversations
