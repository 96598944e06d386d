"""Own versions and floors in the state of a device, event by event."""

from typing import Any

import msgspec
import pytest

from imtui.protocol.chat import (
    ChangedMessages,
    ConversationList,
    GetChangedMessagesParams,
    Message,
    MessageStatus,
)
from imtui.sdk import IMError, ReceiveOpt
from imtui.sdk.messages.cache import MessageCache
from imtui.sdk.messages.changed_pages import ChangedPages
from imtui.sdk.messages.update import Update
from tests.sdk.messages.message_device import Device
from tests.sdk.messages.message_world import (
    ME,
    changed_conversation,
    changed_messages,
    new_message,
    world_of,
)

DELETED = MessageStatus.HAS_DELETED


@pytest.mark.parametrize(
    "following", [(7, 3), (6, 4), (8, 2), (2**60, 3), (8, -1)], ids=lambda numbers: str(numbers)
)
def test_pages_that_lead_nowhere_are_unreadable(following: tuple[int, int]) -> None:
    pages = ChangedPages("bob", 7, 3)
    with pytest.raises(IMError) as error:
        pages.add(ChangedMessages([], False, 0, *following))
    assert error.value.code == 6001


def test_a_page_without_messages_may_lead_to_the_next() -> None:
    pages = ChangedPages("bob", 7, 3)
    assert pages.add(ChangedMessages([], False, 0, 9, 3)) is None
    assert pages.params() == GetChangedMessagesParams("bob", 9, 100, 3)
    answer = pages.add(ChangedMessages([], True, 5, 9, 4))
    assert answer == ChangedMessages([], True, 5, 9, 4)


def test_the_floor_of_every_page_counts() -> None:
    pages = ChangedPages("bob", 0, 0)
    assert pages.add(ChangedMessages([], False, 4, 1, 0)) is None
    assert pages.add(ChangedMessages([], True, 0, 1, 0)) == ChangedMessages([], True, 4, 1, 0)


def test_no_contents_of_a_message_deleted_here_are_stored() -> None:
    device = Device(listed=True)
    message = Message(
        "m1", "bob", ME, 1, 1, 1, text="a", data=b"b", cloud_custom_data="c", msg_body="d"
    )
    device.publish(device.state.deleted_messages([message]))
    assert device.cache.get("bob", 1) == Message("m1", "bob", ME, 1, 1, 1, status=DELETED)


def test_messages_up_to_the_floor_are_ignored_in_every_answer() -> None:
    world, device = world_of(), Device(listed=True)
    for number in range(1, 5):
        device.push(world.send("bob", "bob", f"m{number}"))
    talk = world.talk("bob")
    old = talk.messages[1]
    talk.clear()
    device.push(changed_conversation(talk))
    assert device.state.cleared_seq("bob") == 4
    recalled = msgspec.structs.replace(old, version=5, status=MessageStatus.LOCAL_REVOKED)
    device.push(changed_messages(recalled))
    device.publish(device.state.acknowledged(old))
    device.publish(device.state.fetched("bob", ChangedMessages([old, recalled], next_version=5)))
    assert device.kept("bob") == {}
    assert device.cache.newest("bob") == 0
    assert device.state.top("bob") == 4
    assert device.state.get("bob") is None
    assert device.changed == []
    assert not device.state.behind()


