"""Pages of messages: however one goes on, each visible message is there once, in order."""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from imtui.protocol import chat
from imtui.protocol.chat import Message, MessageStatus
from imtui.protocol.messages import Method
from imtui.protocol.rest.message_key import message_key
from imtui.server.core.messages import reading
from imtui.server.core.messages.sending import SendOptions, send_message
from tests.server.core.world import WALL_START, World
from tests.server.store.sql.test_archive import IN_MEMORY

ALICE, BOB = 1, 2
SEARCHED_MAX: Final = 4
PAGES_MAX: Final = 200
"""More pages than any of these conversations has: whoever asks for more stands still."""

SEQS = st.integers(1, 24)
STEPS = st.one_of(
    st.tuples(st.just("send"), st.integers(1, 6)),
    st.tuples(st.just("import"), st.integers(1, 30)),
    st.tuples(st.just("unseen"), st.integers(1, 6)),
    st.tuples(st.just("delete"), st.lists(SEQS, min_size=1, max_size=12)),
    st.tuples(st.just("delete"), st.tuples(SEQS, SEQS).map(lambda two: list(range(*sorted(two))))),
    st.tuples(st.just("recall"), SEQS),
    st.tuples(st.just("clear"), st.just(0)),
)


class Talk:
    """A conversation of alice and bob, and what bob sees of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent = 0
        self.hidden: set[int] = set()
        self.cleared = 0
        world.login(ALICE, "alice")
        world.login(BOB, "bob")

    def do(self, step: str, value: Any) -> None:
        """Carry out a step."""
        if step == "clear":
            params = chat.DeleteConversationParams("c2c_alice")
            self.world.call(BOB, Method.DELETE_CONVERSATION, params)
            self.cleared = self.sent
        elif step == "recall":
            revoke = chat.RevokeMessageParams("bob", f"m{value}")
            self.world.code(ALICE, Method.REVOKE_MESSAGE, revoke)
        elif step == "delete":
            delete = chat.DeleteMessagesParams("alice", value)
            self.world.code(BOB, Method.DELETE_MESSAGES, delete)
            self.hidden |= {seq for seq in value if seq <= self.sent}
        else:
            count = 1 if step == "import" else value
            for _ in range(count):
                self._send(step, value)

    def _send(self, step: str, value: int) -> None:
        self.sent += 1
        self.world.seconds += 0.001
        options = SendOptions(
            hidden_from="bob" if step == "unseen" else "",
            timestamp=WALL_START + value if step == "import" else 0,
        )
        params = chat.SendMessageParams("bob", f"m{self.sent}", text="Hi")
        send_message(self.world.admin("alice"), params, options)
        self.world.carry_on()
        self.hidden |= {self.sent} if step == "unseen" else set()

    @property
    def visible(self) -> list[int]:
        """Return the seqs that bob sees."""
        seqs = range(self.cleared + 1, self.sent + 1)
        return [seq for seq in seqs if seq not in self.hidden]

    def history(self, before: int | None, count: int) -> chat.HistoryPage:
        params = chat.GetHistoryParams("alice", count, before)
        page: chat.HistoryPage = self.world.call(BOB, Method.GET_C2C_HISTORY_MESSAGE_LIST, params)
        return page

    def changes(self, version: int, own_version: int | None, count: int) -> chat.ChangedMessages:
        params = chat.GetChangedMessagesParams("alice", version, count, own_version)
        page: chat.ChangedMessages = self.world.call(BOB, Method.GET_CHANGED_MESSAGES, params)
        return page

    def roam(self, before: tuple[int, int], count: int) -> reading.History:
        return reading.within(self.world.admin("bob"), "alice", 0, before, count)


def of_both_stores(check: Callable[[Talk, int], None]) -> Callable[[], None]:
    """Check conversations in memory and in a database, with searches that stop early."""

    @given(st.lists(STEPS, min_size=1, max_size=25), st.integers(1, 5), st.booleans())
    @settings(max_examples=60, deadline=None)
    def checked(steps: list[tuple[str, Any]], count: int, in_memory: bool) -> None:
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
            path = None if in_memory else Path(folder) / "db"
            world = World(path, searched_max=SEARCHED_MAX)
            try:
                talk = Talk(world)
                for step in steps:
                    talk.do(*step)
                check(talk, count)
            finally:
                world.close()

    return checked


def there(pages: Iterable[list[Message]]) -> Iterator[Message]:
    """Yield the messages of all pages but tombstones, which have no contents."""
    for page in pages:
        assert page, "a page has a message or a tombstone"
        for message in page:
            if message.status is MessageStatus.HAS_DELETED:
                assert not message.text
            else:
                yield message


def all_pages(
    first: Any, ask: Callable[[Any, Any], Any], is_finished: Callable[[Any], bool]
) -> list[Any]:
    """Return all pages, each asked for with the one before."""
    pages = [ask(first, None)]
    while not is_finished(pages[-1]):
        pages.append(ask(first, pages[-1]))
        assert len(pages) < PAGES_MAX
    return pages


def _history_is_complete(talk: Talk, count: int, following: Callable[[Any], int]) -> None:
    pages = [talk.history(None, count)]
    while not pages[-1].is_finished:
        before = following(pages[-1])
        pages.append(talk.history(before, count))
        assert len(pages) < PAGES_MAX
    lists = [page.message_list for page in pages]
    if not pages[-1].message_list:
        lists.pop()
    assert [one.seq for one in there(lists)] == talk.visible[::-1]
    assert pages[-1].next_before_seq == 0


@of_both_stores
def test_history_goes_on_where_the_page_says(talk: Talk, count: int) -> None:
    _history_is_complete(talk, count, lambda page: page.next_before_seq)


@of_both_stores
def test_history_goes_on_from_the_last_message(talk: Talk, count: int) -> None:
    _history_is_complete(talk, count, lambda page: page.message_list[-1].seq)


def _changes(
    talk: Talk, count: int, own: int | None, following: Callable[[Any], tuple[int, int | None]]
) -> list[Message]:
    pages = [talk.changes(0, own, count)]
    while not pages[-1].is_finished:
        assert pages[-1].message_list, "a page has a message or a tombstone"
        pages.append(talk.changes(*following(pages[-1]), count))
        assert len(pages) < PAGES_MAX
    return [message for page in pages for message in page.message_list]


@of_both_stores
def test_changes_go_on_where_the_page_says(talk: Talk, count: int) -> None:
    found = _changes(talk, count, 0, lambda page: (page.next_version, page.next_own_version))
    gone = {one.seq for one in found if one.status is MessageStatus.HAS_DELETED}
    assert {seq for seq in gone if seq > talk.cleared} == {
        seq for seq in talk.hidden if seq > talk.cleared
    }
    assert sorted({one.seq for one in found} - gone) == talk.visible


@of_both_stores
def test_changes_go_on_from_the_version_of_the_last_message(talk: Talk, count: int) -> None:
    found = _changes(talk, count, None, lambda page: (page.message_list[-1].version, None))
    versions = [one.version for one in found]
    assert versions == sorted(set(versions))
    seen = {one.seq for one in found if one.status is not MessageStatus.HAS_DELETED}
    assert sorted(seen) == talk.visible


@of_both_stores
def test_an_admins_history_goes_on_from_the_key_of_the_last_message(talk: Talk, count: int) -> None:
    before = (WALL_START + 10**6, 0)
    found: list[Message] = []
    for _ in range(PAGES_MAX):
        page = talk.roam(before, count)
        shown = [one.message for one in page.messages[:count]]
        found += there([shown]) if shown else ()
        if not page.is_cut and len(page.messages) < count:
            break
        place = reading.place_of(talk.world.admin("bob"), "alice", message_key(shown[-1]))
        assert place is not None
        assert place < before
        before = place
    else:
        raise AssertionError("it never ends")
    assert sorted(one.seq for one in found) == talk.visible
    assert [one.seq for one in found] == [
        one.seq for one in sorted(found, key=lambda one: (one.timestamp, one.seq), reverse=True)
    ]
