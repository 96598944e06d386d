"""Accounts, devices, subscriptions and the console in SQLite."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from imtui.protocol.messages import SubscriptionReason
from imtui.protocol.status import Platform
from imtui.server.core.accounts import changes as c
from imtui.server.core.accounts.account import LeftAs
from imtui.server.core.accounts.device import Device, DeviceState
from imtui.server.core.change import Change
from imtui.server.core.console import ConsoleChanged
from imtui.server.core.stored import StoredAccount
from imtui.server.core.subscriptions.changes import SubscriptionsChanged
from imtui.server.store.sqlite.statement import ACCOUNT, Statement


def load_accounts(rows: Callable[[str], list[Any]]) -> list[StoredAccount]:
    """Return all accounts, deleted ones included, by key."""
    sql = (
        "SELECT key, user_id, registered_at, left_as, since, subscriptions_cleared_at,"
        " sigs_revoked_at, sigs_used, deleted_at IS NOT NULL FROM accounts ORDER BY key"
    )
    return [_account(row) for row in rows(sql)]


def load_devices(rows: Callable[[str], list[Any]]) -> list[Device]:
    """Return all devices."""
    sql = (
        "SELECT a.user_id, d.instance_id, d.platform, d.device_name, d.state, d.login_order,"
        " d.login_time, d.changed_at FROM devices d JOIN accounts a ON a.key = d.account"
    )
    return [_device(row) for row in rows(sql)]


def load_subscriptions(rows: Callable[[str], list[Any]]) -> list[tuple[str, str]]:
    """Return the subscriptions as subscriber and target, the earliest first."""
    return rows(
        "SELECT o.user_id, t.user_id FROM subscriptions s JOIN accounts o ON o.key = s.owner"
        " JOIN accounts t ON t.key = s.target ORDER BY s.place"
    )


def _account(row: tuple[Any, ...]) -> StoredAccount:
    key, user_id, registered_at, left_as, since, cleared_at, revoked_at, used, is_deleted = row
    return StoredAccount(
        key,
        user_id,
        registered_at,
        LeftAs(left_as),
        since,
        cleared_at,
        revoked_at,
        msgspec.json.decode(used, type=frozenset[int]),
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
        "DELETE FROM profiles WHERE account = ?",
        "DELETE FROM friend_groups WHERE owner = ?",
    )
    mark = "UPDATE accounts SET deleted_at = ?, subscriptions_cleared_at = NULL WHERE key = ?"
    return [*((sql, (change.key,)) for sql in of_account), (mark, (change.at, change.key))]


def _left(change: c.AccountLeft) -> list[Statement]:
    sql = "UPDATE accounts SET left_as = ?, since = ? WHERE key = ?"
    return [(sql, (change.left_as, change.at, change.key))]


def _revoked(change: c.UserSigsRevoked) -> list[Statement]:
    sql = "UPDATE accounts SET sigs_revoked_at = ?, sigs_used = ? WHERE key = ?"
    used = msgspec.json.encode(change.used).decode()
    return [(sql, (change.second, used, change.key))]


def _device_changed(change: c.DeviceChanged) -> list[Statement]:
    _, *values = msgspec.structs.astuple(change.device)
    sql = "INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    return [(sql, (change.key, *values))]


def _device_forgotten(change: c.DeviceForgotten) -> list[Statement]:
    sql = "DELETE FROM devices WHERE account = ? AND instance_id = ?"
    return [(sql, (change.key, change.instance_id))]


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
    c.DeviceChanged: _device_changed,
    c.DeviceForgotten: _device_forgotten,
    SubscriptionsChanged: _subscriptions_changed,
    ConsoleChanged: _console_changed,
}
"""Functions that return the statements for each change."""
