"""What a request costs, in steps of the database, does not grow with what its answer lacks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct

from imtui.protocol import chat
from imtui.protocol.chat import SendMessageParams
from imtui.protocol.messages import Method
from imtui.server.core.messages import reading
from imtui.server.core.messages.sending import SendOptions, send_message
from tests.server.core.world import WALL_START, World
from tests.server.store.sqlite.opening import in_sqlite

ALICE, BOB = 1, 2
FEW, MANY = 300, 3000
CONSTANT: Final = 8000
"""The steps of what each commit does at most for earlier requests; not enough for ``MANY``."""
SEARCHED_MAX: Final = 100
DELETED_AT_ONCE: Final = 50


class Talk:
    """Alice has sent bob many messages in a conversation, and what is done in it is counted."""

    def __init__(self, path: Path, count: int) -> None:
        self.world = World(path, searched_max=SEARCHED_MAX)
        self.count = count
        self.last = 0
        self.world.login(ALICE, "alice")
        self.world.login(BOB, "bob")
        for _ in range(count):
            self.send()

    def send(self, options: SendOptions | None = None) -> None:
        self.last += 1
        params = SendMessageParams("bob", f"m{self.last}", text="Hi")
        send_message(self.world.admin("alice"), params, options or SendOptions())
        self.world.carry_on()

    def call(self, method: Method, params: Struct) -> Any:
        return self.world.call(BOB, method, params)

    def delete(self, first: int, last: int) -> None:
        """Delete messages for bob."""
        for start in range(first, last + 1, DELETED_AT_ONCE):
            seqs = list(range(start, min(start + DELETED_AT_ONCE, last + 1)))
            self.call(Method.DELETE_MESSAGES, chat.DeleteMessagesParams("alice", seqs))

    def recall(self, seq: int) -> None:
        params = chat.RevokeMessageParams("bob", f"m{seq}")
        self.world.call(ALICE, Method.REVOKE_MESSAGE, params)

    def clear(self) -> None:
        params = chat.DeleteConversationParams("c2c_alice")
        self.call(Method.DELETE_CONVERSATION, params)

    def history(self, before: int | None = None) -> chat.HistoryPage:
        params = chat.GetHistoryParams("alice", 20, before)
        page: chat.HistoryPage = self.call(Method.GET_C2C_HISTORY_MESSAGE_LIST, params)
        return page

    def changes(self, version: int = 0, own_version: int | None = 0) -> None:
        params = chat.GetChangedMessagesParams("alice", version, 20, own_version)
        self.call(Method.GET_CHANGED_MESSAGES, params)

    def read(self, seq: int) -> None:
        params = chat.CleanUnreadParams("c2c_alice", seq)
        self.call(Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT, params)

    def commit(self) -> None:
        store = in_sqlite(self.world._store)
        self.world.carry_on()
        store.commit()

    def steps(self, action: Callable[["Talk"], Any]) -> int:
        """Return how many steps of its machine the database makes for an action, until the commit.

        What was done before is committed, so its steps do not count.
        """
        self.commit()
        store = in_sqlite(self.world._store)
        steps = 0

        def step() -> None:
            nonlocal steps
            steps += 1

        store._database.set_progress_handler(step, 1)
        try:
            action(self)
            self.commit()
        finally:
            store._database.set_progress_handler(None, 0)
        return steps


def all_deleted(talk: Talk) -> None:
    talk.delete(1, talk.count)


def all_but_ends_deleted(talk: Talk) -> None:
    talk.delete(2, talk.count - 1)


def every_other_deleted(talk: Talk) -> None:
    for first in range(1, talk.count - 100, 100):
        seqs = list(range(first, first + 100, 2))
        talk.call(Method.DELETE_MESSAGES, chat.DeleteMessagesParams("alice", seqs))


def all_recalled_and_cleared(talk: Talk) -> None:
    for seq in range(1, talk.count + 1):
        talk.recall(seq)
    talk.clear()


def all_deleted_and_cleared(talk: Talk) -> None:
    all_deleted(talk)
    talk.send()
    talk.clear()


def none_listed(talk: Talk) -> None:
    for _ in range(talk.count):
        talk.send(SendOptions(is_excluded_from_last_message=True))


def nothing(talk: Talk) -> None:
    pass


def roam(talk: Talk) -> None:
    before = (WALL_START + 10**6, 0)
    reading.within(talk.world.admin("bob"), "alice", 0, before, 20)


def send_and_delete(talk: Talk) -> None:
    talk.send()
    talk.delete(talk.last, talk.last)


def clear_again(talk: Talk) -> None:
    talk.send()
    talk.clear()


BEFORE = (
    nothing,
    all_deleted,
    all_but_ends_deleted,
    every_other_deleted,
    all_recalled_and_cleared,
    all_deleted_and_cleared,
    none_listed,
)
ACTIONS: dict[str, Callable[[Talk], Any]] = {
    "history": lambda talk: talk.history(),
    "history before": lambda talk: talk.history(talk.count),
    "changes": lambda talk: talk.changes(),
    "changes of before": lambda talk: talk.changes(0, None),
    "own changes": lambda talk: talk.changes(talk.count * 3),
    "roam": roam,
    "send": lambda talk: talk.send(),
    "send and delete": send_and_delete,
    "delete the newest": lambda talk: talk.delete(talk.last, talk.last),
    "recall": lambda talk: talk.recall(talk.last),
    "delete fifty": lambda talk: talk.delete(talk.last - 60, talk.last - 11),
    "clear": Talk.clear,
    "clear again": clear_again,
    "read one": lambda talk: talk.read(1),
    "read all but one": lambda talk: talk.read(talk.last - 1),
    "list": lambda talk: talk.call(Method.GET_CONVERSATION_LIST, chat.GetConversationListParams()),
}


@pytest.mark.parametrize("before", BEFORE)
def test_no_request_costs_more_in_a_longer_conversation(
    tmp_path: Path, before: Callable[[Talk], None]
) -> None:
    few, many = (costs(tmp_path / str(count), count, before) for count in (FEW, MANY))
    most = {name: 2 * steps + CONSTANT for name, steps in few.items()}
    assert not {name: (few[name], many[name]) for name in ACTIONS if many[name] > most[name]}


def costs(path: Path, count: int, before: Callable[[Talk], None]) -> dict[str, int]:
    """Return the steps of each action, one after the other in the same conversation."""
    talk = Talk(path, count)
    try:
        before(talk)
        return {name: talk.steps(action) for name, action in ACTIONS.items()}
    finally:
        talk.world.close()
