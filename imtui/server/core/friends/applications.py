"""Friend requests: adding a friend, and how the other one answers."""

from msgspec import structs

from imtui.protocol import identifiers, limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.friendship import (
    AcceptFriendApplicationParams,
    FriendAcceptType,
    FriendApplication,
    FriendApplicationList,
    FriendApplicationType,
)
from imtui.protocol.messages import AddFriendParams, FriendType
from imtui.protocol.profiles import FriendAllowType
from imtui.server.clock import Moment
from imtui.server.core.app import App
from imtui.server.core.changes import ApplicationAdded, ApplicationDeleted, ApplicationsRead
from imtui.server.core.friends import friend_groups, friendships
from imtui.server.core.friends.application import Application
from imtui.server.core.friends.friend_book import FriendNote


def add_friend(
    app: App,
    own: str,
    wish: AddFriendParams,
    now: Moment,
    *,
    source: str = "",
    is_forced: bool = False,
) -> None:
    """Make an account and a user friends, at once or once the user agrees.

    Whoever has asked for it, or has the other one in their list, need not be asked. If the user
    has to agree, this fails with 30539 and the request is made, in place of an earlier one.

    Args:
        app: The app.
        own: Who adds.
        wish: Whom, and how.
        now: When.
        source: From where, such as ``AddSource_Type_Android``.
        is_forced: Nobody is asked: an admin wants it.

    Raises:
        IMError: 6017; 9003, 9002 or 9005 for a text that is too long; 30001 for oneself;
            30003 for an unknown account; 30009 for whom an admin forbade it; 30515 or 30525 if one
            has blocked the other; 30010, 30014 or 30011 if one's own list, the other's, or one's
            own groups are full; 30516 if the user takes no requests; 30012 if one of the two has
            100; 30539.
    """
    other = identifiers.check_user_id(wish.user_id)
    application = Application(
        own,
        other,
        now.unix_ms,
        identifiers.check_add_wording(wish.add_wording),
        identifiers.check_friend_remark(wish.friend_remark),
        identifiers.check_group_name(wish.friend_group, "friendGroup") if wish.friend_group else "",
        source=source,
    )
    check_possible(app, own, other)
    if app.profile(own).may_not_add:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ADD_FRIEND_DENY)
    is_both = wish.add_type is FriendType.BOTH
    has_asked = app.applications.get(other, own) is not None
    has_own = app.friends.has(other, own)
    if app.friends.has(own, other) and (has_own or not is_both) and not has_asked:
        return
    friendships.check_room(app, own, other, ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT)
    if is_both or has_asked:
        friendships.check_room(app, other, own, ErrorCode.ERR_SVR_FRIENDSHIP_PEER_FRIEND_LIMIT)
    if application.group and not friend_groups.has_room(app, own, application.group):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    if not (has_asked or has_own or is_forced):
        _check_allowed(app, application)
    asked = take(app, other, own)
    take(app, own, other)
    note = FriendNote(application.remark, source, application.wording)
    friendships.add(app, own, other, now.unix_ms, note, application.group)
    if asked is not None:
        _add_asker(app, asked, now)
    elif is_both:
        friendships.add(app, other, own, now.unix_ms, FriendNote(add_source=source))


def accept(app: App, own: str, wish: AcceptFriendApplicationParams, now: Moment) -> None:
    """Agree to a request that an account received.

    Raises:
        IMError: 6017; 9002; 30614 if there is none; 30014 or 30010 if the list of whoever
            asked, or one's own, is full.
    """
    asker = identifiers.check_user_id(wish.user_id)
    remark = identifiers.check_friend_remark(wish.friend_remark)
    asked = app.applications.get(asker, own)
    if asked is None:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND)
    friendships.check_room(app, asker, own, ErrorCode.ERR_SVR_FRIENDSHIP_PEER_FRIEND_LIMIT)
    adds = wish.accept_type is FriendAcceptType.AGREE_AND_ADD
    if adds:
        friendships.check_room(app, own, asker, ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT)
    take(app, asker, own)
    _add_asker(app, asked, now)
    if adds:
        note = FriendNote(remark, add_source=asked.source)
        friendships.add(app, own, asker, now.unix_ms, note)


