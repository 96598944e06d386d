"""Version 5 of the schema; all tables refer to accounts by their keys."""

from collections.abc import Mapping
from typing import Final

SCHEMA_VERSION: Final = 5

APP: Final = """
CREATE TABLE app (
    start INTEGER NOT NULL, console TEXT NOT NULL, generation INTEGER NOT NULL,
    based_on INTEGER NOT NULL, migrated_at INTEGER
);
CREATE TABLE app_keys (
    id INTEGER PRIMARY KEY, sdk_app_id INTEGER NOT NULL, secret_key TEXT NOT NULL,
    since INTEGER NOT NULL DEFAULT 0, until INTEGER
);
"""
"""``migrated_at`` is NULL if the database was never migrated."""

ACCOUNTS: Final = """
CREATE TABLE accounts (
    key INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, registered_at INTEGER NOT NULL,
    deleted_at INTEGER, left_as TEXT NOT NULL DEFAULT 'logged_out',
    since INTEGER NOT NULL DEFAULT 0, subscriptions_cleared_at INTEGER,
    sigs_revoked_at INTEGER NOT NULL DEFAULT 0, sigs_used TEXT NOT NULL DEFAULT '[]'
);
CREATE UNIQUE INDEX accounts_by_user_id ON accounts (user_id) WHERE deleted_at IS NULL;
CREATE TABLE devices (
    account INTEGER NOT NULL REFERENCES accounts, instance_id TEXT NOT NULL,
    platform TEXT NOT NULL, device_name TEXT NOT NULL, state TEXT NOT NULL,
    login_order INTEGER NOT NULL, login_time INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    PRIMARY KEY (account, instance_id)
) WITHOUT ROWID;
CREATE TABLE subscriptions (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL REFERENCES accounts,
    target INTEGER NOT NULL REFERENCES accounts, UNIQUE (owner, target)
);
"""

FRIENDS: Final = """
CREATE TABLE friends (
    owner INTEGER NOT NULL REFERENCES accounts, friend INTEGER NOT NULL REFERENCES accounts,
    since INTEGER NOT NULL, remark TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (owner, friend)
) WITHOUT ROWID;
CREATE TABLE friend_groups (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL REFERENCES accounts,
    name TEXT NOT NULL, UNIQUE (owner, name)
);
CREATE TABLE grouped_friends (
    owner INTEGER NOT NULL, name TEXT NOT NULL, friend INTEGER NOT NULL,
    PRIMARY KEY (owner, name, friend),
    FOREIGN KEY (owner, name) REFERENCES friend_groups (owner, name)
        ON DELETE CASCADE ON UPDATE CASCADE,
    FOREIGN KEY (owner, friend) REFERENCES friends (owner, friend) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX grouped_friends_by_friend ON grouped_friends (owner, friend);
CREATE TABLE friend_requests (
    place INTEGER PRIMARY KEY AUTOINCREMENT, asker INTEGER NOT NULL REFERENCES accounts,
    receiver INTEGER NOT NULL REFERENCES accounts, add_time INTEGER NOT NULL,
    wording TEXT NOT NULL, remark TEXT NOT NULL, friend_group TEXT NOT NULL,
    is_read INTEGER NOT NULL, source TEXT NOT NULL, UNIQUE (asker, receiver)
);
CREATE INDEX friend_requests_by_receiver ON friend_requests (receiver);
CREATE TABLE blocked (
    place INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL REFERENCES accounts,
    target INTEGER NOT NULL REFERENCES accounts, since INTEGER NOT NULL, UNIQUE (owner, target)
);
CREATE TABLE profiles (
    account INTEGER PRIMARY KEY REFERENCES accounts, nick_name TEXT NOT NULL,
    self_signature TEXT NOT NULL, allow_type INTEGER NOT NULL, more TEXT NOT NULL
);
"""
"""``note`` and ``more`` hold the fields without a column, as JSON."""

MESSAGES: Final = """
CREATE TABLE conversations (
    key INTEGER PRIMARY KEY, kind INTEGER NOT NULL, last_seq INTEGER NOT NULL,
    version INTEGER NOT NULL, counted INTEGER NOT NULL, first_seq INTEGER NOT NULL,
    last_timestamp INTEGER NOT NULL, listed_seq INTEGER NOT NULL
);
CREATE TABLE members (
    conversation INTEGER NOT NULL REFERENCES conversations,
    account INTEGER NOT NULL REFERENCES accounts, joined_seq INTEGER NOT NULL,
    joined_version INTEGER NOT NULL, read_seq INTEGER NOT NULL, read_at INTEGER NOT NULL,
    cleared_seq INTEGER NOT NULL, own_version INTEGER NOT NULL, is_pinned INTEGER NOT NULL,
    recv_opt INTEGER NOT NULL, uncounted INTEGER NOT NULL, unlisted_seq INTEGER NOT NULL,
    listed_seq INTEGER NOT NULL, listed_until INTEGER NOT NULL,
    PRIMARY KEY (conversation, account)
) WITHOUT ROWID;
CREATE INDEX members_by_account ON members (account);
CREATE TABLE messages (
    conversation INTEGER NOT NULL REFERENCES conversations, seq INTEGER NOT NULL,
    version INTEGER NOT NULL, sender INTEGER NOT NULL REFERENCES accounts, msg_id TEXT NOT NULL,
    timestamp INTEGER NOT NULL, elem_type INTEGER NOT NULL, text TEXT NOT NULL,
    data BLOB NOT NULL, cloud_custom_data TEXT NOT NULL, msg_body TEXT NOT NULL,
    is_erased INTEGER NOT NULL, is_uncounted INTEGER NOT NULL, is_unlisted INTEGER NOT NULL,
    PRIMARY KEY (conversation, seq)
) WITHOUT ROWID;
CREATE TABLE hidden (
    conversation INTEGER NOT NULL, account INTEGER NOT NULL, seq INTEGER NOT NULL,
    own_version INTEGER NOT NULL, PRIMARY KEY (conversation, account, seq),
    FOREIGN KEY (conversation, account) REFERENCES members
) WITHOUT ROWID;
"""

