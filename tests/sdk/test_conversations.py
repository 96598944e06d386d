"""What pushes and answers make of the known conversations, in whatever order they come."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from imtui.protocol.chat import Message, MessageStatus
from imtui.sdk import ConversationInfo
from tests.sdk.message_device import KINDS, Action, Device, Story
from tests.sdk.message_world import ME, MessageWorld

USERS = ["bob", "ann"]
DELETED = MessageStatus.HAS_DELETED


def expected(world: MessageWorld, user_id: str) -> ConversationInfo:
    return msgspec.convert(
        {
            **msgspec.structs.asdict(world.talk(user_id).conversation()),
            "user_id": user_id,
        },
        ConversationInfo,
        from_attributes=True,
    )


stories = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(USERS), st.integers(0, 7)), max_size=50
)


@given(stories, st.integers(1, 4))
@settings(deadline=None, max_examples=300)
def test_whatever_is_lost_or_repeated_the_end_is_the_same_and_each_is_told_once(
    actions: list[Action], page: int
) -> None:
    device = Device(listed=True)
    story = Story(device, page)
    for action in actions:
        story.act(action)
        # Without a loss nothing is fetched: not for what this account did itself, here or
        # elsewhere, and not for what the other one deleted.
        assert set(device.state.behind()) <= story.may_lack
    device.sync(story.world)
    for user_id in USERS:
        talk = story.world.talk(user_id)
        want = expected(story.world, user_id)
        have = device.state.get(user_id)
        if not want.is_listed:
            assert have is None
        else:
            assert have is not None
            assert have == msgspec.structs.replace(want, version=have.version)
        seqs = device.seqs(user_id)
        assert len(set(seqs)) == len(seqs)
        assert seqs == sorted(seqs)
        seen = {message.seq: message for message in talk.history(None)}
        lasting = [m for m in seen.values() if m.status is MessageStatus.SEND_SUCC]
        elsewhere = {m.seq for m in lasting if m.msg_id not in story.here}
        assert elsewhere <= set(seqs)
        assert device.kept(user_id) == {seq: (m.text, m.status) for seq, m in seen.items()}
        assert device.floor_of_cache(user_id) > device.state.cleared_seq(user_id)
    assert len(set(device.sent)) == len(device.sent)
    assert set(device.sent) >= {
        m.msg_id
        for talk in story.world.talks.values()
        for m in talk.history(None)
        if m.msg_id in story.here
    }
    # What is deleted may be told again once all of its conversation was forgotten.
    recalled = [(m.peer(ME), m.seq) for m in device.changed if m.status is not DELETED]
    assert len(set(recalled)) == len(recalled)
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
    world.talk("bob").hide(1)
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
