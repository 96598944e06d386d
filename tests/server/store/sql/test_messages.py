"""Messages and conversations in SQLite: what a change writes, and what comes back."""

from collections.abc import Iterator
from copy import copy
from pathlib import Path

import pytest

from imtui.protocol import chat
from imtui.protocol.chat import ElemType, Message, ReceiveOpt
from imtui.server.core.accounts.changes import AccountDeleted, AccountRegistered
from imtui.server.core.archive import StoredMessage, View
from imtui.server.core.messages.changes import (
    ConversationChanged,
    ConversationCleared,
    Hidden,
    MemberJoined,
    MessageRevoked,
    MessageSent,
    MessagesHidden,
)
from imtui.server.core.messages.conversation import Conversation, Member
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.store.engines import AnyStore, query
from tests.server.store.sql.stores import (
    ALICE,
    BOB,
    CREATED,
    PEOPLE,
    conversation,
    opened,
    sent,
)

OF_ALICE, OF_BOB = View(1, ALICE, 0), View(1, BOB, 0)


@pytest.fixture
def store(database: Path) -> Iterator[AnyStore]:
    with opened(database) as store:
        store.write([*PEOPLE, CREATED])
        yield store


def loaded(store: AnyStore) -> list[Conversation]:
    """Return the conversations that come back."""
    store.commit()
    return store.load().conversations


def changed(member: Member) -> ConversationChanged:
    return ConversationChanged(member.user_id, chat.Conversation("c2c_alice"), member)


def test_a_message_comes_back_as_it_was_stored(store: AnyStore) -> None:
    stored = StoredMessage(
        1,
        1,
        1,
        BOB,
        "m",
        5,
        ElemType.CUSTOM,
        "text\n\0",
        b"\0data",
        "cloud",
        "[]",
        is_uncounted=True,
        is_unlisted=True,
    )
    store.write([MessageSent(Message("m", "bob", "alice", 5), stored, conversation(1), 1)])
    store.commit()
    assert store.archive.find(BOB, "m") == stored
    assert store.archive.find(ALICE, "m") is None


def test_an_online_only_message_is_not_stored(store: AnyStore) -> None:
    message = Message("m", "alice", "bob", 5, online_user_only=True)
    store.write([MessageSent(message, None, None, 1)])
    assert loaded(store) == [conversation()]
    assert store.archive.find(ALICE, "m") is None


def test_contents_of_a_recalled_message_are_erased(store: AnyStore) -> None:
    before = sent(1).stored
    assert before is not None
    store.write([sent(1)])
    store.commit()
    revoked = before.erased(2)
    now = conversation(1, version=2)
    message = Message("m1", "alice", "bob", 1001, 1, 2)
    store.write([MessageRevoked(message, revoked, now, 0, {"alice": 0, "bob": 0})])
    store.commit()
    assert store.archive.find(ALICE, "m1") == revoked
    row = query(store, "SELECT text, data, cloud_custom_data, msg_body FROM messages")
    assert row == [("", b"", "", "")]
    assert loaded(store) == [now]


def test_where_a_conversation_stands_comes_back_for_all_and_for_each_member(
    store: AnyStore,
) -> None:
    store.write([sent(seq) for seq in range(1, 8)])
    now = conversation(7)
    alice, bob = now.members
    bob.read_seq, bob.read_at, bob.own_version, bob.uncounted = 4, 77, 1, 4
    store.write([changed(copy(bob))])
    bob.is_pinned, bob.recv_opt, bob.own_version = True, ReceiveOpt(2), 3
    store.write([changed(copy(bob))])
    alice.unlisted_seq, alice.listed_seq, alice.listed_until, alice.cleared_seq = 2, 5, 7, 1
    store.write([changed(copy(alice))])
    assert loaded(store) == [now]


def test_the_last_change_of_a_row_counts_also_over_batches(store: AnyStore) -> None:
    member = conversation(2).members[1]
    member.read_seq = 1
    store.write([sent(1), changed(copy(member))])
    assert loaded(store)[0].members[1].read_seq == 1
    member.read_seq = 2
    store.write([changed(copy(member)), sent(2)])
    (now,) = loaded(store)
    assert now.last_seq == 2
    assert now.members[1].read_seq == 2


