"""Subscribing to the statuses of users, and ending subscriptions."""

from imtui.protocol import identifiers, limits
from imtui.protocol import messages as m
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.messages import Method, SubscriptionReason
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.context import Context
from imtui.server.core.rates import Rates
from imtui.server.core.state import State
from imtui.server.core.subscriptions.changes import SubscriptionsChanged
from imtui.server.core.subscriptions.part import Subscriptions
from imtui.server.instant import Instant


def subscribe(context: Context, params: m.UserIDListParams) -> None:
    """Subscribe the caller's account to users, in order; beyond 200 the earliest are evicted.

    Raises:
        IMError: 6017, also for one's own ID; 7013; 72001; 7008; 70107 if none of them exists.
    """
    own, state = context.user_id, context.state
    unique = identifiers.check_user_ids(params.user_id_list, limits.SUBSCRIBE_MAX_USERS)
    if not unique:
        raise invalid_parameters("userIDList", "name at least one user")
    if own in unique:
        raise invalid_parameters("userIDList", "one's own changes need no subscription")
    state.console.check_user_status()
    state[Rates].count(own, Method.SUBSCRIBE_USER_STATUS, context.now.monotonic)
    found = state[Accounts].known_ids(unique)
    if not found:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    lists = state[Subscriptions].lists
    for user_id in found:
        lists.append(own, user_id)
    _emit(state, own, SubscriptionReason.SUBSCRIBED, context.now, added=found)
    evicted = list(lists.members(own))[: -limits.SUBSCRIPTIONS_MAX]
    remove(state, own, evicted, SubscriptionReason.EVICTED, context.now)


def unsubscribe(context: Context, params: m.UnsubscribeParams) -> None:
    """Unsubscribe the caller's account from some users; without a list, from all.

    Raises:
        IMError: 6017, 7013, 72001, 7008.
    """
    own, state = context.user_id, context.state
    unique = identifiers.check_user_ids(params.user_id_list or [], limits.UNSUBSCRIBE_MAX_USERS)
    state.console.check_user_status()
    state[Rates].count(own, Method.UNSUBSCRIBE_USER_STATUS, context.now.monotonic)
    members = dict.fromkeys(state[Subscriptions].lists.members(own))
    removed = [user_id for user_id in unique or members if user_id in members]
    remove(state, own, removed, SubscriptionReason.UNSUBSCRIBED, context.now)


def get_subscriptions(context: Context, params: m.Empty) -> m.Subscriptions:
    """Return the subscriptions of the caller's account, the next to be evicted first."""
    account = context.state[Accounts].known(context.user_id)
    members = list(context.state[Subscriptions].lists.members(account.user_id))
    return m.Subscriptions(members, account.subscriptions_cleared_at)


def get_subscribers(context: Context) -> list[str]:
    """Return the subscribers of the caller's account, sorted."""
    return sorted(context.state[Subscriptions].lists.owners(context.user_id))


def clear(state: State, user_id: str, now: Instant) -> None:
    """Clear the subscriptions of an account whose deadline has passed."""
    state[Accounts][user_id].subscriptions_cleared_at = now.unix_ms
    members = list(state[Subscriptions].lists.members(user_id))
    remove(state, user_id, members, SubscriptionReason.CLEARED, now)


def await_clearing(state: State, user_id: str, now: Instant) -> None:
    """Set the deadline for clearing the subscriptions of an account without sessions."""
    part = state[Subscriptions]
    if part.lists.members(user_id):
        part.clearings.set(user_id, now.monotonic + state.timing.subscriptions_cleared_after)


def remove(
    state: State, owner: str, members: list[str], reason: SubscriptionReason, now: Instant
) -> None:
    """Remove members from the subscriptions of an account, and emit the change."""
    lists = state[Subscriptions].lists
    for member in members:
        lists.remove(owner, member)
    if members:
        _emit(state, owner, reason, now, removed=members)


def remove_all(context: Context) -> None:
    """Remove all subscriptions of the caller's account, and those of others to it."""
    own, lists = context.user_id, context.state[Subscriptions].lists
    for owner in [own, *lists.owners(own)]:
        members = list(lists.members(own)) if owner == own else [own]
        remove(context.state, owner, members, SubscriptionReason.UNSUBSCRIBED, context.now)
    context.state[Subscriptions].clearings.cancel(own)


def _emit(
    state: State,
    owner: str,
    reason: SubscriptionReason,
    now: Instant,
    added: list[str] | None = None,
    removed: list[str] | None = None,
) -> None:
    state.emit(
        SubscriptionsChanged(owner, tuple(added or ()), tuple(removed or ()), reason, now.unix_ms)
    )
