"""The recorded databases hold the cases that are hard for a migration."""

import sqlite3
from contextlib import closing

import pytest

from tests.server.store.recorded import rows
from tests.server.store.recorded.recording import in_memory, read_dump, read_recording

# Each message as its two users have it: who has it, who the other one is, who has deleted it.
_VIEWS = """
CREATE TEMP VIEW views AS
SELECT low AS viewer, high AS peer, deleted_low AS gone, deleted_high AS gone_there, * FROM messages
UNION ALL
SELECT high, low, deleted_high, deleted_low, * FROM messages;
CREATE TEMP VIEW listed AS
SELECT views.*, ifnull(read_seq, 0) AS own_read_seq, ifnull(unlisted_seq, 0) AS unlisted
FROM views LEFT JOIN sides ON owner = viewer AND sides.peer = views.peer;
"""

# The first row of each statement begins with something true if the case is there.
_CASES = {
    "a beginning deleted by one": """
        SELECT viewer, peer FROM views GROUP BY viewer, peer
        HAVING max(iif(gone, seq, 0)) = sum(gone) AND sum(gone) BETWEEN 2 AND count(*) - 1
            AND NOT sum(gone_there)""",
    "scattered deletions by both, some of the same message": """
        SELECT viewer, peer FROM views GROUP BY viewer, peer
        HAVING sum(gone AND gone_there) AND sum(gone > gone_there) AND sum(gone < gone_there)
            AND max(iif(gone, seq, 0)) > sum(gone)""",
    "all deleted by one, with nothing afterwards": """
        SELECT viewer, peer FROM views GROUP BY viewer, peer
        HAVING min(gone) AND NOT max(gone_there)""",
    "all deleted by both": """
        SELECT viewer, peer FROM views GROUP BY viewer, peer HAVING min(gone AND gone_there)""",
    "new messages after a deleted beginning that was cleared at once": """
        SELECT viewer, peer FROM listed GROUP BY viewer, peer
        HAVING max(iif(gone, seq, 0)) = max(unlisted) AND sum(gone) = max(unlisted)
            AND max(unlisted) BETWEEN 1 AND max(seq) - 1""",
    "the newest message deleted": """
        SELECT viewer, peer FROM views GROUP BY viewer, peer
        HAVING max(iif(gone, seq, 0)) = max(seq) AND NOT min(gone)""",
    "versions in another order than places among the deleted": """
        SELECT 1 FROM views one JOIN views other USING (viewer, peer)
        WHERE one.gone AND other.gone AND one.seq < other.seq AND one.version > other.version""",
    "recalled and read": """
        SELECT 1 FROM listed WHERE revoked AND viewer <> sender AND seq <= own_read_seq""",
    "recalled and not read": """
        SELECT 1 FROM listed WHERE revoked AND viewer <> sender AND seq > own_read_seq""",
    "recalled and deleted by its receiver": """
        SELECT 1 FROM views WHERE revoked AND sender = peer AND gone""",
    "recalled and deleted by its sender": """
        SELECT 1 FROM views WHERE revoked AND sender = viewer AND gone""",
    "recalled and deleted by both": """
        SELECT 1 FROM messages WHERE revoked AND deleted_low AND deleted_high""",
    "pinned without a message": """
        SELECT 1 FROM sides WHERE pinned
            AND NOT EXISTS (SELECT 1 FROM views
                            WHERE viewer = owner AND views.peer = sides.peer)""",
    "each mute option without a message": """
        SELECT count(DISTINCT recv_opt) = 2 FROM sides WHERE recv_opt
            AND NOT EXISTS (SELECT 1 FROM views
                            WHERE viewer = owner AND views.peer = sides.peer)""",
    "read up to the middle": """
        SELECT 1 FROM listed GROUP BY viewer, peer
        HAVING max(own_read_seq) BETWEEN 1 AND max(seq) - 1
            AND sum(sender = peer AND seq > own_read_seq AND NOT gone AND NOT revoked) > 1""",
    "not counted": "SELECT 1 FROM messages WHERE uncounted AND NOT not_last",
    "not the last": "SELECT 1 FROM messages WHERE not_last AND NOT uncounted",
    "neither counted nor the last": "SELECT 1 FROM messages WHERE uncounted AND not_last",
    "in no list, with messages that are not the last": """
        SELECT 1 FROM views GROUP BY viewer, peer HAVING min(not_last) AND NOT max(gone)""",
    "hidden from its sender, among others": """
        SELECT 1 FROM views WHERE gone AND sender = viewer AND msg_id LIKE 'r%'
            AND seq < (SELECT max(seq) FROM views other
                       WHERE other.viewer = views.viewer AND other.peer = views.peer
                           AND NOT gone)""",
    "hidden from its sender, and nothing else": """
        SELECT 1 FROM views GROUP BY viewer, peer
        HAVING count(*) = 1 AND min(gone) AND min(sender) = viewer""",
    "imported, earlier than what was there": """
        SELECT 1 FROM views one JOIN views other USING (viewer, peer)
        WHERE one.seq < other.seq AND one.timestamp > other.timestamp""",
    "off the list, with nothing afterwards": """
        SELECT 1 FROM listed GROUP BY viewer, peer
        HAVING max(unlisted) = max(seq) AND NOT max(gone)""",
    "off the list, with something new": """
        SELECT 1 FROM listed GROUP BY viewer, peer
        HAVING max(unlisted) BETWEEN 1 AND max(seq) - 1 AND NOT max(gone)""",
    "off the list, with something new that is deleted": """
        SELECT 1 FROM listed GROUP BY viewer, peer
        HAVING max(unlisted) AND min(iif(seq > unlisted, gone, 1)) AND max(unlisted) < max(seq)
            AND NOT min(gone)""",
    "off the list, then pinned": """
        SELECT 1 FROM sides WHERE unlisted_seq AND pinned
            AND unlisted_seq = (SELECT max(seq) FROM views WHERE viewer = owner
                                AND views.peer = sides.peer AND NOT gone)""",
    "several elements": "SELECT 1 FROM messages WHERE msg_body <> ''",
    "binary data": "SELECT 1 FROM messages WHERE data LIKE '%' || x'00' || '%' OR data = x'00'",
    "with a deleted account": """
        SELECT 1 FROM views JOIN accounts ON user_id = peer WHERE is_deleted AND NOT gone""",
    "read by a deleted account up to the middle": """
        SELECT 1 FROM sides JOIN accounts ON user_id = owner WHERE is_deleted AND read_seq""",
    "registered anew, with new messages": """
        SELECT 1 FROM listed JOIN accounts ON user_id = viewer
        WHERE sigs_revoked_at AND NOT is_deleted
            AND registered_at > sigs_revoked_at * 1000 + 999 AND timestamp >= registered_at""",
    "registered anew, without a new message": """
        SELECT 1 FROM listed JOIN accounts ON user_id = viewer
        WHERE sigs_revoked_at AND NOT is_deleted AND registered_at > sigs_revoked_at * 1000 + 999
        GROUP BY viewer, peer HAVING max(timestamp) < min(registered_at) AND min(gone)""",
    "a message by somebody who is blocked now": """
        SELECT 1 FROM views JOIN blocked ON owner = viewer AND blocked.user_id = sender""",
    "requests, read and unread": "SELECT count(DISTINCT is_read) = 2 FROM applications",
    "users with requests both ways": """
        SELECT 1 FROM applications one JOIN applications other ON one.receiver = other.asker""",
    "friends with a remark, a note, and since when": """
        SELECT 1 FROM friends WHERE remark <> '' AND note <> '' AND since""",
    "a friend in several groups": """
        SELECT 1 FROM grouped_friends GROUP BY owner, friend HAVING count(*) > 1""",
    "a group without friends": """
        SELECT 1 FROM friend_groups LEFT JOIN grouped_friends USING (owner, name)
        WHERE friend IS NULL""",
    "UserSigs used in the second of the kick": "SELECT 1 FROM accounts WHERE sigs_used <> '[]'",
    "subscriptions that were cleared": """
        SELECT 1 FROM accounts WHERE subscriptions_cleared_at IS NOT NULL""",
    "subscriptions in another order than that of IDs": """
        SELECT 1 FROM subscriptions one JOIN subscriptions other USING (owner)
        WHERE one.place < other.place AND one.user_id > other.user_id""",
    "settings changed": "SELECT 1 FROM app WHERE console LIKE '%platform%off%'",
    "a profile with everything": """
        SELECT 1 FROM profiles WHERE more LIKE '%mayNotAdd%customInfo%' AND nick_name <> ''""",
    "each state of devices": "SELECT count(DISTINCT state) = 4 FROM devices",
    "never logged in": """
        SELECT 1 FROM accounts LEFT JOIN devices USING (user_id)
        WHERE instance_id IS NULL AND NOT is_deleted""",
}


@pytest.mark.parametrize("case", _CASES)
def test_the_database_made_by_hand_has_every_hard_case(case: str) -> None:
    with closing(in_memory(read_dump("schema4"))) as database:
        database.executescript(_VIEWS)
        row = database.execute(_CASES[case]).fetchone()
    assert row is not None
    assert row[0]


@pytest.mark.parametrize("name", ["schema1", "schema2", "schema3", "schema4"])
def test_the_rules_of_the_general_status_differ_for_somebody(name: str) -> None:
    """In one way only: OFFLINE until schema 4 is UNLOGINED afterwards."""
    with closing(in_memory(read_dump(name))) as database:
        before, since = (_statuses(database, name, latest) for latest in (False, True))
    pairs = {(before[user_id].status_type, since[user_id].status_type) for user_id in before}
    assert (rows.OFFLINE, rows.UNLOGINED) in pairs
    assert (rows.UNLOGINED, rows.OFFLINE) not in pairs
    assert all(before[user_id].since == since[user_id].since for user_id in before)


def _statuses(database: sqlite3.Connection, name: str, latest: bool) -> dict[str, rows.Status]:
    return rows.general_statuses(database, read_recording(name).unix_ms, latest_decides=latest)
