"""Adding friends, and answering friend requests."""

from msgspec import structs

from imtui.protocol import friendship as f
from imtui.protocol import identifiers, limits
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.messages import AddFriendParams, Empty, FriendType
from imtui.protocol.profiles import FriendAllowType
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.caller import Admin
from imtui.server.core.context import Context
from imtui.server.core.friends import friendships, groups
from imtui.server.core.friends.book import FriendNote
from imtui.server.core.friends.changes import (
    FriendRequestAdded,
    FriendRequestDeleted,
    FriendRequestsRead,
)
from imtui.server.core.friends.friends import Friends
from imtui.server.core.friends.request import FriendRequest
from imtui.server.core.quotas import Quota, Quotas
from imtui.server.core.room import Room
from imtui.server.core.state import State


def add_friend(
    context: Context, params: AddFriendParams, *, source: str = "", is_forced: bool = False
) -> None:
    """Make the caller and a user friends, at once or once the user agrees.

    A user who has sent the caller a request, or has the caller in their list, is not asked. If
    the user has to agree, this sends a request, in place of an earlier one, and fails with 30539.

    Args:
        context: The context of the call.
        params: The user to add, and how.
        source: Where the user was found, such as ``AddSource_Type_Android``.
        is_forced: Whether an admin adds the user without asking them.

    Raises:
        IMError: 6017; 9003, 9002 or 9005 for a text that is too long; 30001 for oneself;
            30003 for an unknown account; 30009 if an admin forbade the caller to add friends;
            30515 or 30525 if one has blocked the other; 30010, 30014 or 30011 if the caller's
            list, the user's, or the caller's groups are full; 30516 if the user accepts no
            requests; 30012 if one of the two has 100 pending requests; 7008 for too many at
            once; 30539; 70500 while the disk is almost full.
    """
    state, own = context.state, context.user_id
    other = identifiers.check_user_id(params.user_id)
    group = params.friend_group
    request = FriendRequest(
        own,
        other,
        context.now.unix_ms,
        identifiers.check_add_wording(params.add_wording),
        identifiers.check_friend_remark(params.friend_remark),
        identifiers.check_group_name(group, "friendGroup") if group else "",
        source=source,
    )
    check_possible(state, own, other)
    friends = state[Friends]
    if friends.profile(own).may_not_add:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ADD_FRIEND_DENY)
    is_both = params.add_type is FriendType.BOTH
    has_asked = friends.requests.get(other, own) is not None
    has_own = friends.lists.has(other, own)
    if friends.lists.has(own, other) and (has_own or not is_both) and not has_asked:
        return
    state[Room].check()
    friendships.check_room(state, own, other, ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT)
    if is_both or has_asked:
        friendships.check_room(state, other, own, ErrorCode.ERR_SVR_FRIENDSHIP_PEER_FRIEND_LIMIT)
    if request.group and not groups.has_room(state, own, request.group):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_GROUP_COUNT_LIMIT)
    if not isinstance(context.caller, Admin):
        state[Quotas].take(own, {Quota.REQUESTS: 1}, state.console, context.now.monotonic)
    if not (has_asked or has_own or is_forced):
        _check_allowed(state, request)
    incoming = take(state, other, own)
    take(state, own, other)
    note = FriendNote(request.remark, source, request.wording)
    friendships.add(state, own, other, context.now.unix_ms, note, request.group)
    if incoming is not None:
        _add_to_asker(context, incoming)
    elif is_both:
        note = FriendNote(add_source=source)
        friendships.add(state, other, own, context.now.unix_ms, note)


def accept(context: Context, params: f.AcceptFriendApplicationParams) -> None:
    """Accept a request that the caller received.

    Raises:
        IMError: 6017; 9002; 30614 if there is no such request; 30014 or 30010 if the asker's
            list, or the caller's, is full.
    """
    state, own = context.state, context.user_id
    asker = identifiers.check_user_id(params.user_id)
    remark = identifiers.check_friend_remark(params.friend_remark)
    incoming = state[Friends].requests.get(asker, own)
    if incoming is None:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND)
    friendships.check_room(state, asker, own, ErrorCode.ERR_SVR_FRIENDSHIP_PEER_FRIEND_LIMIT)
    adds = params.accept_type is f.FriendAcceptType.AGREE_AND_ADD
    if adds:
        friendships.check_room(state, own, asker, ErrorCode.ERR_SVR_FRIENDSHIP_COUNT_LIMIT)
    take(state, asker, own)
    _add_to_asker(context, incoming)
    if adds:
        note = FriendNote(remark, add_source=incoming.source)
        friendships.add(state, own, asker, context.now.unix_ms, note)


