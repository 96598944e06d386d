"""Contents that nobody can see any more are erased, and all others are kept."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol import chat
from imtui.protocol.messages import Method
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import View
from imtui.server.core.logins.registration import delete
from imtui.server.core.messages.conversation import Conversations
from imtui.server.core.messages.sending import SendOptions, send_message
from imtui.server.store.sql import erasing, pending
from imtui.server.store.sqlite.checking import check_database
from imtui.server.store.sqlite.connecting import size_of_log
from imtui.server.store.sqlite.store import SQLiteStore
from tests.server.core.world import World
from tests.server.store.sqlite.opening import in_sqlite

USERS = ("alice", "bob", "carol")
Name = tuple[str, str, str]
"""A message: its sender, its receiver and its ID."""


def text_of(msg_id: str) -> str:
    """Return a text of its own for each message, some of them longer than a page."""
    return f"<{msg_id}>" * (1000 if msg_id.endswith("7") else 8)


class Talks:
    """Users who write, hide, clear, recall and leave, and what each of them still sees."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.rng = random.Random(seed)
        self.world = World(path)
        self.numbers = 0
        self.kept: dict[Name, set[str]] = {}
        """Who sees the contents of each message."""
        self.logins = 0
        self.log_in(*USERS)

    @property
    def store(self) -> SQLiteStore:
        return in_sqlite(self.world._store)

    def log_in(self, *users: str) -> None:
        for user in users:
            self.world.login(USERS.index(user) + 1, user)

    def call(self, user: str, method: Method, params: Any) -> Any:
        return self.world.call(USERS.index(user) + 1, method, params)

    def step(self) -> None:
        """Do something, mostly write."""
        acts = (self.write, self.hide, self.recall, self.clear, self.leave, self.restart)
        act = self.rng.choices(acts, (60, 25, 5, 2, 1, 1))[0]
        act(*self.rng.sample(USERS, 2))
        if self.rng.random() < 0.2:
            self.commit()
        if self.rng.random() < 0.05:
            self.store.erase_some()

    def write(self, user: str, peer: str) -> None:
        self.numbers += 1
        msg_id = f"secret-{self.numbers}"
        params = chat.SendMessageParams(peer, msg_id, text=text_of(msg_id))
        hidden_from = self.rng.choice(("", "", "", user, peer))
        options = SendOptions(hidden_from=hidden_from)
        send_message(self.world.admin(user), params, options)
        self.world.carry_on()
        self.kept[user, peer, msg_id] = {user, peer} - {hidden_from}

    def hide(self, user: str, peer: str) -> None:
        found = self.history(user, peer)
        some = self.rng.sample(found, min(len(found), 9))
        if some:
            params = chat.DeleteMessagesParams(peer, [one.seq for one in some])
            self.call(user, Method.DELETE_MESSAGES, params)
            for one in some:
                self.kept[one.sender, one.receiver, one.msg_id].discard(user)

    def recall(self, user: str, peer: str) -> None:
        own = [one for one in self.history(user, peer) if one.sender == user and one.text]
        if own:
            one = self.rng.choice(own)
            self.call(user, Method.REVOKE_MESSAGE, chat.RevokeMessageParams(peer, one.msg_id))
            self.kept[user, peer, one.msg_id].clear()

    def clear(self, user: str, peer: str) -> None:
        self.call(user, Method.DELETE_CONVERSATION, chat.DeleteConversationParams(f"c2c_{peer}"))
        for (sender, receiver, _), who in self.kept.items():
            if {sender, receiver} == {user, peer}:
                who.discard(user)

    def leave(self, user: str, peer: str) -> None:
        delete(self.world.admin(), user)
        self.world.carry_on()
        self.log_in(user)
        for who in self.kept.values():
            who.discard(user)

    def restart(self, user: str, peer: str) -> None:
        self.world.restart()
        self.log_in(*USERS)

    def history(self, user: str, peer: str) -> list[chat.Message]:
        method = Method.GET_C2C_HISTORY_MESSAGE_LIST
        page: chat.HistoryPage = self.call(user, method, chat.GetHistoryParams(peer, 40))
        return page.message_list

    def commit(self) -> None:
        self.world.carry_on()
        self.store.commit()

    def erase(self) -> None:
        """Erase all there is to erase, and come to rest."""
        self.commit()
        while self.store.has_more_to_erase:
            self.store.erase_some()
        assert self.store.rest()

    def check(self) -> None:
        """Check that those contents are kept that somebody sees, and no others."""
        bytes_of = {one.name: one.read_bytes() for one in self.path.parent.iterdir()}
        for (_, _, msg_id), who in self.kept.items():
            places = [name for name, found in bytes_of.items() if f"<{msg_id}>".encode() in found]
            assert bool(places) == bool(who), (msg_id, who, places)
        seen = {
            (one.sender, one.receiver, one.msg_id)
            for user in USERS
            for peer in USERS
            if peer != user
            for one in self.all_of(user, peer)
            if one.text == text_of(one.msg_id)
        }
        assert seen == {name for name, who in self.kept.items() if who}

    def all_of(self, user: str, peer: str) -> list[chat.Message]:
        found: list[chat.Message] = []
        while True:
            before = found[-1].seq if found else None
            params = chat.GetHistoryParams(peer, 40, before)
            page = self.call(user, Method.GET_C2C_HISTORY_MESSAGE_LIST, params)
            found += page.message_list
            if page.is_finished:
                return found


