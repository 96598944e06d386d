"""What a block hides: to those whom an account has blocked, it is UNLOGINED."""

from collections.abc import Iterable

from msgspec import structs

from imtui.protocol.status import UserStatus, UserStatusType
from imtui.server.core.accounts.account import Account
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.friends.friends import Friends
from imtui.server.core.state import State


def is_hidden(state: State, user_id: str, watcher: str) -> bool:
    """Tell whether an account's status is hidden from a watcher, whom it has blocked."""
    return state.console.hides_from_blocked and state[Friends].blocked.has(user_id, watcher)


def status_for(state: State, watcher: str, account: Account) -> UserStatus:
    """Return the status of an account as a watcher is shown it."""
    if not is_hidden(state, account.user_id, watcher):
        return account.status
    friends, block = state[Friends], (account.user_id, watcher)
    return UserStatus(
        account.user_id,
        UserStatusType.UNLOGINED,
        since=friends.blocked.since(*block) * 1000,
        revision=friends.block_revisions.get(block, state.first_revision),
    )


def hide_from(state: State, user_id: str, watchers: Iterable[str]) -> None:
    """Raise the revision of an account as its status is hidden from watchers, or shown to them.

    The status that they are shown from now on is then newer than all that they were shown.
    """
    account, revision = state[Accounts][user_id], state.next_revision()
    account.status = structs.replace(account.status, revision=revision)
    for watcher in watchers:
        state[Friends].block_revisions[user_id, watcher] = revision


def hide_or_show_all(state: State) -> None:
    """Raise the revisions of all accounts that block others, as the switch was changed."""
    blocked = state[Friends].blocked
    for user_id in blocked:
        hide_from(state, user_id, blocked.members(user_id))
