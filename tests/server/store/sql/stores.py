"""Stores for the tests, and what is written into them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import structs

from imtui.protocol.chat import Message
from imtui.server.core.accounts.changes import AccountRegistered
from imtui.server.core.archive import StoredMessage
from imtui.server.core.change import Change
from imtui.server.core.messages.changes import ConversationCreated, MessageSent
from imtui.server.core.messages.conversation import Conversation, Member
from imtui.server.core.stored import StoredAccount, StoredApp
from tests.server.store.engines import AnyStore, open_store

USERS: Final = ("alice", "bob", "carol")
ALICE, BOB, CAROL = 1, 2, 3
"""The keys of their accounts."""

PEOPLE: Final[list[Change]] = [
    AccountRegistered(key, user_id, 7) for key, user_id in enumerate(USERS, 1)
]
ACCOUNTS: Final = [StoredAccount(key, user_id, 7) for key, user_id in enumerate(USERS, 1)]


@contextmanager
def opened(path: Path) -> Iterator[AnyStore]:
    """Open and load a store, and close it in the end; what is not committed is gone."""
    store = open_store(path)
    try:
        store.load()
        yield store
    finally:
        store.close()


def reopened(path: Path, *commits: list[Change]) -> StoredApp:
    """Commit changes, each list by a store of its own, and return what another one loads."""
    for changes in commits:
        with opened(path) as store:
            store.write(changes)
            store.commit()
    store = open_store(path)
    stored = store.load()
    store.close()
    return stored


def conversation(last_seq: int = 0, version: int = 0) -> Conversation:
    """Return the conversation of alice and bob, whose key is 1, after some messages of alice."""
    return Conversation(
        1,
        last_seq=last_seq,
        version=version or last_seq,
        counted=last_seq,
        last_timestamp=1000 + last_seq if last_seq else 0,
        listed_seq=last_seq,
        members=[Member(1, ALICE, "alice", uncounted=last_seq), Member(1, BOB, "bob")],
    )


CREATED: Final = ConversationCreated(conversation())


def sent(seq: int) -> MessageSent:
    """Return that alice sent bob a message, ``m1`` or so; of the members only she changed."""
    stored = StoredMessage(1, seq, seq, ALICE, f"m{seq}", 1000 + seq, text=f"text {seq}")
    message = Message(stored.msg_id, "alice", "bob", stored.timestamp, seq, seq, text=stored.text)
    now = conversation(seq)
    return MessageSent(message, stored, structs.replace(now, members=now.members[:1]), 1)
