"""The tables of friends, friend groups, friend requests, blocklists and profiles."""

from collections.abc import Callable
from typing import Any, Final, TypedDict

import msgspec
from msgspec import Struct

from imtui.protocol.profiles import FriendAllowType, UserFullInfo
from imtui.server.core.changes import (
    ApplicationAdded,
    ApplicationDeleted,
    ApplicationsRead,
    BlackListAdded,
    BlackListDeleted,
    FriendGroupCreated,
    FriendGroupRenamed,
    FriendGroupsDeleted,
    FriendNoted,
    FriendsAdded,
    FriendsDeleted,
    FriendsGrouped,
    FriendsUngrouped,
    ProfileChanged,
)
from imtui.server.core.friends.application import Application
from imtui.server.core.friends.friend_book import NO_NOTE, FriendNote
from imtui.server.store.sqlite.message_tables import Statement

SCHEMA: Final = """
ALTER TABLE friends ADD COLUMN remark TEXT NOT NULL DEFAULT '';
CREATE TABLE friend_groups (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    name TEXT NOT NULL, UNIQUE (owner, name)
);
CREATE TABLE grouped_friends (
    owner TEXT NOT NULL, name TEXT NOT NULL, friend TEXT NOT NULL,
    PRIMARY KEY (owner, name, friend),
    FOREIGN KEY (owner, name) REFERENCES friend_groups (owner, name)
        ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (owner, friend) REFERENCES friends (owner, friend) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX grouped_friends_by_friend ON grouped_friends (owner, friend);
CREATE TABLE applications (
    place INTEGER PRIMARY KEY AUTOINCREMENT, asker TEXT NOT NULL REFERENCES accounts,
    receiver TEXT NOT NULL REFERENCES accounts, add_time INTEGER NOT NULL, wording TEXT NOT NULL,
    remark TEXT NOT NULL, friend_group TEXT NOT NULL, is_read INTEGER NOT NULL,
    UNIQUE (asker, receiver)
);
CREATE INDEX applications_by_receiver ON applications (receiver);
CREATE TABLE blocked (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    user_id TEXT NOT NULL REFERENCES accounts, UNIQUE (owner, user_id)
);
CREATE TABLE profiles (
    user_id TEXT PRIMARY KEY REFERENCES accounts, nick_name TEXT NOT NULL,
    self_signature TEXT NOT NULL, allow_type INTEGER NOT NULL
) WITHOUT ROWID;
"""
"""What makes version 3 of version 2; ``friends`` is of version 1."""


REST_SCHEMA: Final = """
ALTER TABLE friends ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE friends ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE blocked ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE applications ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN more TEXT NOT NULL DEFAULT '';
"""
"""What version 4 adds: ``note`` and ``more`` hold in JSON what has no column."""


class StoredFriendship(TypedDict):
    """The part of ``StoredApp`` that is in these tables."""

    friends: list[tuple[str, str, int]]
    friend_notes: list[tuple[str, str, FriendNote]]
    friend_groups: list[tuple[str, str]]
    grouped_friends: list[tuple[str, str, str]]
    applications: list[Application]
    blocked: list[tuple[str, str, int]]
    profiles: list[UserFullInfo]


def load(rows: Callable[[str], list[Any]]) -> StoredFriendship:
    """Return all that is in these tables, given a function that returns a statement's rows."""
    applications = rows(
        "SELECT asker, receiver, add_time, wording, remark, friend_group, is_read, source"
        " FROM applications ORDER BY place"
    )
    noted = "SELECT owner, friend, remark, note FROM friends WHERE remark <> '' OR note <> ''"
    profiles = rows("SELECT user_id, nick_name, self_signature, allow_type, more FROM profiles")
    return StoredFriendship(
        friends=rows("SELECT owner, friend, since FROM friends"),
        friend_notes=[(owner, friend, _note(*texts)) for owner, friend, *texts in rows(noted)],
        friend_groups=rows("SELECT owner, name FROM friend_groups ORDER BY place"),
        grouped_friends=rows("SELECT owner, name, friend FROM grouped_friends"),
        applications=list(map(_application, applications)),
        blocked=rows("SELECT owner, user_id, since FROM blocked ORDER BY place"),
        profiles=list(map(_profile, profiles)),
    )


def _application(row: tuple[Any, ...]) -> Application:
    asker, receiver, add_time, wording, remark, group, is_read, source = row
    return Application(asker, receiver, add_time, wording, remark, group, bool(is_read), source)


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


def _more(value: Struct, column: dict[str, Any], bare: Struct) -> str:
    """Return in JSON what of a value has no column of its own; empty for nothing."""
    rest = msgspec.structs.replace(value, **column)
    return "" if rest == bare else msgspec.json.encode(rest).decode()


