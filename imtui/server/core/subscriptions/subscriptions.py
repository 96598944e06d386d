"""Subscribing to the statuses of users, and how a subscription ends."""

from imtui.protocol import identifiers, limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.messages import Method, SubscriptionReason, Subscriptions
from imtui.server.clock import Moment
from imtui.server.core.accounts.account import Account
from imtui.server.core.app import App
from imtui.server.core.changes import SubscriptionsChanged


def subscribe(app: App, session_id: int, user_ids: list[str], now: Moment) -> None:
    """Subscribe a session's account to users, in the list's order; over 200 the earliest go.

    Raises:
        IMError: 6014; 6017, also for one's own ID; 7013; 72001; 7008; 70107 if none exists.
    """
    session = app.session(session_id)
    unique = identifiers.check_user_ids(user_ids, limits.SUBSCRIBE_MAX_USERS)
    if not unique:
        raise invalid_parameters("userIDList", "name at least one user")
    if session.user_id in unique:
        raise invalid_parameters("userIDList", "one's own changes need no subscription")
    app.console.check_user_status()
    app.rates.count(session.user_id, Method.SUBSCRIBE_USER_STATUS, now.monotonic)
    # Each account's own ID, not the request's copy of it, is what is kept.
    found = [app.accounts[user_id].user_id for user_id in unique if user_id in app.accounts]
    if not found:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    for user_id in found:
        app.subscriptions.append(session.user_id, user_id)
    _say(app, session.user_id, SubscriptionReason.SUBSCRIBED, now, added=found)
    members = list(app.subscriptions.members(session.user_id))
    remove(
        app,
        session.user_id,
        members[: -limits.SUBSCRIPTIONS_MAX],
        SubscriptionReason.EVICTED,
        now,
    )


def unsubscribe(app: App, session_id: int, user_ids: list[str] | None, now: Moment) -> None:
    """Unsubscribe a session's account from some users, or with no list from all.

    Raises:
        IMError: 6014, 6017, 7013, 72001, 7008.
    """
    session = app.session(session_id)
    unique = identifiers.check_user_ids(user_ids or [], limits.UNSUBSCRIBE_MAX_USERS)
    app.console.check_user_status()
    app.rates.count(session.user_id, Method.UNSUBSCRIBE_USER_STATUS, now.monotonic)
    members = dict.fromkeys(app.subscriptions.members(session.user_id))
    going = [user_id for user_id in unique or members if user_id in members]
    remove(app, session.user_id, going, SubscriptionReason.UNSUBSCRIBED, now)


def get_subscriptions(app: App, session_id: int) -> Subscriptions:
    """Return the subscriptions of a session's account, the next to be evicted first.

    Raises:
        IMError: 6014.
    """
    account = app.accounts[app.session(session_id).user_id]
    members = list(app.subscriptions.members(account.user_id))
    return Subscriptions(members, account.subscriptions_cleared_at)


def clear(app: App, user_id: str, now: Moment) -> None:
    """Clear the subscriptions of an account that has been away for long enough."""
    app.accounts[user_id].subscriptions_cleared_at = now.unix_ms
    remove(app, user_id, list(app.subscriptions.members(user_id)), SubscriptionReason.CLEARED, now)


def await_clearing(app: App, account: Account, now: Moment) -> None:
    """Let the subscriptions of an account that went away be cleared in a while."""
    if app.subscriptions.members(account.user_id):
        due = now.monotonic + app.timing.subscriptions_cleared_after
        app.clearings.set(account.user_id, due)


def remove(
    app: App, owner: str, members: list[str], reason: SubscriptionReason, now: Moment
) -> None:
    """Take members off the subscriptions of an account, and say why."""
    for member in members:
        app.subscriptions.remove(owner, member)
    if members:
        _say(app, owner, reason, now, removed=members)


def _say(
    app: App,
    owner: str,
    reason: SubscriptionReason,
    now: Moment,
    added: list[str] | None = None,
    removed: list[str] | None = None,
) -> None:
    app.changes.append(
        SubscriptionsChanged(owner, tuple(added or ()), tuple(removed or ()), reason, now.unix_ms)
    )
