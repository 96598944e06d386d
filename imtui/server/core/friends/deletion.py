"""Removing the friendships, requests, blocks and profile of a deleted account."""

from imtui.server.core.context import Context
from imtui.server.core.friends import friendships, requests
from imtui.server.core.friends.changes import BlackListDeleted
from imtui.server.core.friends.friends import Friends, emit


def remove_all(context: Context) -> None:
    """Remove all entries of the caller's account, and entries of others that refer to it."""
    state, own = context.state, context.user_id
    friends = state[Friends]
    for owner in list(friends.lists.owners(own)):
        friendships.remove(state, owner, [own])
    friendships.remove(state, own, list(friends.lists.members(own)))
    for name in list(friends.book.groups(own)):
        friends.book.drop_group(own, name)
    for request in list(friends.requests.incoming(own)):
        requests.take(state, request.asker, own)
    for request in list(friends.requests.outgoing(own)):
        requests.take(state, own, request.receiver)
    for owner in list(friends.blocked.owners(own)):
        friends.unblock(owner, own)
        emit(state, BlackListDeleted(owner, (own,)))
    blocked = tuple(friends.blocked.members(own))
    for member in blocked:
        friends.unblock(own, member)
    if blocked:
        emit(state, BlackListDeleted(own, blocked))
    friends.profiles.pop(own, None)
    friends.sequences.pop(own, None)
