"""Functions with which the REST API reads an account's lists."""

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from imtui.server.core.context import Context
from imtui.server.core.friends.book import FriendNote
from imtui.server.core.friends.friends import Friends
from imtui.server.core.friends.request import FriendRequest
from imtui.server.core.relation import Relation


class NotedFriend(Struct, frozen=True):
    """An account's note on a friend."""

    note: FriendNote
    groups: list[str]
    """The account's groups that the friend is in, sorted."""
    since: int
    """When the friendship began, in Unix seconds."""


class RelationKind(Enum):
    """The lists that a relation is about."""

    FRIENDS = "friends"
    BLOCKED = "blocked"


def friend_ids(context: Context) -> list[str]:
    """Return the friends of the caller, sorted."""
    return sorted(context.state[Friends].lists.members(context.user_id))


def listed_friends(context: Context) -> list[str]:
    """Return the friends of the caller in the order of the list."""
    return list(context.state[Friends].lists.members(context.user_id))


def friend_of(context: Context) -> list[str]:
    """Return the users whose lists have the caller, sorted."""
    return sorted(context.state[Friends].lists.owners(context.user_id))


def pending_requests(context: Context) -> list[FriendRequest]:
    """Return the friend requests that the caller sent, then those that the caller received."""
    requests, own = context.state[Friends].requests, context.user_id
    return [*requests.outgoing(own), *requests.incoming(own)]


def is_friend(context: Context, user_id: str) -> bool:
    """Tell whether a user is on the caller's list."""
    return context.state[Friends].lists.has(context.user_id, user_id)


def noted_friend(context: Context, user_id: str) -> NotedFriend:
    """Return the caller's note on a friend."""
    friends, owner = context.state[Friends], context.user_id
    return NotedFriend(
        friends.book.note(owner, user_id),
        friends.book.groups_of(owner, user_id),
        friends.lists.since(owner, user_id),
    )


def groups(context: Context) -> Mapping[str, list[str]]:
    """Return the caller's friend groups in their order, with the friends in each, sorted."""
    found = context.state[Friends].book.groups(context.user_id)
    return {name: sorted(friends) for name, friends in found.items()}


def relation(context: Context, user_id: str, kind: RelationKind) -> tuple[bool, bool]:
    """Tell whether the caller's list has a user, and whether the user's has the caller."""
    friends, own = context.state[Friends], context.user_id
    lists: Relation = friends.lists if kind is RelationKind.FRIENDS else friends.blocked
    return lists.has(own, user_id), lists.has(user_id, own)


def sequence(context: Context) -> int:
    """Return a number that grows with each change of the caller's lists and groups."""
    return context.state[Friends].sequences.get(context.user_id, context.state.first_revision)
