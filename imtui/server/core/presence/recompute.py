"""Computes the status of an account from its devices and custom status."""

from imtui.protocol.status import ChangedBy, UserStatus, UserStatusType
from imtui.server.core.accounts.account import Account
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.accounts.custom_status import CLEARED
from imtui.server.core.presence.changes import StatusChanged
from imtui.server.core.presence.status_ends import StatusEnds
from imtui.server.core.state import State
from imtui.server.instant import Instant


def recompute(
    state: State,
    account: Account,
    now: Instant,
    changed_by: ChangedBy | None = None,
    *,
    was_set: bool = False,
) -> None:
    """Update the status of an account, and emit a change of it.

    The custom status is cleared in the same change in which the account leaves ONLINE. If only
    the online devices or the end of the text change, or the same text is set again, only own
    devices are notified.

    Args:
        state: The state.
        account: The account.
        now: The current time.
        changed_by: The device that made the change; None if no device did.
        was_set: Whether to notify own devices even if nothing changed.
    """
    before = account.status
    ended_at = account.custom.standing.expires_at
    general = account.general_status
    is_online = general is UserStatusType.ONLINE
    account.custom = account.custom.at(now.unix_ms) if is_online else CLEARED
    standing, platforms = account.custom.standing, account.platforms
    _await_end(state, account.user_id, standing.expires_at)
    text_changed = standing.text != before.custom_status
    to_watchers = general is not before.status_type or text_changed
    if to_watchers or platforms != before.online_devices:
        since = before.since if general is before.status_type else now.unix_ms
        status = UserStatus(
            account.user_id, general, standing.text, platforms, since, state.next_revision()
        )
        state[Accounts].set_status(account, status)
    elif standing.expires_at == ended_at and not was_set:
        return
    account.changed_by = changed_by
    state.emit(
        StatusChanged(account.status, account.own_status, to_watchers, text_changed, account.custom)
    )


def _await_end(state: State, user_id: str, expires_at: int | None) -> None:
    ends = state[StatusEnds]
    if expires_at is None:
        ends.cancel(user_id)
    else:
        ends.set(user_id, expires_at)
