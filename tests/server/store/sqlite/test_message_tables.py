"""The tables of messages: found as in memory, back after a restart, made from version 1."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imtui.protocol.chat import Conversation, Message, ReceiveOpt
from imtui.server.core.changes import (
    AccountRegistered,
    Change,
    ConversationChanged,
    FriendsAdded,
    MessagesChanged,
    MessagesCleared,
    MessageSent,
)
from imtui.server.core.messages.archive import StoredMessage
from imtui.server.core.stored import StoredAccount, StoredConversation, StoredSide
from imtui.server.store.sqlite.store import _FIRST_SCHEMA, SCHEMA_VERSION, SQLiteStore
from imtui.server.store.store import StoreError
from tests.server.memory_archive import MemoryArchive

USERS = ["alice", "bob", "carol"]
PEOPLE: list[Change] = [AccountRegistered(user_id, 7) for user_id in USERS]


def sent(seq: int, sender: str = "alice", receiver: str = "bob") -> MessageSent:
    msg_id = f"{sender}-{receiver}-{seq}"
    message = Message(msg_id, sender, receiver, 1000 + seq, seq, seq, text=f"text {seq}")
    return MessageSent(message, 1, True)


@contextmanager
def opened(path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(path)
    store.load()
    yield store
    store.close()


def test_what_was_noted_is_found_before_it_is_committed_and_not_after_it_was_not(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "db") as store:
        store.write(PEOPLE)
        store.commit()
        store.write([sent(1)])
        found = store.archive.find("alice", "alice-bob-1")
        assert found is not None
        assert found.message == sent(1).message
        store.write([sent(2)])
        assert len(store.archive.before("bob", "alice", 3, 10)) == 2
    with opened(tmp_path / "db") as store:
        assert store.archive.before("bob", "alice", 3, 10) == []
        store.write([sent(1)])
        store.archive.find("alice", "alice-bob-1")
        store.commit()
    with opened(tmp_path / "db") as store:
        assert len(store.archive.before("bob", "alice", 3, 10)) == 1


def test_nothing_is_found_while_what_was_noted_cannot_be_written_and_all_of_it_afterwards(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "db") as store:
        store._database.execute("PRAGMA busy_timeout = 0")
        store.write(PEOPLE)
        store.commit()
        other = sqlite3.connect(tmp_path / "db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert store.archive.before("bob", "alice", 9, 10) == []
        store.write([sent(1)])
        with pytest.raises(StoreError, match="locked"):
            store.archive.find("alice", "alice-bob-1")
        with pytest.raises(StoreError, match="locked"):
            store.commit()
        other.execute("ROLLBACK")
        # Only a commit tries again: whoever searches does not wait for the lock each time.
        with pytest.raises(StoreError, match="locked"):
            store.archive.find("alice", "alice-bob-1")
        store.commit()
        assert store.archive.find("alice", "alice-bob-1") is not None
        assert other.execute("SELECT seq FROM messages").fetchall() == [(1,)]
        other.close()


def test_a_full_disk_loses_nothing_that_was_noted(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        store.write(PEOPLE)
        store.commit()
        pages = store._database.execute("PRAGMA page_count").fetchone()[0]
        store._database.execute(f"PRAGMA max_page_count = {pages}")
        store.write([sent(seq) for seq in range(1, 501)])
        with pytest.raises(StoreError, match="full"):
            store.archive.find("alice", "alice-bob-1")
        with pytest.raises(StoreError, match="full"):
            store.commit()
        store._database.execute("PRAGMA max_page_count = 100000")
        store.commit()
    with opened(tmp_path / "db") as store:
        assert len(store.archive.before("bob", "alice", 1000, 1000)) == 500


def test_contents_of_a_recalled_message_are_erased(tmp_path: Path) -> None:
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, sent(1)])
        revoked = StoredMessage(sent(1).message).revoked(2)
        store.write([MessagesChanged((revoked,), ("alice", "bob"))])
        store.commit()
        assert store.archive.find("alice", "alice-bob-1") == revoked
        row = store._database.execute("SELECT text, data, cloud_custom_data FROM messages")
        assert row.fetchall() == [("", b"", "")]


def test_where_conversations_stand_comes_back(tmp_path: Path) -> None:
    first, second, third = (StoredMessage(sent(seq).message) for seq in (1, 2, 3))
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, *(sent(seq) for seq in range(1, 6)), sent(1, "carol", "alice")])
        store.write([sent(6, "bob", "alice"), sent(7, "bob", "alice")])
        changed = (first.revoked(7), second.deleted_for("bob", 8), third.deleted_for("alice", 9))
        last = StoredMessage(sent(7, "bob", "alice").message).revoked(10)
        store.write([MessagesChanged((*changed, last), ())])
        store.write([MessagesCleared("alice", "carol", 1)])
        now = Conversation("c2c_alice", read_seq=4, is_pinned=True, recv_opt=ReceiveOpt(2))
        store.write([ConversationChanged("bob", now, 77)])
        store.commit()
        assert store.load().conversations == [
            StoredConversation("alice", "bob", 7, 10, 1007, 7, 7, 1, 1),
            StoredConversation("alice", "carol", 1, 2, 1001, 0, 1, 0, 0),
        ]
        assert store.load().sides == [StoredSide("bob", "alice", 4, 77, True, ReceiveOpt(2))]


def test_a_conversation_that_left_the_list_stays_out_of_it_until_a_later_message(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "db") as store:
        store.write([*PEOPLE, sent(1), sent(2)])
        store.write([ConversationChanged("bob", Conversation("c2c_alice"), 77, unlisted_seq=2)])
        store.commit()
        stored = store.load()
        assert [(one.newest_low, one.newest_high) for one in stored.conversations] == [(2, 0)]
        assert stored.sides[0].unlisted_seq == 2
        store.write([sent(3)])
        store.commit()
        assert store.load().conversations[0].newest_high == 3


def test_a_database_of_version_1_is_brought_up_to_date_and_keeps_all(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "db", isolation_level=None)
    old.executescript(f"BEGIN; {_FIRST_SCHEMA} PRAGMA user_version = 1; COMMIT;")
    old.execute("UPDATE app SET start = 41")
    old.executemany("INSERT INTO accounts VALUES (?, 7, NULL)", [(name,) for name in USERS])
    old.execute("INSERT INTO friends VALUES ('alice', 'bob')")
    old.execute("INSERT INTO subscriptions (owner, user_id) VALUES ('alice', 'carol')")
    old.close()
    store = SQLiteStore(tmp_path / "db")
    stored = store.load()
    assert stored.start == 42
    assert stored.accounts == [StoredAccount(name, 7) for name in USERS]
    assert stored.friends == [("alice", "bob", 0)]
    assert stored.subscriptions == [("alice", "carol")]
    assert stored.conversations == []
    assert stored.sides == []
    store.write([sent(1), FriendsAdded("bob", ("alice",))])
    store.commit()
    store.close()
    database = sqlite3.connect(tmp_path / "db")
    assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    database.close()
    with opened(tmp_path / "db") as store:
        assert store.archive.find("alice", "alice-bob-1") is not None


_acts = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "revoke", "delete", "clear"]),
        st.sampled_from([("alice", "bob"), ("bob", "alice"), ("carol", "bob")]),
        st.integers(1, 8),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(_acts)
def test_messages_are_found_as_in_memory(acts: list[tuple[str, tuple[str, str], int]]) -> None:
    memory = MemoryArchive()
    last: dict[frozenset[str], int] = {}
    versions: dict[frozenset[str], int] = {}
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "db") as store:
        store.write(PEOPLE)
        archive = store.archive
        for act, (one, other), place in acts:
            key = frozenset({one, other})
            version = versions.get(key, 0) + 1
            there = memory.at(one, other, [place])
            change: Change
            if act == "send":
                last[key] = last.get(key, 0) + 1
                plain = sent(last[key], one, other)
                message = Message(
                    *(plain.message.msg_id, one, other, place, last[key], version), text="x"
                )
                change = MessageSent(message, 1, True)
            elif act == "clear":
                change = MessagesCleared(one, other, version - 1)
                version += memory.count_visible(one, other) - 1
            elif not there:
                continue
            elif act == "revoke":
                change = MessagesChanged((there[0].revoked(version),), ())
            else:
                change = MessagesChanged((there[0].deleted_for(one, version),), ())
            versions[key] = version
            memory.write([change])
            store.write([change])
            if place % 3 == 0:
                store.commit()
        for one, other in (("alice", "bob"), ("bob", "alice"), ("bob", "carol"), ("carol", "bob")):
            for edge in range(10):
                assert archive.before(one, other, edge, 3) == memory.before(one, other, edge, 3)
                assert archive.changed(one, other, edge, 3) == memory.changed(one, other, edge, 3)
                assert archive.count_unread(one, other, edge) == memory.count_unread(
                    one, other, edge
                )
                assert archive.at(one, other, [edge, 3]) == memory.at(one, other, [edge, 3])
                for since in (0, edge):
                    times = (since, (edge + 2, 3), 4)
                    assert archive.within(one, other, *times) == memory.within(one, other, *times)
                name = f"{one}-{other}-{edge}"
                assert archive.find(one, name) == memory.find(one, name)
            assert archive.count_visible(one, other) == memory.count_visible(one, other)
        store.commit()
