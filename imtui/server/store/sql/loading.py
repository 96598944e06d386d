"""Loads everything that outlives a restart, and has the statements of all changes, in SQL."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from imtui.server.core.change import Change
from imtui.server.core.console import Console
from imtui.server.core.stored import StoredApp
from imtui.server.store.sql import accounts, admins, erasing, friends, keys, messages, statuses
from imtui.server.store.sql.statement import Statement

STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    **accounts.STATEMENTS,
    **admins.STATEMENTS,
    **erasing.STATEMENTS,
    **friends.STATEMENTS,
    **keys.STATEMENTS,
    **messages.STATEMENTS,
}
"""Functions that return the statements for each change."""


def load_app(rows: Callable[[str], list[Any]]) -> StoredApp:
    """Return everything that was stored, given a function that executes a query.

    Raises:
        ValueError: What was read is malformed; IndexError if the app is missing.
    """
    start, console = rows("SELECT start, console FROM app")[0]
    return StoredApp(
        start=start,
        console=msgspec.json.decode(console, type=Console),
        key_ring=keys.load_key_ring(rows),
        admins=admins.load_admins(rows),
        accounts=accounts.load_accounts(rows),
        devices=accounts.load_devices(rows),
        statuses=statuses.load_statuses(rows),
        sig_ids=accounts.load_sig_ids(rows),
        **friends.load(rows),
        subscriptions=accounts.load_subscriptions(rows),
        conversations=messages.load(rows),
    )