def refuse(app: App, own: str, user_id: str) -> None:
    """Refuse a request that an account received.

    Raises:
        IMError: 6017; 30614 if there is none.
    """
    asker = identifiers.check_user_id(user_id)
    if take(app, asker, own) is None:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND)


def delete(app: App, own: str, user_id: str) -> None:
    """Take away the request between an account and a user, whoever of them made it.

    Raises:
        IMError: 6017; 30614 if there is none.
    """
    other = identifiers.check_user_id(user_id)
    if take(app, other, own) is None and take(app, own, other) is None:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND)


def set_read(app: App, own: str) -> None:
    """Note that all requests that an account received were read."""
    unread = [one for one in app.applications.incoming(own) if not one.is_read]
    for application in unread:
        app.applications.read(structs.replace(application, is_read=True))
    if unread:
        app.changes.append(ApplicationsRead(own))


def get_list(app: App, own: str) -> FriendApplicationList:
    """Return the requests that an account received and made, the newest first."""
    there = [*app.applications.incoming(own), *app.applications.outgoing(own)]
    there.reverse()
    there.sort(key=lambda application: application.add_time, reverse=True)
    return shown_to(app, own, *there)


def shown_to(app: App, viewer: str, *applications: Application) -> FriendApplicationList:
    """Return requests as one of the two sees them."""
    unread = sum(not one.is_read for one in app.applications.incoming(viewer))
    return FriendApplicationList([_shown(app, viewer, one) for one in applications], unread)


def check_possible(app: App, own: str, other: str) -> None:
    """Check that an account may have a user in its list at all.

    Raises:
        IMError: 30001 for oneself; 30003 for an unknown account; 30515 or 30525 if one has blocked
            the other.
    """
    if other == own:
        raise IMError(
            ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, "Nobody is a friend of their own."
        )
    if other not in app.accounts:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    if app.blocked.has(own, other):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_IN_SELF_BLACKLIST)
    if app.blocked.has(other, own):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_IN_PEER_BLACKLIST)


def take(app: App, asker: str, receiver: str) -> Application | None:
    """Take a request away, and return it if there was one."""
    application = app.applications.remove(asker, receiver)
    if application is not None:
        app.changes.append(ApplicationDeleted(asker, receiver))
    return application


def _add_asker(app: App, asked: Application, now: Moment) -> None:
    """Put whom somebody had asked onto their list."""
    note = FriendNote(asked.remark, asked.source, asked.wording)
    friendships.add(app, asked.asker, asked.receiver, now.unix_ms, note, asked.group)


def _check_allowed(app: App, application: Application) -> None:
    """Check that the other one need not be asked; ask them if need be."""
    asker, receiver = application.asker, application.receiver
    allow_type = app.profile(receiver).allow_type
    if allow_type is FriendAllowType.DENY_ANY:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_DENY_ANY)
    if allow_type is FriendAllowType.ALLOW_ANY:
        return
    if app.applications.get(asker, receiver) is None and limits.FRIEND_APPLICATIONS_MAX in (
        len(app.applications.incoming(receiver)),
        len(app.applications.outgoing(asker)),
    ):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_LIMIT)
    app.applications.put(application)
    app.changes.append(ApplicationAdded(application))
    raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM)


def _shown(app: App, viewer: str, application: Application) -> FriendApplication:
    is_own = viewer == application.asker
    other = application.receiver if is_own else application.asker
    return FriendApplication(
        other,
        FriendApplicationType.SEND_OUT if is_own else FriendApplicationType.COME_IN,
        application.add_time,
        application.wording,
        app.profile(other).nick_name,
    )