def test_hidden_messages_stay_hidden_for_one_until_they_are_cleared(store: AnyStore) -> None:
    store.write([sent(seq) for seq in range(1, 6)])
    hidden = (Hidden(2, 1), Hidden(4, 2))
    store.write([MessagesHidden("bob", 1, BOB, hidden, ())])
    store.commit()
    assert [one.seq for one in store.archive.before(OF_BOB, 9, 9)] == [5, 3, 1]
    assert [one.seq for one in store.archive.before(OF_ALICE, 9, 9)] == [5, 4, 3, 2, 1]
    found = store.archive.hidden(OF_BOB, 0, 9)
    assert [(one.message.seq, one.own_version) for one in found] == [(2, 1), (4, 2)]
    store.write([ConversationCleared(1, BOB, 3)])
    store.commit()
    rows = query(store, "SELECT account, seq, own_version FROM hidden")
    assert rows == [(BOB, 4, 2)]


def test_rows_about_cleared_messages_go_little_by_little_also_after_a_restart(
    database: Path,
) -> None:
    path = database
    with opened(path) as store:
        store.write([*PEOPLE, CREATED, *(sent(seq) for seq in range(1, 402))])
        hidden = tuple(Hidden(seq, number) for number, seq in enumerate(range(1, 401, 2), 1))
        store.write([MessagesHidden("bob", 1, BOB, hidden, ())])
        store.commit()
        now = conversation(401).members[1]
        now.cleared_seq = 400
        store.write([ConversationCleared(1, BOB, 400), ConversationChanged("bob", None, now)])
        store.commit()
        assert count(store, "hidden") == 100
    with opened(path) as store:
        assert count(store, "hidden_runs") == 100
        for _ in range(2):
            store.commit()
        assert count(store, "hidden") == count(store, "hidden_runs") == 0
        assert [one.seq for one in store.archive.before(View(1, BOB, 400), 999, 9)] == [401]


def test_a_database_from_before_runs_gets_those_of_what_is_hidden(tmp_path: Path) -> None:
    path, hidden = tmp_path / "db", [1, 2, 3, 5, 8, 9]
    with opened(path) as store:
        assert isinstance(store, SQLiteStore)
        store.write([*PEOPLE, CREATED, *(sent(seq) for seq in range(1, 11))])
        rows = tuple(Hidden(seq, number) for number, seq in enumerate(hidden, 1))
        store.write([MessagesHidden("bob", 1, BOB, rows, ())])
        store.commit()
        store._database.executescript("DROP TRIGGER hidden_runs_grow; DROP TABLE hidden_runs")
    with opened(path) as store:
        store.write([MessagesHidden("bob", 1, BOB, (Hidden(4, 7),), ())])
        assert [one.seq for one in store.archive.before(OF_BOB, 11, 9)] == [10, 7, 6]
        runs = query(store, "SELECT first_seq, last_seq FROM hidden_runs")
        assert runs == [(1, 5), (8, 9)]


def count(store: AnyStore, table: str) -> int:
    ((found,),) = query(store, f"SELECT count(*) FROM {table}")
    return int(found)


@pytest.mark.parametrize("from_whom", ["alice", "bob"])
def test_a_message_may_be_hidden_from_one_from_the_start(store: AnyStore, from_whom: str) -> None:
    plain = sent(1)
    now = conversation(1)
    member = now.member(from_whom)
    member.own_version, member.listed_until = 1, 1
    store.write(
        [MessageSent(plain.message, plain.stored, now, 1, hidden_from=from_whom, own_version=1)]
    )
    assert loaded(store)[0].member(from_whom) == member
    for view, user_id in ((OF_ALICE, "alice"), (OF_BOB, "bob")):
        own_versions = [one.own_version for one in store.archive.at(view, [1])]
        assert own_versions == [int(user_id == from_whom)]


def test_an_account_that_is_registered_anew_joins_beside_the_one_before(
    store: AnyStore,
) -> None:
    store.write([sent(1), sent(2), AccountDeleted(ALICE, "alice", 9)])
    joined = Member(1, 4, "alice", joined_seq=2, joined_version=2, read_seq=2, uncounted=2)
    store.write([AccountRegistered(4, "alice", 10), MemberJoined(joined)])
    (now,) = loaded(store)
    assert now.members[2] == joined
    assert [(one.account, one.has_left) for one in now.members] == [
        (ALICE, True),
        (BOB, False),
        (4, False),
    ]
    assert now.member("alice") == joined
