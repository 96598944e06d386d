"""Accounts, devices, subscriptions and the console in SQL."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.proof import SigID
from imtui.protocol.status import Platform
from imtui.server.core.accounts import changes as c
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.stored import StoredAccount
from imtui.server.core.subscriptions.changes import SubscriptionsChanged
from imtui.server.store.sql.erasing import MARK_ALL
from imtui.server.store.sql.statement import ACCOUNT, Statement, put

_PUT_REVOKED: Final = put("revoked_sigs", ("account", "digest"), ("expires_at",))
_PUT_SIG: Final = put("device_sigs", ("account", "instance_id"), ("digest", "expires_at"))
_PUT_DEVICE: Final = put(
    "devices",
    ("account", "instance_id"),
    ("platform", "device_name", "state", "login_order", "login_time", "changed_at"),
)


def load_accounts(rows: Callable[[str], list[Any]]) -> list[StoredAccount]:
    """Return all accounts, deleted ones included, by key."""
    sql = (
        "SELECT key, user_id, registered_at, left_as, since, subscriptions_cleared_at,"
        " sigs_revoked_at, deleted_at IS NOT NULL FROM accounts ORDER BY key"
    )
    revoked: defaultdict[int, list[SigID]] = defaultdict(list)
    for key, *sig_id in rows("SELECT account, digest, expires_at FROM revoked_sigs"):
        revoked[key].append(SigID(*sig_id))
    return [_account(row, revoked.get(row[0], [])) for row in rows(sql)]


def load_devices(rows: Callable[[str], list[Any]]) -> list[Device]:
    """Return all devices."""
    sql = (
        "SELECT a.user_id, d.instance_id, d.platform, d.device_name, d.state, d.login_order,"
        " d.login_time, d.changed_at FROM devices d JOIN accounts a ON a.key = d.account"
        " ORDER BY d.account, d.instance_id"
    )
    return [_device(row) for row in rows(sql)]


def load_sig_ids(rows: Callable[[str], list[Any]]) -> list[tuple[str, str, SigID]]:
    """Return the UserSig with which each device last logged in, with account and instance ID."""
    sql = (
        "SELECT a.user_id, s.instance_id, s.digest, s.expires_at"
        " FROM device_sigs s JOIN accounts a ON a.key = s.account"
    )
    return [(user_id, instance_id, SigID(*sig_id)) for user_id, instance_id, *sig_id in rows(sql)]


def load_subscriptions(rows: Callable[[str], list[Any]]) -> list[tuple[str, str]]:
    """Return the subscriptions as subscriber and target, the earliest first."""
    return rows(
        "SELECT o.user_id, t.user_id FROM subscriptions s JOIN accounts o ON o.key = s.owner"
        " JOIN accounts t ON t.key = s.target ORDER BY s.place"
    )


def _account(row: tuple[Any, ...], revoked: list[SigID]) -> StoredAccount:
    key, user_id, registered_at, left_as, since, cleared_at, revoked_at, is_deleted = row
    return StoredAccount(
        key,
        user_id,
        registered_at,
        LeftAs(left_as),
        since,
        cleared_at,
        revoked_at,
        tuple(revoked),
        bool(is_deleted),
    )


def _device(row: tuple[Any, ...]) -> Device:
    user_id, instance_id, platform, device_name, state, *numbers = row
    return Device(
        user_id, instance_id, Platform(platform), device_name, DeviceState(state), *numbers
    )


def _registered(change: c.AccountRegistered) -> list[Statement]:
    sql = "INSERT INTO accounts (key, user_id, registered_at) VALUES (?, ?, ?)"
    return [(sql, (change.key, change.user_id, change.registered_at))]


def _deleted(change: c.AccountDeleted) -> list[Statement]:
    # The row stays: messages that others keep refer to it.
    of_account = (
        "DELETE FROM devices WHERE account = ?",
        "DELETE FROM device_sigs WHERE account = ?",
        "DELETE FROM profiles WHERE account = ?",
        "DELETE FROM friend_groups WHERE owner = ?",
        MARK_ALL,
    )
    mark = "UPDATE accounts SET deleted_at = ?, subscriptions_cleared_at = NULL WHERE key = ?"
    return [*((sql, (change.key,)) for sql in of_account), (mark, (change.at, change.key))]


def _left(change: c.AccountLeft) -> list[Statement]:
    sql = "UPDATE accounts SET left_as = ?, since = ? WHERE key = ?"
    return [(sql, (change.left_as, change.at, change.key))]


def _revoked(change: c.UserSigsRevoked) -> list[Statement]:
    forget = "DELETE FROM revoked_sigs WHERE account = ? AND expires_at <= ?"
    revoke = "UPDATE accounts SET sigs_revoked_at = ? WHERE key = ? AND sigs_revoked_at < ?"
    return [
        (revoke, (change.second, change.key, change.second)),
        (forget, (change.key, change.second)),
        *((_PUT_REVOKED, (change.key, sig_id.digest, sig_id.expires_at)) for sig_id in change.used),
    ]


def _revocation_corrected(change: c.RevocationCorrected) -> list[Statement]:
    # Also the revocations of deleted accounts and of admins that had the same user ID.
    sql = "UPDATE {} SET sigs_revoked_at = ? WHERE user_id = ? AND sigs_revoked_at > ?"
    values = (change.second, change.user_id, change.second)
    return [(sql.format(table), values) for table in ("accounts", "admins")]


def _user_sig_used(change: c.UserSigUsed) -> list[Statement]:
    sig_id = change.sig_id
    return [(_PUT_SIG, (change.key, change.instance_id, sig_id.digest, sig_id.expires_at))]


def _device_changed(change: c.DeviceChanged) -> list[Statement]:
    _, *values = msgspec.structs.astuple(change.device)
    return [(_PUT_DEVICE, (change.key, *values))]


def _device_forgotten(change: c.DeviceForgotten) -> list[Statement]:
    device = (change.key, change.instance_id)
    return [
        ("DELETE FROM devices WHERE account = ? AND instance_id = ?", device),
        ("DELETE FROM device_sigs WHERE account = ? AND instance_id = ?", device),
    ]


def _subscriptions_changed(change: SubscriptionsChanged) -> list[Statement]:
    remove = f"DELETE FROM subscriptions WHERE owner = {ACCOUNT} AND target = {ACCOUNT}"
    add = f"INSERT INTO subscriptions (owner, target) VALUES ({ACCOUNT}, {ACCOUNT})"
    moved = (*change.removed, *change.added)
    statements: list[Statement] = [(remove, (change.user_id, user_id)) for user_id in moved]
    statements += [(add, (change.user_id, user_id)) for user_id in change.added]
    if change.reason is SubscriptionReason.CLEARED:
        cleared = f"UPDATE accounts SET subscriptions_cleared_at = ? WHERE key = {ACCOUNT}"
        statements.append((cleared, (change.at, change.user_id)))
    return statements


def _console_changed(change: ConsoleChanged) -> list[Statement]:
    return [("UPDATE app SET console = ?", (msgspec.json.encode(change.console).decode(),))]


STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    c.AccountRegistered: _registered,
    c.AccountDeleted: _deleted,
    c.AccountLeft: _left,
    c.UserSigsRevoked: _revoked,
    c.RevocationCorrected: _revocation_corrected,
    c.UserSigUsed: _user_sig_used,
    c.DeviceChanged: _device_changed,
    c.DeviceForgotten: _device_forgotten,
    SubscriptionsChanged: _subscriptions_changed,
    ConsoleChanged: _console_changed,
}
"""Functions that return the statements for each change."""