def test_an_unlisted_conversation_that_keeps_its_messages_stays_up_to_date() -> None:
    """An admin may remove a conversation from the list without its messages."""
    world, device = world_of(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    talk = world.talk("bob")
    world.send("bob", "bob", "m2")
    talk.read(2)
    off_the_list = msgspec.structs.replace(talk.conversation(), last_message=None)
    device.push(("onConversationChanged", ConversationList([off_the_list])))
    device.fetch(world)
    assert device.seqs("bob") == [1, 2]
    assert set(device.kept("bob")) == {1, 2}
    talk.hide(1, 2)
    device.sync(world)
    assert device.kept("bob") == {}


def test_a_mute_undone_while_away_is_undone_without_being_listed() -> None:
    world, device = world_of(), Device(listed=True)
    talk = world.talk("bob")
    talk.mute(ReceiveOpt.RECEIVE_NOT_NOTIFY)
    device.push(changed_conversation(talk))
    assert device.state.get("bob") is not None
    talk.mute(ReceiveOpt.RECEIVE)
    device.sync(world)
    assert device.state.get("bob") is None


def test_a_message_that_no_list_showed_stays_a_gap_when_later_ones_are_fetched() -> None:
    world, device = world_of("m1", "m2"), Device()
    talk = world.talk("bob")
    # The second message is excluded from being the last message.
    shown = msgspec.structs.replace(talk.conversation(), last_message=talk.messages[0])
    device.state.list_begins()
    device.publish(device.state.list_page([shown]))
    device.publish(device.state.list_ends())
    world.send("bob", "bob", "m3")
    device.push(world.send("bob", "bob", "m4"))
    device.fetch(world)
    assert device.seqs("bob") == [3, 4]
    page, low = device.cache.page("bob", 4, 10)
    assert ([m.seq for m in page], low) == ([4, 3], 3)


def test_reading_does_not_go_back_behind_the_floor() -> None:
    world, device = world_of(), Device(listed=True)
    for number in range(1, 4):
        world.send("bob", "bob", f"m{number}")
    talk = world.talk("bob")
    talk.clear()
    talk.pin(True)
    device.push(changed_conversation(talk))
    device.publish(device.state.read("bob", 0))
    info = device.state.get("bob")
    assert info is not None
    assert info.read_seq == device.state.top("bob") == 3


def test_a_floor_in_an_answer_alone_is_enough() -> None:
    world, device = world_of(), Device(listed=True)
    for number in range(1, 6):
        device.push(world.send("bob", "bob", f"m{number}"))
    device.publish(device.state.fetched("bob", ChangedMessages([], cleared_seq=3, next_version=5)))
    info = device.state.get("bob")
    assert info is not None
    assert (info.cleared_seq, info.unread_count) == (3, 2)
    assert set(device.kept("bob")) == {4, 5}
    assert device.cache.page("bob", 5, 9)[1] == 4
    device.publish(device.state.fetched("bob", ChangedMessages([], cleared_seq=5, next_version=5)))
    assert device.state.get("bob") is None
    assert device.kept("bob") == {}


def test_an_answer_says_what_the_client_has_now() -> None:
    world, device = world_of(), Device(listed=True)
    talk = world.talk("bob")
    for number in range(1, 4):
        device.push(world.send("bob", "bob", f"m{number}"))
    talk.read(1)
    world.send("bob", "bob", "m4")
    device.push(world.send("bob", "bob", "m5"))
    device.fetch(world)
    assert device.state.since("bob") == (5, 1)
    device.push(changed_messages(*talk.hide(2)))
    assert device.state.since("bob") == (5, 2)
    assert device.fetches == 1


def test_a_floor_in_the_list_alone_is_enough() -> None:
    """The backend deletes old messages by itself, without an action of any user."""
    world, device = world_of(), Device(listed=True)
    for number in range(1, 4):
        device.push(world.send("bob", "bob", f"m{number}"))
    world.talk("bob").cleared_seq = 2
    device.take_list(world)
    assert set(device.kept("bob")) == {3}
    assert not device.state.behind()


def test_a_message_goes_from_there_to_recalled_to_deleted_and_never_back() -> None:
    cache = MessageCache(None, ME)
    there = Message("m1", "bob", ME, 1, 1, 1)
    recalled = msgspec.structs.replace(there, status=MessageStatus.LOCAL_REVOKED, version=2)
    gone = msgspec.structs.replace(recalled, status=DELETED)
    newer = msgspec.structs.replace(there, version=9)
    later = msgspec.structs.replace(recalled, version=10)
    kept = []
    for message in (there, recalled, newer, gone, newer, later):
        cache.keep(Update(messages=[message]), listed=False)
        kept.append(cache.get("bob", 1))
    assert kept == [there, recalled, recalled, gone, gone, gone]


def test_clearing_leaves_neither_messages_nor_ranges() -> None:
    cache = MessageCache(None, ME)
    page = [Message(f"m{seq}", "bob", ME, seq, seq, seq) for seq in range(1, 6)]
    cache.keep_page("bob", page[:2], 1, 2)
    cache.keep_page("bob", page[3:], 4, 5)
    cache.keep(Update(cleared=[("bob", 4)]), listed=False)
    assert cache.page("bob", 5, 9) == (page[4:], 5)
    assert [cache.get("bob", seq) for seq in range(1, 5)] == [None] * 4
    assert cache.page("bob", 2, 9) == ([], 3)


def test_a_cache_from_before_own_versions_is_read_and_brought_up_to_date() -> None:
    world, device = world_of(), Device(listed=True)
    for number in range(1, 4):
        device.push(world.send("bob", "bob", f"m{number}"))
    (blob,) = device.cache._db.execute("SELECT known FROM conversation").fetchone()
    known = msgspec.msgpack.decode(blob)
    for name in ("own_complete", "own_heard", "own_version"):
        del known[name]
    del known["info"]["cleared_seq"]
    device.cache._db.execute("UPDATE conversation SET known = ?", (msgspec.msgpack.encode(known),))
    device.restart([])
    assert device.state.since("bob") == (3, 0)
    world.talk("bob").hide(1)
    world.talk("bob").clear()
    world.send("bob", "bob", "m4")
    device.sync(world)
    assert device.kept("bob") == {4: ("m4", MessageStatus.SEND_SUCC)}
    assert device.seqs("bob") == [1, 2, 3, 4]


def test_the_first_list_and_earlier_pushes_cause_no_fetch() -> None:
    world = world_of("m1", "m2", "m3")
    world.talk("bob").hide(1, 2)
    device = Device()
    device.push(world.send("bob", "bob", "m4"))
    device.sync(world)
    assert (device.seqs("bob"), device.fetches) == ([4], 0)
    device.push(changed_messages(*world.talk("bob").hide(3)))
    assert not device.state.behind()
    device = Device()
    device.push(new_message(world.talk("bob").send("bob", "m5")))
    device.push(changed_messages(*world.talk("bob").hide(4)))
    device.sync(world)
    assert device.fetches == 0


def test_a_backend_that_restarts_own_versions_is_believed() -> None:
    world, device = world_of(), Device(listed=True)
    for number in range(1, 4):
        device.push(world.send("bob", "bob", f"m{number}"))
    talk = world.talk("bob")
    device.push(changed_messages(*talk.hide(1)))
    talk.hidden.clear()
    talk.own_version = 0
    device.sync(world)
    assert device.state.since("bob") == (3, 0)
    assert (device.seqs("bob"), device.fetches) == ([1, 2, 3], 0)
    device.push(changed_messages(*talk.hide(2)))
    assert [m.seq for m in device.changed] == [1, 2]


def test_a_conversation_with_a_new_owner_of_the_user_id_starts_again() -> None:
    """A deleted user ID that is registered again starts without messages, whatever the numbers."""
    world, device = world_of(), Device(listed=True)
    for number in range(1, 4):
        device.push(world.send("bob", "bob", f"m{number}"))
    world.talk("bob").clear()
    device.push(changed_conversation(world.talk("bob")))
    fresh = world_of("n1", "n2", "n3", "n4")
    fresh.talk("bob").hide(1, 2)
    device.sync(fresh)
    assert device.state.cleared_seq("bob") == 0
    assert device.state.since("bob") == (4, 2)
    assert device.fetches == 0
    device.push(changed_messages(*fresh.talk("bob").hide(4)))
    assert [m.seq for m in device.changed] == [4]


@pytest.mark.parametrize(
    "fields",
    [
        {"own_version": -1},
        {"own_version": 2**53},
        {"cleared_seq": -1},
        {"cleared_seq": 2**53},
        {"cleared_seq": 2**53, "last_message": None},
        {"cleared_seq": 1},
    ],
)
def test_implausible_numbers_are_ignored(fields: dict[str, Any]) -> None:
    world, device = world_of(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    before = device.state.get("bob")
    strange = msgspec.structs.replace(world.talk("bob").conversation(), **fields)
    device.push(("onConversationChanged", ConversationList([strange])))
    device.state.list_begins()
    device.publish(device.state.list_page([strange]))
    for own_version in (-1, 2**53):
        message = msgspec.structs.replace(
            world.talk("bob").messages[0], status=DELETED, own_version=own_version
        )
        device.push(changed_messages(message))
    assert device.state.get("bob") == before
    assert not device.state.behind()


def test_an_own_version_counts_in_deleted_messages_alone() -> None:
    world, device = world_of(), Device(listed=True)
    message = msgspec.structs.replace(world.talk("bob").send("bob", "m1"), own_version=9)
    device.push(new_message(message))
    assert not device.state.behind()
    assert device.state.since("bob") == (1, 0)


def test_an_older_summary_does_not_undo_a_newer_one() -> None:
    world, device = world_of(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    talk = world.talk("bob")
    older = changed_conversation(talk)
    talk.read(1)
    talk.pin(True)
    device.push(changed_conversation(talk))
    device.push(older)
    info = device.state.get("bob")
    assert info is not None
    assert (info.is_pinned, info.unread_count) == (True, 0)


def test_only_an_exact_summary_explains_the_next_own_version() -> None:
    """After a lost read and a lost deletion, the read must not account for both."""
    world, device = world_of(), Device(listed=True)
    for number in range(1, 4):
        device.push(world.send("bob", "bob", f"m{number}"))
    talk = world.talk("bob")
    talk.read(2)
    device.push(changed_messages(*talk.hide(1)))
    device.fetch(world)
    talk.hide(2)
    device.push(changed_conversation(talk))
    device.fetch(world)
    assert set(device.kept("bob")) == {3}


def test_one_more_deletion_does_not_make_a_stale_summary_exact() -> None:
    world, device = world_of(), Device(listed=True)
    for number in range(1, 5):
        device.push(world.send("bob", "bob", f"m{number}"))
    talk = world.talk("bob")
    talk.read(2)
    device.push(changed_messages(*talk.hide(1)))
    device.fetch(world)
    device.push(changed_messages(*talk.hide(2)))
    talk.hide(3)
    device.push(changed_conversation(talk))
    device.fetch(world)
    assert set(device.kept("bob")) == {4}


def test_deleting_a_read_conversation_explains_itself() -> None:
    world, device = world_of(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    talk = world.talk("bob")
    talk.read(1)
    device.push(changed_conversation(talk))
    talk.clear()
    device.push(changed_conversation(talk))
    assert not device.state.behind()
    assert device.kept("bob") == {}


def unread(device: Device) -> int:
    info = device.state.get("bob")
    assert info is not None
    return info.unread_count


def test_a_deleted_message_is_not_unread_even_before_its_conversation_is_pushed() -> None:
    world, device = world_of(), Device(listed=True)
    for number in range(1, 4):
        device.push(world.send("bob", "bob", f"m{number}"))
    talk = world.talk("bob")
    device.push(changed_messages(*talk.hide(1)))
    assert unread(device) == 2
    recalled = talk.recall(2)
    assert recalled is not None
    device.push(changed_messages(recalled))
    assert unread(device) == 1
    device.push(changed_messages(*talk.hide(2)))
    assert unread(device) == 1


def test_a_deleted_message_that_only_the_summary_counted_is_not_unread() -> None:
    world, device = world_of(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    talk = world.talk("bob")
    world.send("bob", "bob", "m2")
    device.take_list(world)
    assert unread(device) == 2
    device.push(changed_messages(*talk.hide(2)))
    assert unread(device) == 1


def test_the_recall_of_a_deleted_message_is_not_reported() -> None:
    world, device = world_of(), Device(listed=True)
    device.push(world.send("bob", "bob", "m1"))
    talk = world.talk("bob")
    device.push(changed_messages(*talk.hide(1)))
    device.publish(device.state.deleted("bob"))
    seen = talk.recall(1)
    assert seen is not None
    device.push(changed_messages(seen))
    assert (seen.status, len(device.changed)) == (DELETED, 1)
    assert not device.state.behind()
