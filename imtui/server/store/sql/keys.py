"""The keys of the app in SQL."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from imtui.protocol.app_key import DEFAULT_SDK_APP_ID, AppKey, KeyRing, SecretKey
from imtui.server.core.change import Change
from imtui.server.core.keys.changes import KeyRotated, KeysEnded
from imtui.server.store.sql.statement import Statement

_ADD: Final = "INSERT INTO app_keys (id, sdk_app_id, secret_key, since) VALUES (?, ?, ?, ?)"
_END_AT: Final = "UPDATE app_keys SET until = ? WHERE id = ?"
_ERASE: Final = "DELETE FROM app_keys WHERE id = ?"


def load_key_ring(rows: Callable[[str], list[Any]]) -> KeyRing:
    """Return the app's keys; of the default app and without keys if it has none yet."""
    sql = "SELECT sdk_app_id, id, secret_key, since, until FROM app_keys ORDER BY id DESC"
    found = rows(sql)
    sdk_app_id = found[0][0] if found else DEFAULT_SDK_APP_ID
    return KeyRing(sdk_app_id, tuple(SecretKey(*values) for _, *values in found))


def first_key(key: AppKey) -> Statement:
    """Return the statement that adds the first key of an app; it may have been made long before."""
    return _ADD, (1, key.sdk_app_id, key.secret_key, 0)


def _rotated(change: KeyRotated) -> list[Statement]:
    ring = change.key_ring
    added, *earlier = ring.keys
    return [
        (_ADD, (added.key_id, ring.sdk_app_id, added.secret_key, added.since)),
        *((_END_AT, (key.until, key.key_id)) for key in earlier),
        *((_ERASE, (key_id,)) for key_id in change.ended),
    ]


def _ended(change: KeysEnded) -> list[Statement]:
    return [(_ERASE, (key_id,)) for key_id in change.ended]


STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    KeyRotated: _rotated,
    KeysEnded: _ended,
}
"""Functions that return the statements for each change."""
