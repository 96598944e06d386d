"""The blocklist: users whose messages and friend requests a user does not get."""

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_some_user_ids
from imtui.protocol.messages import Empty, UserIDList, UserIDListParams
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.context import Context
from imtui.server.core.friends import friendships, hiding, requests
from imtui.server.core.friends.changes import BlackListAdded, BlackListDeleted
from imtui.server.core.friends.friends import Friends, emit


def add(context: Context, params: UserIDListParams) -> None:
    """Block users; friendships and friend requests with them end in both directions.

    Raises:
        IMError: 6017; 30001 for oneself; 30003 if all are unknown; 30013 for more than 1,000
            blocked users.
    """
    own, state = context.user_id, context.state
    unique = check_some_user_ids(params.user_id_list, limits.FRIENDSHIP_MAX_USERS)
    if own in unique:
        raise IMError(
            ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, "Users cannot block themselves."
        )
    found = state[Accounts].known_ids(unique)
    if not found:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    newcomers = [user_id for user_id in found if not state[Friends].blocked.has(own, user_id)]
    if len(newcomers) > room(context):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_BLACKLIST_LIMIT)
    block(context, newcomers)


def is_blocked(context: Context, user_id: str) -> bool:
    """Tell whether the caller blocks a user."""
    return context.state[Friends].blocked.has(context.user_id, user_id)


def room(context: Context) -> int:
    """Return how many more users the caller may block."""
    return limits.BLACK_LIST_MAX - len(context.state[Friends].blocked.members(context.user_id))


def block(context: Context, newcomers: list[str]) -> None:
    """Block accounts that are not blocked yet, and for which there is room."""
    if not newcomers:
        return
    own, state = context.user_id, context.state
    since = context.now.unix_ms // 1000
    for user_id in newcomers:
        state[Friends].blocked.append(own, user_id, since)
        requests.take(state, own, user_id)
        requests.take(state, user_id, own)
    if state.console.hides_from_blocked:
        hiding.hide_from(state, own, newcomers)
    emit(state, BlackListAdded(own, tuple(newcomers), since))
    friendships.remove(state, own, newcomers)
    friendships.remove_from_theirs(context, newcomers)


def delete(context: Context, params: UserIDListParams) -> None:
    """Unblock users; those that are not blocked are skipped.

    Raises:
        IMError: 6017.
    """
    unblock(context, check_some_user_ids(params.user_id_list, limits.FRIENDSHIP_MAX_USERS))


def unblock(context: Context, user_ids: list[str]) -> None:
    """Unblock users; those that are not blocked are skipped."""
    own, state = context.user_id, context.state
    friends = state[Friends]
    removed = [user_id for user_id in user_ids if friends.unblock(own, user_id)]
    if not removed:
        return
    if state.console.hides_from_blocked:
        hiding.hide_from(state, own, ())
    emit(state, BlackListDeleted(own, tuple(removed)))


def get_list(context: Context, params: Empty) -> UserIDList:
    """Return the users that the caller blocks, the earliest first."""
    return UserIDList(list(context.state[Friends].blocked.members(context.user_id)))


def get_times(context: Context) -> list[tuple[str, int]]:
    """Return the users that the caller blocks, and when each was blocked, in Unix seconds."""
    blocked, own = context.state[Friends].blocked, context.user_id
    return [(member, blocked.since(own, member)) for member in blocked.members(own)]
