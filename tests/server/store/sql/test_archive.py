"""The archive in SQLite finds the same as the one in memory, and conversations come back."""

import tempfile
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec import structs

from imtui.protocol.chat import (
    CleanUnreadParams,
    DeleteConversationParams,
    DeleteMessagesParams,
    PinConversationParams,
    ReceiveOpt,
    RevokeMessageParams,
    SendMessageParams,
    SetReceiveOptParams,
    conversation_id,
)
from imtui.protocol.errors import IMError
from imtui.server.core.accounts.accounts import Accounts
from imtui.server.core.archive import Archive, View
from imtui.server.core.context import Context
from imtui.server.core.logins import registration
from imtui.server.core.messages import listing, removing
from imtui.server.core.messages.conversation import Conversation, Conversations
from imtui.server.core.messages.order import Place
from imtui.server.core.messages.sending import SendOptions, send_message
from tests.server.core.world import WALL_START, World
from tests.server.memory_archive import MemoryArchive
from tests.server.store.engines import POSTGRES, SQLITE, AnyStore, query

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a folder need not wait for a disk, if the system has such a place."""

USERS = ("alice", "bob", "carol")
SEQS = st.integers(0, 12)
PAIRS = st.sampled_from([(one, other) for one in USERS for other in USERS if one != other])
"""Who acts, and towards whom; what is with alice and bob comes most often."""


class Messages(RuleBasedStateMachine):
    """Users who write to one another, recall, delete, read, leave and come again."""

    database = SQLITE

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=IN_MEMORY)
        self.world = World(Path(self._folder.name) / self.database)
        self.memory = MemoryArchive()
        self.sent = 0

    def teardown(self) -> None:
        self.check_what_is_found()
        self.check_runs()
        self.check_order()
        self.check_counts()
        self.world.close()
        self._folder.cleanup()

    @initialize()
    def people(self) -> None:
        for user_id in USERS:
            self.do(registration.register, "", user_id)

    @rule(
        pair=PAIRS,
        imported=st.none() | st.integers(1, 9),
        hidden=st.sampled_from(["nobody", "nobody", "nobody", "one", "other"]),
        uncounted=st.booleans(),
        unlisted=st.sampled_from([False, False, True]),
        repeated=st.sampled_from([False, False, False, True]),
    )
    def send(
        self,
        pair: tuple[str, str],
        imported: int | None,
        hidden: str,
        uncounted: bool,
        unlisted: bool,
        repeated: bool,
    ) -> None:
        one, other = pair
        self.sent += not (repeated and self.sent)
        params = SendMessageParams(other, f"m{self.sent}", text=f"text {self.sent}")
        options = SendOptions(
            hidden_from={"nobody": "", "one": one, "other": other}[hidden],
            is_excluded_from_unread_count=uncounted,
            is_excluded_from_last_message=unlisted,
            timestamp=0 if imported is None else WALL_START + imported,
        )
        self.do(send_message, one, params, options)

    @rule(pair=PAIRS, number=st.integers(1, 20))
    def revoke(self, pair: tuple[str, str], number: int) -> None:
        self.do(removing.revoke_message, pair[0], RevokeMessageParams(pair[1], f"m{number}"))

    @rule(pair=PAIRS, seqs=st.lists(SEQS, min_size=1, max_size=4))
    def delete(self, pair: tuple[str, str], seqs: list[int]) -> None:
        self.do(removing.delete_messages, pair[0], DeleteMessagesParams(pair[1], seqs))

    @rule(pair=PAIRS)
    def clear(self, pair: tuple[str, str]) -> None:
        self.do(listing.delete, pair[0], DeleteConversationParams(conversation_id(pair[1])))

    @rule(pair=PAIRS)
    def unlist(self, pair: tuple[str, str]) -> None:
        self.do(partial(listing.leave_list, keeps_messages=True), *pair)

    @rule(pair=PAIRS, seq=SEQS)
    def read(self, pair: tuple[str, str], seq: int) -> None:
        self.do(listing.clean_unread, pair[0], CleanUnreadParams(conversation_id(pair[1]), seq))

    @rule(pair=PAIRS, pinned=st.booleans(), opt=st.sampled_from(ReceiveOpt))
    def mark(self, pair: tuple[str, str], pinned: bool, opt: ReceiveOpt) -> None:
        one, other = pair
        self.do(listing.pin, one, PinConversationParams(conversation_id(other), pinned))
        self.do(listing.set_receive_opt, one, SetReceiveOptParams([other], opt))

    @rule(user_id=st.sampled_from(USERS))
    def register_anew(self, user_id: str) -> None:
        self.do(registration.delete, "", user_id)
        self.do(registration.register, "", user_id)

    @rule()
    def commit(self) -> None:
        self.store.commit()

    @rule()
    def restart(self) -> None:
        before = self.conversations()
        self.world.restart()
        assert self.conversations() == before

    @property
    def store(self) -> AnyStore:
        assert self.world._store is not None
        return self.world._store

    def do(self, function: Any, user_id: str, *args: Any) -> None:
        """Call a function of the core for a user; it may refuse."""
        context: Context = self.world.admin(user_id)
        try:
            function(context, *args)
        except IMError:
            assert not self.world.core.has_changes
        self.keep()

    def keep(self) -> None:
        self.memory.write(self.world.take_changes())

    def conversations(self) -> dict[tuple[str, str], tuple[Conversation, int]]:
        """Return copies of all conversations, and how many messages are unread in all of them."""
        found = self.world.state[Conversations]
        return {
            (user_id, peer): (sorted_copy(conversation), found.unread_of(user_id))
            for user_id in USERS
            for peer in USERS
            if (conversation := found.get(user_id, peer)) is not None
        }

    @rule()
    def check_what_is_found(self) -> None:
        for (user_id, _), (conversation, _) in self.conversations().items():
            member = conversation.member(user_id)
            for edge in range(conversation.last_seq + 2):
                found = everything(self.world.archive, member.view, edge)
                assert found == everything(self.memory, member.view, edge)
            # What was hidden below the floor is no longer told, but all messages are there.
            whole = View(conversation.key, member.account, 0)
            seqs = range(conversation.last_seq + 1)
            there, kept = (one.at(whole, seqs) for one in (self.world.archive, self.memory))
            assert [one.message for one in there] == [one.message for one in kept]
        for account in self.world.state[Accounts]:
            for number in range(1, self.sent + 2):
                name = f"m{number}"
                assert self.world.archive.find(account.key, name) == self.memory.find(
                    account.key, name
                )

    @rule()
    def check_runs(self) -> None:
        # The archive has executed the batch.
        self.world.archive.at(View(1, 1, 0), [1])
        hidden = self.rows("SELECT conversation, account, seq FROM hidden")
        in_runs = [
            (conversation, account, seq)
            for conversation, account, last, first in self.rows("SELECT * FROM hidden_runs")
            for seq in range(first, last + 1)
        ]
        # Those at or below the floor are removed in any order.
        assert len(set(in_runs)) == len(in_runs)
        assert self.above_floors(in_runs) == self.above_floors(hidden)

    def rows(self, sql: str) -> list[Any]:
        return query(self.store, sql)

    def above_floors(self, hidden: list[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
        floors = {
            (member.conversation, member.account): member.cleared_seq
            for conversation, _ in self.conversations().values()
            for member in conversation.members
        }
        return {one for one in hidden if one[2] > floors.get(one[:2], 0)}

    @rule()
    def check_counts(self) -> None:
        unread = dict.fromkeys(USERS, 0)
        for (user_id, _), (conversation, total) in self.conversations().items():
            member = conversation.member(user_id)
            last = conversation.last_seq
            counted = self.memory.count_unread(member.view, member.read_seq, last)
            assert conversation.unread(member) == counted
            unread[user_id] += counted
            visible = self.memory.before(member.view, last + 1, last)
            listed = (
                one.seq for one in visible if one.seq > member.unlisted_seq and not one.is_unlisted
            )
            assert conversation.newest(member) == next(listed, 0)
            assert total == self.world.state[Conversations].unread_of(user_id)
        for user_id in USERS:
            assert self.world.state[Conversations].unread_of(user_id) == unread[user_id]

    @rule()
    def check_order(self) -> None:
        listed: dict[str, list[Place]] = {user_id: [] for user_id in USERS}
        for (user_id, peer), (conversation, _) in self.conversations().items():
            member = conversation.member(user_id)
            if conversation.is_listed(member):
                place = (not member.is_pinned, -conversation.order_key(member), peer)
                listed[user_id].append(place)
        for user_id, places in listed.items():
            assert self.world.state[Conversations].places(user_id) == sorted(places)


def sorted_copy(conversation: Conversation) -> Conversation:
    """Return a copy with copies of its members, in the order in which they come back."""
    members = sorted(map(copy, conversation.members), key=lambda member: member.account)
    return structs.replace(conversation, members=members)


def everything(archive: Archive, view: View, edge: int) -> list[Any]:
    """Return all that an archive says of a view around a place."""
    return [
        archive.at(view, [edge, 3]),
        archive.before(view, edge, 3),
        # Each text has 6 bytes or more.
        archive.before(view, edge, 99, 13),
        archive.changed(view, edge, 3),
        archive.hidden(view, edge, 3),
        archive.count_unread(view, edge, edge + 4),
        archive.within(view, 0, (WALL_START + edge, 3), 4),
        archive.within(view, WALL_START + edge, (WALL_START + edge + 2, 3), 4),
    ]


class MessagesInPostgres(Messages):
    """The same in PostgreSQL."""

    database = POSTGRES


TestMessagesInPostgres = MessagesInPostgres.TestCase
TestMessagesInPostgres.settings = settings(
    max_examples=5, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestMessages = Messages.TestCase
TestMessages.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
