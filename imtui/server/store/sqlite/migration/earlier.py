"""Versions 1 to 4 of the schema, as steps from one version to the next."""

from typing import Final

_FIRST: Final = """
CREATE TABLE app (start INTEGER NOT NULL, console TEXT NOT NULL);
CREATE TABLE accounts (
    user_id TEXT PRIMARY KEY, registered_at INTEGER NOT NULL, subscriptions_cleared_at INTEGER
) WITHOUT ROWID;
CREATE TABLE devices (
    user_id TEXT NOT NULL REFERENCES accounts, instance_id TEXT NOT NULL, platform TEXT NOT NULL,
    device_name TEXT NOT NULL, state TEXT NOT NULL, login_order INTEGER NOT NULL,
    login_time INTEGER NOT NULL, changed_at INTEGER NOT NULL, PRIMARY KEY (user_id, instance_id)
) WITHOUT ROWID;
CREATE TABLE friends (
    owner TEXT NOT NULL REFERENCES accounts, friend TEXT NOT NULL REFERENCES accounts,
    PRIMARY KEY (owner, friend)
) WITHOUT ROWID;
CREATE TABLE subscriptions (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL REFERENCES accounts,
    user_id TEXT NOT NULL REFERENCES accounts, UNIQUE (owner, user_id)
);
INSERT INTO app VALUES (0, '{}');
"""

_MESSAGES: Final = """
CREATE TABLE messages (
    low TEXT NOT NULL REFERENCES accounts, high TEXT NOT NULL REFERENCES accounts,
    seq INTEGER NOT NULL, version INTEGER NOT NULL, sender TEXT NOT NULL, msg_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL, elem_type INTEGER NOT NULL, text TEXT NOT NULL, data BLOB NOT NULL,
    cloud_custom_data TEXT NOT NULL, revoked INTEGER NOT NULL, deleted_low INTEGER NOT NULL,
    deleted_high INTEGER NOT NULL, UNIQUE (low, high, seq), UNIQUE (sender, msg_id)
);
CREATE INDEX messages_by_version ON messages (low, high, version);
CREATE TABLE sides (
    owner TEXT NOT NULL REFERENCES accounts, peer TEXT NOT NULL REFERENCES accounts,
    read_seq INTEGER NOT NULL, read_at INTEGER NOT NULL, pinned INTEGER NOT NULL,
    recv_opt INTEGER NOT NULL, PRIMARY KEY (owner, peer)
) WITHOUT ROWID;
"""

_FRIENDS: Final = """
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

_REST: Final = """
ALTER TABLE accounts ADD COLUMN sigs_revoked_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN sigs_used TEXT NOT NULL DEFAULT '[]';
ALTER TABLE accounts ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN msg_body TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN uncounted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN not_last INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_by_time ON messages (low, high, timestamp, seq);
ALTER TABLE sides ADD COLUMN unlisted_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE friends ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE friends ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE blocked ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE applications ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN more TEXT NOT NULL DEFAULT '';
"""

STEPS: Final = (_FIRST, _MESSAGES, _FRIENDS, _REST)
"""The statements that upgrade to each version from the one before."""