def _friends_added(change: FriendsAdded) -> list[Statement]:
    sql = "INSERT INTO friends (owner, friend, remark, note, since) VALUES (?, ?, ?, ?, ?)"
    noted = (*_noted(change.note), change.since)
    return [(sql, (change.user_id, friend, *noted)) for friend in change.friend_ids]


def _noted(note: FriendNote) -> tuple[str, str]:
    return note.remark, _more(note, {"remark": ""}, NO_NOTE)


def _friends_deleted(change: FriendsDeleted) -> list[Statement]:
    # Out of the groups as well: the rows there go with this one.
    sql = "DELETE FROM friends WHERE owner = ? AND friend = ?"
    return [(sql, (change.user_id, friend)) for friend in change.friend_ids]


def _friend_noted(change: FriendNoted) -> list[Statement]:
    sql = "UPDATE friends SET remark = ?, note = ?, since = ? WHERE owner = ? AND friend = ?"
    return [(sql, (*_noted(change.note), change.since, change.user_id, change.friend_id))]


def _group_created(change: FriendGroupCreated) -> list[Statement]:
    sql = "INSERT INTO friend_groups (owner, name) VALUES (?, ?)"
    return [(sql, (change.user_id, change.name)), *_grouped(change)]


def _groups_deleted(change: FriendGroupsDeleted) -> list[Statement]:
    sql = "DELETE FROM friend_groups WHERE owner = ? AND name = ?"
    return [(sql, (change.user_id, name)) for name in change.names]


def _group_renamed(change: FriendGroupRenamed) -> list[Statement]:
    sql = "UPDATE friend_groups SET name = ? WHERE owner = ? AND name = ?"
    return [(sql, (change.new, change.user_id, change.old))]


def _grouped(change: FriendGroupCreated | FriendsGrouped) -> list[Statement]:
    sql = "INSERT INTO grouped_friends VALUES (?, ?, ?)"
    return [(sql, (change.user_id, change.name, friend)) for friend in change.friend_ids]


def _ungrouped(change: FriendsUngrouped) -> list[Statement]:
    sql = "DELETE FROM grouped_friends WHERE owner = ? AND name = ? AND friend = ?"
    return [(sql, (change.user_id, change.name, friend)) for friend in change.friend_ids]


def _application_added(change: ApplicationAdded) -> list[Statement]:
    made = change.application
    # In place of an earlier one, and with the newest place.
    sql = """
        INSERT OR REPLACE INTO applications
            (asker, receiver, add_time, wording, remark, friend_group, is_read, source)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    """
    texts = (made.wording, made.remark, made.group)
    rest = (made.is_read, made.source)
    return [(sql, (made.asker, made.receiver, made.add_time, *texts, *rest))]


def _application_deleted(change: ApplicationDeleted) -> list[Statement]:
    sql = "DELETE FROM applications WHERE asker = ? AND receiver = ?"
    return [(sql, (change.asker, change.receiver))]


def _applications_read(change: ApplicationsRead) -> list[Statement]:
    return [("UPDATE applications SET is_read = 1 WHERE receiver = ?", (change.user_id,))]


def _blocked(change: BlackListAdded) -> list[Statement]:
    sql = "INSERT INTO blocked (owner, user_id, since) VALUES (?, ?, ?)"
    return [(sql, (change.user_id, user_id, change.since)) for user_id in change.blocked_ids]


def _unblocked(change: BlackListDeleted) -> list[Statement]:
    sql = "DELETE FROM blocked WHERE owner = ? AND user_id = ?"
    return [(sql, (change.user_id, user_id)) for user_id in change.blocked_ids]


def _profile_changed(change: ProfileChanged) -> list[Statement]:
    info = change.info
    bare = UserFullInfo(info.user_id)
    columns = {"nick_name": "", "self_signature": "", "allow_type": bare.allow_type}
    values = (info.user_id, info.nick_name, info.self_signature, info.allow_type)
    more = _more(info, columns, bare)
    return [("INSERT OR REPLACE INTO profiles VALUES (?, ?, ?, ?, ?)", (*values, more))]


STATEMENTS: Final[dict[type, Callable[[Any], list[Statement]]]] = {
    FriendsAdded: _friends_added,
    FriendsDeleted: _friends_deleted,
    FriendNoted: _friend_noted,
    FriendGroupCreated: _group_created,
    FriendGroupsDeleted: _groups_deleted,
    FriendGroupRenamed: _group_renamed,
    FriendsGrouped: _grouped,
    FriendsUngrouped: _ungrouped,
    ApplicationAdded: _application_added,
    ApplicationDeleted: _application_deleted,
    ApplicationsRead: _applications_read,
    BlackListAdded: _blocked,
    BlackListDeleted: _unblocked,
    ProfileChanged: _profile_changed,
}
"""What makes each change durable."""
