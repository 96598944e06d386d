"""What pushes and answers make of the known conversations, in whatever order they come."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from imtui.protocol.chat import Message, MessageStatus
from imtui.sdk import ConversationInfo
from imtui.sdk.conversations import Conversations
from imtui.sdk.message_cache import MessageCache
from imtui.sdk.news import News
from tests.sdk.message_world import (
    ME,
    MessageWorld,
    Push,
    changed_conversation,
    changed_messages,
    new_message,
    receipt,
)

USERS = ["bob", "ann"]
REVOKED = MessageStatus.LOCAL_REVOKED
DELETED = MessageStatus.HAS_DELETED


@dataclass
class Device:
    """The state, with what was told and kept of it."""

    listed: bool = False
    received: list[Message] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    changed: list[tuple[str, int, MessageStatus]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cache = MessageCache(None, ME)
        self.state = Conversations(ME, self.cache.get, listed=self.listed)

    def take(self, news: News) -> News:
        self.cache.keep(news, listed=self.state.listed)
        self.received += news.received
        self.sent += [message.msg_id for message in news.sent]
        self.changed += [(m.peer(ME), m.seq, m.status) for m in news.changed]
        return news

    def push(self, push: Push) -> News:
        params: Any = push[1]
        if hasattr(params, "message_list"):
            return self.take(self.state.pushed(params.message_list))
        if hasattr(params, "receipt_list"):
            return self.take(self.state.receipts(params.receipt_list))
        return self.take(self.state.changed(params.conversation_list))

    def take_list(self, world: MessageWorld) -> None:
        self.state.list_begins()
        self.take(self.state.list_page(world.listed()))
        self.take(self.state.list_ends())

    def fetch(self, world: MessageWorld) -> None:
        for user_id in self.state.behind():
            since = self.state.complete(user_id)
            changes = world.talk(user_id).changed_since(since)
            self.take(self.state.fetched(user_id, changes))

    def sync(self, world: MessageWorld) -> None:
        self.take_list(world)
        self.fetch(world)

    def seqs(self, user_id: str) -> list[int]:
        return [message.seq for message in self.received if message.peer(ME) == user_id]


def expected(world: MessageWorld, user_id: str) -> ConversationInfo:
    return msgspec.convert(
        {
            **msgspec.structs.asdict(world.talk(user_id).conversation()),
            "user_id": user_id,
        },
        ConversationInfo,
        from_attributes=True,
    )


Action = tuple[str, str, int]

KINDS = ["in", "in", "in", "out", "here", "recall", "delete", "peer-deletes", "read", "seen"]
KINDS += ("pin", "wipe", "lose", "repeat", "history", "fetch", "sync")

actions = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(USERS),
        st.integers(0, 7),
    ),
    max_size=40,
)


class Story:
    """Carries out actions at the backend; what is pushed of them is lost while it is told to."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.world = MessageWorld()
        self.pushed: list[Push] = []
        self.losing = 0
        self.made = 0
        self.here: list[str] = []

    def tell(self, push: Push) -> None:
        if self.losing:
            self.losing -= 1
            return
        self.pushed.append(push)
        self.device.push(push)

    def act(self, action: Action) -> None:
        kind, user_id, number = action
        talk, device = self.world.talk(user_id), self.device
        self.made += 1
        msg_id = f"m{self.made}"
        there = talk.history(None)
        if kind == "in":
            self.tell(new_message(talk.send(user_id, msg_id)))
        elif kind == "out":
            self.tell(new_message(talk.send(ME, msg_id)))
        elif kind == "here":
            device.state.made_here(msg_id)
            self.here.append(msg_id)
            message = talk.send(ME, msg_id)
            if self.losing:
                self.losing -= 1
            else:
                device.take(device.state.acknowledged(message))
        elif kind in ("recall", "delete", "peer-deletes") and there:
            seq = there[number % len(there)].seq
            if kind == "peer-deletes":
                talk.change(seq, None)
            elif gone := talk.change(seq, REVOKED if kind == "recall" else DELETED):
                self.tell(changed_messages(gone))
                if kind == "delete":
                    self.tell(changed_conversation(talk))
        elif kind == "read":
            talk.read_seq = max(talk.read_seq, len(talk.messages) - number)
            self.tell(changed_conversation(talk))
        elif kind == "seen":
            talk.peer_read_seq = max(talk.peer_read_seq, len(talk.messages) - number)
            self.tell(receipt(user_id, talk.peer_read_seq))
        elif kind == "pin":
            talk.is_pinned = not talk.is_pinned
            self.tell(changed_conversation(talk))
        elif kind == "wipe" and there:
            for message in there:
                talk.change(message.seq, DELETED)
            talk.read_seq, talk.is_pinned = len(talk.messages), False
            self.tell(changed_conversation(talk))
        elif kind == "lose":
            self.losing = number
        elif kind == "repeat" and self.pushed:
            push = self.pushed[-1 - number % len(self.pushed)]
            if push[0] in ("onRecvNewMessage", "onMessagesChanged"):
                device.push(push)
        elif kind == "history":
            page = talk.history(None)[: 1 + number]
            device.cache.keep_page(user_id, page, 1, 0)
        elif kind == "fetch":
            device.fetch(self.world)
        elif kind == "sync":
            device.sync(self.world)
            self.losing = 0


