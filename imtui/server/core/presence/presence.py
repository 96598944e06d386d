"""What the devices and texts of an account make of its status, and who hears of a change."""

from collections.abc import Iterator

from msgspec import structs

from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType
from imtui.server.clock import Moment
from imtui.server.core.accounts.account import Account
from imtui.server.core.app import App
from imtui.server.core.changes import StatusChanged
from imtui.server.core.presence.custom_status import CLEARED
from imtui.server.core.relation import Relation, ShortRelation


def settle(
    app: App,
    account: Account,
    now: Moment,
    changed_by: ChangedBy | None = None,
    *,
    was_set: bool = False,
) -> None:
    """Bring the status of an account up to date, and say what changed.

    The custom status goes as the account leaves ONLINE, in the same change. A change of the
    online devices or of the text's end alone is told to own devices only, and so is setting a
    text that was there.

    Args:
        app: The app.
        account: Whose devices or texts changed.
        now: When.
        changed_by: The device that made the change, if one did.
        was_set: Own devices are told even if nothing changed.
    """
    before = account.status
    ended_at = account.custom.standing.expires_at
    general = account.general_status
    online = general is UserStatusType.ONLINE
    account.custom = account.custom.at(now.unix_ms) if online else CLEARED
    _watch_for_end(app, account)
    after = UserStatus(
        account.user_id,
        general,
        account.custom.standing.text,
        sorted({account.devices[instance_id].platform for instance_id in account.live}),
        before.since if general is before.status_type else now.unix_ms,
        before.revision,
    )
    same_end = account.custom.standing.expires_at == ended_at
    if after == before and same_end and not was_set:
        return
    to_watchers = (general, after.custom_status) != (before.status_type, before.custom_status)
    if after != before:
        account.status = structs.replace(after, revision=app.next_revision())
    account.changed_by = changed_by
    app.changes.append(StatusChanged(account.status, account.own_status, to_watchers))


def watchers(app: App, user_id: str) -> set[str]:
    """Return those of the connected accounts who are told of the user's changes."""
    told: set[str] = set()
    for lists in _lists_that_count(app):
        theirs = app.connected.keys() & lists.owners(user_id)
        if told:
            told |= theirs
        else:
            told = theirs
    return told


def is_watcher(app: App, watcher: str, user_id: str) -> bool:
    """Tell whether ``watcher`` is told of the user's changes."""
    return any(lists.has(watcher, user_id) for lists in _lists_that_count(app))


def _lists_that_count(app: App) -> Iterator[Relation | ShortRelation]:
    """Friends, while the console's switch is on; subscriptions, while edition and switch allow."""
    if app.console.tells_friends:
        yield app.friends
    if app.console.tells_subscribers:
        yield app.subscriptions


def _watch_for_end(app: App, account: Account) -> None:
    expires_at = account.custom.standing.expires_at
    if expires_at is None:
        app.ends.cancel(account.user_id)
    else:
        app.ends.set(account.user_id, expires_at)
