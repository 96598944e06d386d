"""Friends, friend groups, friend requests, blocklists and profiles in SQL."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypedDict

import msgspec
from msgspec import Struct

from imtui.protocol.profiles import FriendAllowType, UserFullInfo
from imtui.server.core.change import Change
from imtui.server.core.friends import changes as c
from imtui.server.core.friends.book import NO_NOTE, FriendNote
from imtui.server.core.friends.request import FriendRequest
from imtui.server.store.sql.statement import ACCOUNT, Statement, put

_DELETE_REQUEST: Final = (
    f"DELETE FROM friend_requests WHERE asker = {ACCOUNT} AND receiver = {ACCOUNT}"
)
_PROFILE: Final = ("nick_name", "self_signature", "allow_type", "more")
_PUT_PROFILE: Final = put("profiles", ("account",), _PROFILE).replace("?", ACCOUNT, 1)


class StoredFriendship(TypedDict):
    """The part of ``StoredApp`` that is in these tables."""

    friends: list[tuple[str, str, int]]
    friend_notes: list[tuple[str, str, FriendNote]]
    friend_groups: list[tuple[str, str]]
    grouped_friends: list[tuple[str, str, str]]
    friend_requests: list[FriendRequest]
    blocked: list[tuple[str, str, int]]
    profiles: list[UserFullInfo]


def load(rows: Callable[[str], list[Any]]) -> StoredFriendship:
    """Load these tables, given a function that returns the rows of a statement."""
    # By far the most rows of all that is loaded: looking names up here is faster than in SQL.
    names = dict(rows("SELECT key, user_id FROM accounts"))
    lists = "SELECT owner, friend, since, remark, note FROM friends ORDER BY owner, friend"
    friends = [
        (names[owner], names[friend], since, remark, note)
        for owner, friend, since, remark, note in rows(lists)
    ]
    requests = rows(
        "SELECT a.user_id, r.user_id, x.add_time, x.wording, x.remark, x.friend_group,"
        " x.is_read, x.source FROM friend_requests x JOIN accounts a ON a.key = x.asker"
        " JOIN accounts r ON r.key = x.receiver ORDER BY x.place"
    )
    profiles = rows(
        "SELECT a.user_id, x.nick_name, x.self_signature, x.allow_type, x.more"
        " FROM profiles x JOIN accounts a ON a.key = x.account"
    )
    return StoredFriendship(
        friends=[(owner, friend, since) for owner, friend, since, *_ in friends],
        friend_notes=[
            (owner, friend, _note(remark, note))
            for owner, friend, _, remark, note in friends
            if remark or note
        ],
        friend_groups=rows(
            "SELECT o.user_id, x.name FROM friend_groups x JOIN accounts o ON o.key = x.owner"
            " ORDER BY x.place"
        ),
        grouped_friends=rows(
            "SELECT o.user_id, x.name, f.user_id FROM grouped_friends x"
            " JOIN accounts o ON o.key = x.owner JOIN accounts f ON f.key = x.friend"
            " ORDER BY x.owner, x.name, x.friend"
        ),
        friend_requests=list(map(_request, requests)),
        blocked=rows(
            "SELECT o.user_id, t.user_id, x.since FROM blocked x"
            " JOIN accounts o ON o.key = x.owner JOIN accounts t ON t.key = x.target"
            " ORDER BY x.place"
        ),
        profiles=list(map(_profile, profiles)),
    )


def _request(row: tuple[Any, ...]) -> FriendRequest:
    asker, receiver, add_time, wording, remark, group, is_read, source = row
    return FriendRequest(asker, receiver, add_time, wording, remark, group, bool(is_read), source)


def _profile(row: tuple[Any, ...]) -> UserFullInfo:
    user_id, nick_name, self_signature, allow_type, more = row
    info = msgspec.json.decode(more, type=UserFullInfo) if more else UserFullInfo(user_id)
    return msgspec.structs.replace(
        info,
        nick_name=nick_name,
        self_signature=self_signature,
        allow_type=FriendAllowType(allow_type),
    )


def _note(remark: str, note: str) -> FriendNote:
    noted = msgspec.json.decode(note, type=FriendNote) if note else NO_NOTE
    return msgspec.structs.replace(noted, remark=remark)


def _more(value: Struct, columns: dict[str, Any], default: Struct) -> str:
    """Return the fields that have no column, as JSON; empty if they have their defaults.

    Args:
        value: The struct to store.
        columns: The fields that have a column, with their defaults.
        default: The struct with the default of every field.
    """
    rest = msgspec.structs.replace(value, **columns)
    return "" if rest == default else msgspec.json.encode(rest).decode()


def _friends_added(change: c.FriendsAdded) -> list[Statement]:
    sql = (
        "INSERT INTO friends (owner, friend, remark, note, since)"
        f" VALUES ({ACCOUNT}, {ACCOUNT}, ?, ?, ?)"
    )
    noted = (*_noted(change.note), change.since)
    return [(sql, (change.user_id, friend, *noted)) for friend in change.friend_ids]


def _noted(note: FriendNote) -> tuple[str, str]:
    return note.remark, _more(note, {"remark": ""}, NO_NOTE)


def _friends_deleted(change: c.FriendsDeleted) -> list[Statement]:
    # The rows of groups are deleted by cascade.
    sql = f"DELETE FROM friends WHERE owner = {ACCOUNT} AND friend = {ACCOUNT}"
    return [(sql, (change.user_id, friend)) for friend in change.friend_ids]


def _friend_noted(change: c.FriendNoted) -> list[Statement]:
    sql = (
        "UPDATE friends SET remark = ?, note = ?, since = ?"
        f" WHERE owner = {ACCOUNT} AND friend = {ACCOUNT}"
    )
    return [(sql, (*_noted(change.note), change.since, change.user_id, change.friend_id))]


def _group_created(change: c.FriendGroupCreated) -> list[Statement]:
    sql = f"INSERT INTO friend_groups (owner, name) VALUES ({ACCOUNT}, ?)"
    return [(sql, (change.user_id, change.name)), *_grouped(change)]


def _groups_deleted(change: c.FriendGroupsDeleted) -> list[Statement]:
    sql = f"DELETE FROM friend_groups WHERE owner = {ACCOUNT} AND name = ?"
    return [(sql, (change.user_id, name)) for name in change.names]


def _group_renamed(change: c.FriendGroupRenamed) -> list[Statement]:
    sql = f"UPDATE friend_groups SET name = ? WHERE owner = {ACCOUNT} AND name = ?"
    return [(sql, (change.new, change.user_id, change.old))]


def _grouped(change: c.FriendGroupCreated | c.FriendsGrouped) -> list[Statement]:
    sql = f"INSERT INTO grouped_friends VALUES ({ACCOUNT}, ?, {ACCOUNT})"
    return [(sql, (change.user_id, change.name, friend)) for friend in change.friend_ids]


def _ungrouped(change: c.FriendsUngrouped) -> list[Statement]:
    sql = f"DELETE FROM grouped_friends WHERE owner = {ACCOUNT} AND name = ? AND friend = {ACCOUNT}"
    return [(sql, (change.user_id, change.name, friend)) for friend in change.friend_ids]


def _request_added(change: c.FriendRequestAdded) -> list[Statement]:
    request = change.request
    # Replaces an earlier request and gets the newest place.
    sql = f"""
        INSERT INTO friend_requests
            (asker, receiver, add_time, wording, remark, friend_group, is_read, source)
        VALUES ({ACCOUNT}, {ACCOUNT}, ?, ?, ?, ?, ?, ?)
    """
    texts = (request.wording, request.remark, request.group)
    rest = (request.is_read, request.source)
    return [
        (_DELETE_REQUEST, (request.asker, request.receiver)),
        (sql, (request.asker, request.receiver, request.add_time, *texts, *rest)),
    ]


def _request_deleted(change: c.FriendRequestDeleted) -> list[Statement]:
    return [(_DELETE_REQUEST, (change.asker, change.receiver))]


def _requests_read(change: c.FriendRequestsRead) -> list[Statement]:
    return [
        (f"UPDATE friend_requests SET is_read = 1 WHERE receiver = {ACCOUNT}", (change.user_id,))
    ]


def _blocked(change: c.BlackListAdded) -> list[Statement]:
    sql = f"INSERT INTO blocked (owner, target, since) VALUES ({ACCOUNT}, {ACCOUNT}, ?)"
    return [(sql, (change.user_id, user_id, change.since)) for user_id in change.blocked_ids]


def _unblocked(change: c.BlackListDeleted) -> list[Statement]:
    sql = f"DELETE FROM blocked WHERE owner = {ACCOUNT} AND target = {ACCOUNT}"
    return [(sql, (change.user_id, user_id)) for user_id in change.blocked_ids]


def _profile_changed(change: c.ProfileChanged) -> list[Statement]:
    info = change.info
    default = UserFullInfo(info.user_id)
    columns = {"nick_name": "", "self_signature": "", "allow_type": default.allow_type}
    values = (info.user_id, info.nick_name, info.self_signature, info.allow_type)
    more = _more(info, columns, default)
    return [(_PUT_PROFILE, (*values, more))]


STATEMENTS: Final[Mapping[type[Change], Callable[[Any], list[Statement]]]] = {
    c.FriendsAdded: _friends_added,
    c.FriendsDeleted: _friends_deleted,
    c.FriendNoted: _friend_noted,
    c.FriendGroupCreated: _group_created,
    c.FriendGroupsDeleted: _groups_deleted,
    c.FriendGroupRenamed: _group_renamed,
    c.FriendsGrouped: _grouped,
    c.FriendsUngrouped: _ungrouped,
    c.FriendRequestAdded: _request_added,
    c.FriendRequestDeleted: _request_deleted,
    c.FriendRequestsRead: _requests_read,
    c.BlackListAdded: _blocked,
    c.BlackListDeleted: _unblocked,
    c.ProfileChanged: _profile_changed,
}
"""Functions that return the statements for each change."""
