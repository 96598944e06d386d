"""What the REST API reads of an account's lists."""

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from imtui.server.core.context import Context
from imtui.server.core.friends.book import FriendNote
from imtui.server.core.friends.friends import Friends
from imtui.server.core.relation import Relation


class NotedFriend(Struct, frozen=True):
    """What an account noted of a friend."""

    note: FriendNote
    groups: list[str]
    """The account's groups that the friend is in, sorted."""
    since: int
    """Since when they are friends, in Unix seconds."""


class RelationKind(Enum):
    """Which lists two accounts are compared in."""

    FRIENDS = "friends"
    BLOCKED = "blocked"


def friend_ids(context: Context) -> list[str]:
    """Return the friends of the caller, sorted."""
    return sorted(context.state[Friends].lists.members(context.user_id))


def listed_friends(context: Context) -> list[str]:
    """Return the friends of the caller in the order of the list."""
    return list(context.state[Friends].lists.members(context.user_id))


def is_friend(context: Context, user_id: str) -> bool:
    """Tell whether a user is on the caller's list."""
    return context.state[Friends].lists.has(context.user_id, user_id)


def noted_friend(context: Context, user_id: str) -> NotedFriend:
    """Return what the caller noted of a friend."""
    friends, owner = context.state[Friends], context.user_id
    return NotedFriend(
        friends.book.note(owner, user_id),
        friends.book.groups_of(owner, user_id),
        friends.lists.since(owner, user_id),
    )


def groups(context: Context) -> Mapping[str, list[str]]:
    """Return the caller's friend groups in their order, with the friends in each, sorted."""
    there = context.state[Friends].book.groups(context.user_id)
    return {name: sorted(friends) for name, friends in there.items()}


def relation(context: Context, user_id: str, kind: RelationKind) -> tuple[bool, bool]:
    """Tell whether the caller has a user in a list, and the user the caller."""
    friends, own = context.state[Friends], context.user_id
    lists: Relation = friends.lists if kind is RelationKind.FRIENDS else friends.blocked
    return lists.has(own, user_id), lists.has(user_id, own)


def sequence(context: Context) -> int:
    """Return a number that grows with each change of the caller's lists and groups."""
    return context.state[Friends].sequences.get(context.user_id, context.state.first_revision)
