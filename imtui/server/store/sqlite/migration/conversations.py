"""Migrates messages and conversations, one conversation after the other.

In version 4 a message has two columns that tell which of the two members deleted it, and a
conversation has no row. In version 5 a member has a floor, and rows for the messages that they
hid above it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple

from imtui.protocol.chat import ReceiveOpt
from imtui.server.core.messages.conversation import Conversation, Member
from imtui.server.store.sql.messages import conversation_row, member_row

_READ_AT_ONCE: Final = 1000
_PROGRESS_EVERY: Final = 100_000

_MESSAGES: Final = """
SELECT low, high, seq, version, sender, msg_id, timestamp, elem_type, text, data,
    cloud_custom_data, msg_body, revoked, uncounted, not_last, deleted_low, deleted_high
FROM messages ORDER BY low, high, seq
"""
_SIDES: Final = "SELECT owner, peer, read_seq, read_at, pinned, recv_opt, unlisted_seq FROM sides"

_Pair = tuple[str, str]


class _Old(NamedTuple):
    low: str
    high: str
    seq: int
    version: int
    sender: str
    msg_id: str
    timestamp: int
    elem_type: int
    text: str
    data: bytes
    cloud_custom_data: str
    msg_body: str
    revoked: int
    uncounted: int
    not_last: int
    deleted_low: int
    deleted_high: int


class _Side:
    """Collects the state of one member while the messages are migrated."""

    def __init__(self, member: Member) -> None:
        """Start before the first message."""
        self.member = member
        self.unread = 0
        self.newest = 0
        self.hidden: list[tuple[int, int, int, int]] = []
        """Rows of hidden messages that are still to be written."""
        self._has_kept = False
        self._hidden_count = 0

    def add(self, old: _Old, is_deleted: int) -> None:
        """Add the next message."""
        member = self.member
        if is_deleted and not self._has_kept:
            member.cleared_seq = old.seq
        elif is_deleted:
            self._hidden_count += 1
            self.hidden.append((member.conversation, member.account, old.seq, self._hidden_count))
        else:
            self._has_kept = True
            if not old.not_last and old.seq > member.unlisted_seq:
                self.newest = old.seq
            is_other = old.sender != member.user_id
            if is_other and old.seq > member.read_seq and not (old.revoked or old.uncounted):
                self.unread += 1

    def end(self, conversation: Conversation) -> None:
        """Complete the member after the last message."""
        member = self.member
        # The floor counts as one more change, after the hidden messages.
        member.own_version = self._hidden_count + (member.cleared_seq > 0)
        member.uncounted = conversation.counted - self.unread
        if self.newest != conversation.listed_seq:
            conversation.set_newest(member, self.newest)


def migrate_conversations(
    old: sqlite3.Connection, new: sqlite3.Connection, progress: Callable[[str], None]
) -> None:
    """Write all messages and conversations from one database into the other.

    Args:
        old: The database of version 4.
        new: The new database, which has the accounts.
        progress: Called with a line now and then.
    """
    keys = dict(new.execute("SELECT user_id, key FROM accounts"))
    sides: dict[_Pair, tuple[Any, ...]] = {
        (owner, peer): tuple(values) for owner, peer, *values in old.execute(_SIDES)
    }
    total = old.execute("SELECT count(*) FROM messages").fetchone()[0]
    done = 0
    key = 0
    seen: set[_Pair] = set()
    for pair, found in groupby(_messages(old), key=lambda one: (one.low, one.high)):
        key += 1
        seen.add(pair)
        for number in _migrate_one(new, keys, sides, key, pair, found):
            done += number
            if done // _PROGRESS_EVERY != (done - number) // _PROGRESS_EVERY:
                progress(f"{done:,} of {total:,} messages migrated")
    for owner, peer in sides:
        pair = (owner, peer) if owner < peer else (peer, owner)
        if pair not in seen:
            key += 1
            seen.add(pair)
            list(_migrate_one(new, keys, sides, key, pair, iter(())))


def _messages(old: sqlite3.Connection) -> Iterator[_Old]:
    cursor = old.execute(_MESSAGES)
    cursor.arraysize = _READ_AT_ONCE
    while found := cursor.fetchmany():
        yield from map(_Old._make, found)


def _migrate_one(
    new: sqlite3.Connection,
    keys: dict[str, int],
    sides: dict[_Pair, tuple[Any, ...]],
    key: int,
    pair: _Pair,
    found: Iterator[_Old],
) -> Iterator[int]:
    """Migrate a conversation in parts, and yield the number of messages of each part."""
    low, high = (_Side(_member(keys, sides, key, *two)) for two in (pair, pair[::-1]))
    conversation = Conversation(key)
    part: list[tuple[Any, ...]] = []
    for old in found:
        conversation.last_seq = old.seq
        conversation.version = max(conversation.version, old.version)
        conversation.last_timestamp = max(conversation.last_timestamp, old.timestamp)
        conversation.counted += not old.uncounted
        if not old.not_last:
            conversation.listed_seq = old.seq
        low.add(old, old.deleted_low)
        high.add(old, old.deleted_high)
        part.append(_message_row(key, keys[old.sender], old))
        if len(part) == _READ_AT_ONCE:
            _write(new, part, low, high)
            yield len(part)
            part.clear()
    low.end(conversation)
    high.end(conversation)
    row = conversation_row(conversation)
    new.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, 1, ?, ?)", row)
    for side in (low, high):
        new.execute(f"INSERT INTO members VALUES ({_places(14)})", member_row(side.member))
    _write(new, part, low, high)
    yield len(part)


def _write(new: sqlite3.Connection, part: list[tuple[Any, ...]], low: _Side, high: _Side) -> None:
    new.executemany(f"INSERT INTO messages VALUES ({_places(14)})", part)
    for side in (low, high):
        new.executemany("INSERT INTO hidden VALUES (?, ?, ?, ?)", side.hidden)
        side.hidden.clear()


def _member(
    keys: dict[str, int],
    sides: dict[_Pair, tuple[Any, ...]],
    conversation: int,
    owner: str,
    peer: str,
) -> Member:
    nothing = (0, 0, 0, 0, 0)
    read_seq, read_at, pinned, recv_opt, unlisted_seq = sides.get((owner, peer), nothing)
    return Member(
        conversation,
        keys[owner],
        owner,
        read_seq=read_seq,
        read_at=read_at,
        is_pinned=bool(pinned),
        recv_opt=ReceiveOpt(recv_opt),
        unlisted_seq=unlisted_seq,
    )


def _message_row(conversation: int, sender: int, old: _Old) -> tuple[Any, ...]:
    _, _, seq, version, _, *contents, _, _ = old
    return (conversation, seq, version, sender, *contents)


def _places(count: int) -> str:
    return ", ".join("?" * count)