def refuse(context: Context, params: f.FriendApplicationParams) -> None:
    """Refuse a request that the caller received.

    Raises:
        IMError: 6017; 30614 if there is no such request.
    """
    asker = identifiers.check_user_id(params.user_id)
    if take(context.state, asker, context.user_id) is None:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND)


def delete(context: Context, params: f.FriendApplicationParams) -> None:
    """Delete the request between the caller and a user, whichever of them sent it.

    Raises:
        IMError: 6017; 30614 if there is no such request.
    """
    state, own, other = context.state, context.user_id, identifiers.check_user_id(params.user_id)
    if take(state, other, own) is None and take(state, own, other) is None:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_NOT_FOUND)


def set_read(context: Context, params: Empty) -> None:
    """Mark all requests that the caller received as read."""
    requests = context.state[Friends].requests
    unread = [one for one in requests.incoming(context.user_id) if not one.is_read]
    for request in unread:
        requests.read(structs.replace(request, is_read=True))
    if unread:
        context.state.emit(FriendRequestsRead(context.user_id))


def get_list(context: Context, params: Empty) -> f.FriendApplicationList:
    """Return the requests that the caller received and sent, the newest first."""
    requests, own = context.state[Friends].requests, context.user_id
    found = [*requests.incoming(own), *requests.outgoing(own)]
    found.reverse()
    found.sort(key=lambda request: request.add_time, reverse=True)
    return shown_to(context.state, own, *found)


def shown_to(state: State, viewer: str, *shown: FriendRequest) -> f.FriendApplicationList:
    """Return requests as one of the two users sees them."""
    unread = sum(not one.is_read for one in state[Friends].requests.incoming(viewer))
    return f.FriendApplicationList([_shown(state, viewer, one) for one in shown], unread)


def check_possible(state: State, own: str, other: str) -> None:
    """Check that an account may have a user in its list.

    Raises:
        IMError: 30001 for oneself; 30003 for an unknown account; 30515 or 30525 if one has blocked
            the other.
    """
    if other == own:
        raise IMError(
            ErrorCode.ERR_SVR_FRIENDSHIP_INVALID_PARAMETERS, "Users cannot be their own friends."
        )
    if other not in state[Accounts]:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ACCOUNT_NOT_FOUND)
    blocked = state[Friends].blocked
    if blocked.has(own, other):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_IN_SELF_BLACKLIST)
    if blocked.has(other, own):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_IN_PEER_BLACKLIST)


def take(state: State, asker: str, receiver: str) -> FriendRequest | None:
    """Remove a request, and return it if there was one."""
    request = state[Friends].requests.remove(asker, receiver)
    if request is not None:
        state.emit(FriendRequestDeleted(asker, receiver))
    return request


def _add_to_asker(context: Context, request: FriendRequest) -> None:
    """Add the receiver of a request to the asker's list."""
    note = FriendNote(request.remark, request.source, request.wording)
    at = context.now.unix_ms
    friendships.add(context.state, request.asker, request.receiver, at, note, request.group)


def _check_allowed(state: State, request: FriendRequest) -> None:
    """Check that the receiver need not be asked, or send them the request.

    Raises:
        IMError: 30516, 30012; 30539 if the request was sent.
    """
    asker, receiver = request.asker, request.receiver
    friends = state[Friends]
    allow_type = friends.profile(receiver).allow_type
    if allow_type is FriendAllowType.DENY_ANY:
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_DENY_ANY)
    if allow_type is FriendAllowType.ALLOW_ANY:
        return
    if friends.requests.get(asker, receiver) is None and limits.FRIEND_APPLICATIONS_MAX in (
        len(friends.requests.incoming(receiver)),
        len(friends.requests.outgoing(asker)),
    ):
        raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_PENDENCY_LIMIT)
    friends.requests.put(request)
    state.emit(FriendRequestAdded(request))
    raise IMError(ErrorCode.ERR_SVR_FRIENDSHIP_ALLOW_TYPE_NEED_CONFIRM)


def _shown(state: State, viewer: str, request: FriendRequest) -> f.FriendApplication:
    is_own = viewer == request.asker
    other = request.receiver if is_own else request.asker
    return f.FriendApplication(
        other,
        f.FriendApplicationType.SEND_OUT if is_own else f.FriendApplicationType.COME_IN,
        request.add_time,
        request.wording,
        state[Friends].profile(other).nick_name,
    )
