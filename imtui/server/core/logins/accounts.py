"""Accounts: registering and deleting them, and ending all their logins."""

from msgspec import structs

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.identifiers import check_profile_text, check_user_id
from imtui.protocol.messages import SubscriptionReason
from imtui.server.clock import Moment
from imtui.server.core.accounts.account import Account
from imtui.server.core.accounts.device import DeviceState
from imtui.server.core.app import App
from imtui.server.core.changes import (
    AccountDeleted,
    AccountRegistered,
    BlackListDeleted,
    DeviceChanged,
    OwnDevicesChanged,
    SessionKicked,
    UserSigsRevoked,
)
from imtui.server.core.friends import applications, friendships, profiles
from imtui.server.core.messages import conversations
from imtui.server.core.presence.presence import settle
from imtui.server.core.subscriptions import subscriptions


def register(app: App, user_id: str, now: Moment) -> Account:
    """Make an account that there is not yet, with the friends that it has from the start."""
    app.changes.append(AccountRegistered(user_id, now.unix_ms))
    account = app.new_account(user_id, now.unix_ms)
    if app.befriend is not None:
        for other in list(app.accounts):
            if other != user_id and app.befriend(user_id, other):
                friendships.befriend(app, user_id, other, now.unix_ms)
    return account


def import_account(
    app: App, user_id: str, nick_name: str | None, face_url: str | None, now: Moment
) -> None:
    """Register an account if there is none, and set what is given of its profile.

    Raises:
        IMError: 6017 for an invalid ID or text; 40601 for a text of more than 500 bytes.
    """
    check_user_id(user_id, "UserID")
    given = {"nick_name": nick_name, "face_url": face_url}
    fields = {
        name: check_profile_text(text, name) for name, text in given.items() if text is not None
    }
    if user_id not in app.accounts:
        register(app, user_id, now)
    profiles.change(app, user_id, **fields)


def kick(app: App, user_id: str, now: Moment) -> None:
    """End all logins of an account, and revoke the UserSigs that were made until now.

    A device that was lost cannot go on with its login either.

    Raises:
        IMError: 70107 if there is no such account.
    """
    account = _account(app, user_id)
    second = now.unix_ms // 1000
    used = frozenset(app.sessions[session].user_sig for session in app.sessions_of(user_id))
    used = app.user_sigs.revoke(user_id, second, used)
    app.changes.append(UserSigsRevoked(user_id, second, used))
    _end_all(app, account, now)


def delete(app: App, user_id: str, now: Moment) -> None:
    """Delete an account with all that it has and all that others have of it.

    What others read of what it wrote they keep; whoever registers under the ID later finds
    nothing of it.

    Raises:
        IMError: 70107 if there is no such account.
    """
    # What can fail comes first: nothing is half deleted.
    leaving = [
        (conversation, app.archive.count_visible(user_id, peer))
        for peer, conversation in app.conversations.of(user_id)
    ]
    kick(app, user_id, now)
    _end_friendships(app, user_id)
    for conversation, going in leaving:
        conversations.leave(app, conversation, user_id, going)
    for owner in [user_id, *app.subscriptions.owners(user_id)]:
        members = list(app.subscriptions.members(user_id)) if owner == user_id else [user_id]
        subscriptions.remove(app, owner, members, SubscriptionReason.UNSUBSCRIBED, now)
    app.clearings.cancel(user_id)
    app.ends.cancel(user_id)
    app.profiles.pop(user_id, None)
    app.drop_account(user_id)
    app.changes.append(AccountDeleted(user_id, now.unix_ms))


def _end_friendships(app: App, user_id: str) -> None:
    for owner in list(app.friends.owners(user_id)):
        friendships.remove(app, owner, [user_id])
    friendships.remove(app, user_id, list(app.friends.members(user_id)))
    for name in list(app.book.groups(user_id)):
        app.book.drop_group(user_id, name)
    for application in list(app.applications.incoming(user_id)):
        applications.take(app, application.asker, user_id)
    for application in list(app.applications.outgoing(user_id)):
        applications.take(app, user_id, application.receiver)
    for owner in list(app.blocked.owners(user_id)):
        app.blocked.remove(owner, user_id)
        app.say_of_friends(BlackListDeleted(owner, (user_id,)))
    blocked = tuple(app.blocked.members(user_id))
    for member in blocked:
        app.blocked.remove(user_id, member)
    if blocked:
        app.say_of_friends(BlackListDeleted(user_id, blocked))


def _end_all(app: App, account: Account, now: Moment) -> None:
    sessions = app.drop_sessions_of(account.user_id)
    app.changes += map(SessionKicked, sessions)
    account.live.clear()
    if sessions:
        subscriptions.await_clearing(app, account, now)
    for device in account.devices.values():
        if device.state in (DeviceState.LIVE, DeviceState.LOST):
            kicked = structs.replace(device, state=DeviceState.KICKED, changed_at=now.unix_ms)
            account.devices[device.instance_id] = kicked
            app.changes.append(DeviceChanged(kicked))
    settle(app, account, now)
    app.changes.append(OwnDevicesChanged(account.user_id))


def _account(app: App, user_id: str) -> Account:
    account = app.accounts.get(user_id)
    if account is None:
        raise IMError(ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND)
    return account