@pytest.mark.parametrize("seed", range(4))
def test_contents_are_there_as_long_as_anybody_sees_them(tmp_path: Path, seed: int) -> None:
    talks = Talks(tmp_path / "db", seed)
    for _ in range(4):
        for _ in range(150):
            talks.step()
        talks.erase()
        talks.check()
    talks.world.restart()
    talks.log_in(*USERS)
    talks.check()
    talks.world.close()
    assert check_database(tmp_path / "db") == []


def test_an_erased_message_is_not_sent_a_second_time(tmp_path: Path) -> None:
    talks = Talks(tmp_path / "db", 1)
    erased: list[tuple[int, int]] = []
    talks.store.on_erased = erased.extend
    params = chat.SendMessageParams("bob", "once", text="secret")
    sent = talks.call("alice", Method.SEND_MESSAGE, params).message
    for user, peer in (("alice", "bob"), ("bob", "alice")):
        talks.clear(user, peer)
    talks.erase()
    assert erased == [(1, 1)]
    assert b"once" not in (tmp_path / "db").read_bytes()
    again = talks.call("alice", Method.SEND_MESSAGE, params).message
    assert (again.msg_id, again.seq, again.version, again.text) == ("once", 1, sent.version, "")
    assert again.status == chat.MessageStatus.HAS_DELETED
    alice = talks.world.state[Accounts]["alice"]
    conversation = talks.world.state[Conversations].by_key(1)
    assert conversation.last_seq == 1
    (viewed,) = talks.store.archive.at(View(1, alice.key, 0), [1])
    assert viewed.message.msg_id == erasing.hashed("once")
    talks.world.close()


def test_erasing_goes_on_after_a_start_and_is_done_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A part takes the least time that it can.
    monkeypatch.setattr(pending, "_ERASING", 0.0)
    talks = Talks(tmp_path / "db", 1)
    for _ in range(300):
        talks.write("alice", "bob")
    for user, peer in (("alice", "bob"), ("bob", "alice")):
        talks.clear(user, peer)
    talks.commit()
    talks.store.erase_some()
    assert talks.store.has_more_to_erase
    talks.world.restart()
    talks.log_in(*USERS)
    talks.commit()
    parts = 0
    while talks.store.has_more_to_erase:
        talks.store.erase_some()
        parts += 1
    assert parts > 1
    talks.erase()
    talks.check()
    # Nothing is looked at a second time.
    talks.world.restart()
    erased: list[tuple[int, int]] = []
    talks.store.on_erased = erased.extend
    talks.erase()
    assert erased == []
    talks.world.close()


def test_what_an_earlier_backend_left_is_erased(tmp_path: Path) -> None:
    path = tmp_path / "db"
    talks = Talks(path, 5)
    for _ in range(400):
        talks.step()
    talks.commit()
    talks.world.close()
    with closing(sqlite3.connect(path)) as earlier:
        # It had none of this, and did not overwrite what it deleted.
        earlier.execute("PRAGMA secure_delete = OFF")
        earlier.execute("DROP TABLE to_erase")
        earlier.execute("UPDATE conversations SET first_seq = 1")
        earlier.execute("CREATE TABLE gone (text)")
        earlier.execute("INSERT INTO gone VALUES (?)", ("long ago" * 9000,))
        earlier.commit()
        earlier.execute("DELETE FROM gone")
        earlier.commit()
    assert b"long ago" in path.read_bytes()
    lines: list[str] = []
    SQLiteStore(path, lines.append).close()
    assert lines[0] == "Rewriting db once, without traces of what was deleted"
    assert b"long ago" not in path.read_bytes()
    assert [one.name for one in tmp_path.iterdir()] == ["db"]
    talks.world._start()
    talks.log_in(*USERS)
    talks.erase()
    talks.check()
    talks.world.close()
    SQLiteStore(path, lines.append).close()
    assert len(lines) == 2


def test_while_another_process_reads_the_log_stays_and_later_it_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "db"
    talks = Talks(path, 1)
    talks.write("alice", "bob")
    talks.commit()
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        for user, peer in (("alice", "bob"), ("bob", "alice")):
            talks.clear(user, peer)
        talks.commit()
        talks.store.erase_some()
        assert not talks.store.rest()
        assert size_of_log(path)
    talks.erase()
    talks.check()
    talks.world.close()