@given(actions)
@settings(deadline=None, max_examples=300)
def test_whatever_is_lost_or_repeated_the_end_is_the_same_and_each_is_told_once(
    story: list[Action],
) -> None:
    device = Device(listed=True)
    told = Story(device)
    for action in story:
        told.act(action)
    device.sync(told.world)
    for user_id in USERS:
        talk = told.world.talk(user_id)
        want = expected(told.world, user_id)
        have = device.state.get(user_id)
        if want.last_message is None and not want.is_pinned:
            assert have is None
        else:
            assert have is not None
            assert have == msgspec.structs.replace(want, version=have.version)
        seqs = device.seqs(user_id)
        assert len(set(seqs)) == len(seqs)
        assert seqs == sorted(seqs)
        lasting = [m for m in talk.messages if m.status is MessageStatus.SEND_SUCC]
        elsewhere = {m.seq for m in lasting if m.msg_id not in told.here}
        assert elsewhere <= set(seqs)
        for message in talk.history(None):
            kept = device.cache.get(user_id, message.seq)
            assert kept is not None
            assert (kept.text, kept.status) == (message.text, message.status)
    assert len(set(device.sent)) == len(device.sent)
    assert set(device.sent) >= {
        m.msg_id
        for talk in told.world.talks.values()
        for m in talk.history(None)
        if m.msg_id in told.here
    }
    assert len(set(device.changed)) == len(device.changed)
    assert not device.state.behind()
    assert device.state.total_unread == sum(
        info.unread_count for info in device.state.all() if not info.recv_opt
    )


def test_the_first_list_is_history_and_nothing_is_fetched_or_told_as_new() -> None:
    world, device = MessageWorld(), Device()
    for number in range(5):
        world.send("bob", "bob", f"m{number}")
    device.sync(world)
    assert device.received == []
    assert not device.state.behind()
    assert device.state.total_unread == 5
    device.push(world.send("bob", "bob", "new"))
    assert device.seqs("bob") == [6]


def test_a_push_before_the_first_list_is_told_once_and_downloads_nothing() -> None:
    world, device = MessageWorld(), Device()
    for number in range(5):
        world.send("bob", "bob", f"m{number}")
    device.push(world.send("bob", "bob", "new"))
    assert device.seqs("bob") == [6]
    device.sync(world)
    assert device.seqs("bob") == [6]
    assert device.cache.get("bob", 5) is None


def test_a_draft_before_the_first_list_downloads_nothing() -> None:
    world, device = MessageWorld(), Device()
    world.send("bob", "bob", "m1")
    device.take(device.state.draft("bob", "dear bob"))
    device.take_list(world)
    assert not device.state.behind()
    info = device.state.get("bob")
    assert info is not None
    assert (info.draft_text, info.unread_count) == ("dear bob", 1)


def test_a_conversation_that_turns_up_after_the_first_list_is_all_new() -> None:
    world, device = MessageWorld(), Device()
    device.sync(world)
    world.send("bob", "bob", "m1")
    world.send("bob", "bob", "m2")
    device.sync(world)
    assert device.seqs("bob") == [1, 2]


def test_online_only_messages_are_told_as_they_come_and_kept_nowhere() -> None:
    device = Device(listed=True)
    typing = Message("t", "bob", ME, data=b"{}", online_user_only=True)
    news = device.take(device.state.pushed([typing]))
    assert news.received == [typing]
    assert device.cache.newest("bob") == 0
    assert device.state.all() == []


def test_a_backend_that_began_anew_is_believed() -> None:
    world, device = MessageWorld(), Device(listed=True)
    for number in range(5):
        device.push(world.send("bob", "bob", f"m{number}"))
    fresh = MessageWorld()
    fresh.send("bob", "bob", "other")
    device.sync(fresh)
    info = device.state.get("bob")
    assert info is not None
    assert (info.unread_count, info.version) == (1, 1)
    device.push(fresh.send("bob", "bob", "next"))
    assert [m.msg_id for m in device.received][-1] == "next"
    assert device.state.total_unread == 2


def test_what_was_deleted_elsewhere_meanwhile_is_forgotten() -> None:
    world, device = MessageWorld(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    world.talk("bob").change(1, DELETED)
    device.take_list(world)
    assert device.state.get("bob") is None
    assert device.state.total_unread == 0
    assert device.cache.newest("bob") == 0


def test_muted_conversations_do_not_count() -> None:
    world, device = MessageWorld(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    talk = world.talk("bob")
    muted = msgspec.structs.replace(talk.conversation(), recv_opt=2)
    device.take(device.state.changed([muted]))
    assert device.state.total_unread == 0
    device.push(world.send("bob", "bob", "m2"))
    assert device.state.total_unread == 0


def test_pinned_ones_come_first_then_the_latest() -> None:
    world, device = MessageWorld(), Device(listed=True)
    for user in ("ann", "bob", "eve"):
        world.talk(user).version = {"ann": 0, "bob": 10, "eve": 20}[user]
        world.send(user, user, "m")
    world.talk("ann").is_pinned = True
    device.take_list(world)
    assert [info.user_id for info in device.state.all()] == ["ann", "eve", "bob"]


def test_what_is_not_of_this_account_is_passed_over() -> None:
    device = Device(listed=True)
    strange = [
        Message("a", "bob", "eve", seq=1, version=1),
        Message("b", ME, ME, seq=1, version=1),
        Message("c", "bob", ME, seq=-1, version=-1),
        Message("d", "bob", ME, seq=2**63, version=1),
        Message("e", "bob", ME, seq=0, version=1),
    ]
    device.take(device.state.pushed(strange))
    assert device.received == []
    assert device.state.all() == []