HIDDEN_RUNS: Final = (
    """CREATE TABLE hidden_runs (
    conversation INTEGER NOT NULL, account INTEGER NOT NULL, last_seq INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, PRIMARY KEY (conversation, account, last_seq)
) WITHOUT ROWID""",
    """INSERT INTO hidden_runs
SELECT conversation, account, max(seq), min(seq) FROM (
    SELECT conversation, account, seq, seq - row_number() OVER (
        PARTITION BY conversation, account ORDER BY seq
    ) AS run FROM hidden
) GROUP BY conversation, account, run""",
    """CREATE TRIGGER hidden_runs_grow AFTER INSERT ON hidden BEGIN
    INSERT OR REPLACE INTO hidden_runs VALUES (
        new.conversation, new.account,
        ifnull((SELECT last_seq FROM (
            SELECT last_seq, first_seq FROM hidden_runs WHERE conversation = new.conversation
                AND account = new.account AND last_seq > new.seq ORDER BY last_seq LIMIT 1
        ) WHERE first_seq = new.seq + 1), new.seq),
        ifnull((SELECT first_seq FROM hidden_runs WHERE conversation = new.conversation
            AND account = new.account AND last_seq = new.seq - 1), new.seq)
    );
    DELETE FROM hidden_runs WHERE conversation = new.conversation AND account = new.account
        AND last_seq = new.seq - 1;
END""",
)
"""The runs of successive hidden messages, so that no search has to step through them.

A trigger keeps them, so they are right also after an earlier backend wrote into the database.
"""

ADDED: Final[Mapping[str, tuple[str, ...]]] = {
    "admins": (
        """CREATE TABLE admins (
    user_id TEXT PRIMARY KEY, role TEXT, since INTEGER NOT NULL,
    sigs_revoked_at INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID""",
    ),
    "callbacks": (
        """CREATE TABLE callbacks (
    number INTEGER PRIMARY KEY, user_id TEXT NOT NULL, command TEXT NOT NULL,
    platform TEXT NOT NULL, content BLOB NOT NULL, message_key TEXT NOT NULL,
    client_ip TEXT NOT NULL DEFAULT ''
)""",
    ),
    "device_sigs": (
        """CREATE TABLE device_sigs (
    account INTEGER NOT NULL REFERENCES accounts, instance_id TEXT NOT NULL,
    digest BLOB NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (account, instance_id)
) WITHOUT ROWID""",
    ),
    "revoked_sigs": (
        """CREATE TABLE revoked_sigs (
    account INTEGER NOT NULL REFERENCES accounts, digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL, PRIMARY KEY (account, digest)
) WITHOUT ROWID""",
    ),
    "hidden_runs": HIDDEN_RUNS,
    "statuses": (
        """CREATE TABLE statuses (
    account INTEGER PRIMARY KEY REFERENCES accounts, since INTEGER NOT NULL,
    revision INTEGER NOT NULL, custom TEXT NOT NULL, changed_by TEXT NOT NULL
)""",
    ),
    "to_erase": (
        """CREATE TABLE to_erase (
    conversation INTEGER NOT NULL REFERENCES conversations, seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, PRIMARY KEY (conversation, seq)
) WITHOUT ROWID""",
    ),
}
"""What the first databases of version 5 lack, by tables; a start adds what is missing."""

MESSAGE_INDEXES: Final = """
CREATE UNIQUE INDEX messages_by_msg_id ON messages (sender, msg_id);
CREATE INDEX messages_by_version ON messages (conversation, version);
CREATE INDEX messages_by_time ON messages (conversation, timestamp, seq);
CREATE UNIQUE INDEX hidden_by_version ON hidden (conversation, account, own_version);
"""
"""Separate, because a migration creates them after it has inserted all rows."""

_LATER: Final = "".join(f"{sql};" for statements in ADDED.values() for sql in statements)
TABLES: Final = APP + ACCOUNTS + FRIENDS + MESSAGES + _LATER
EMPTY: Final = TABLES + MESSAGE_INDEXES + "INSERT INTO app VALUES (0, '{}', 0, 0, NULL);"
"""The statements for a new database."""

SMALL_TABLES: Final = ("app", "app_keys", "accounts", "devices", "subscriptions", "friends")
"""The tables that are checked at each start; the whole database is checked later."""
