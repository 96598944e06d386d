"""A kind of change that this SDK does not know yet, such as an edit, shows by its version."""

import msgspec
import pytest

from imtui.protocol.chat import Message, MessageStatus
from imtui.sdk.messages.cache import MessageCache
from imtui.sdk.messages.update import Update
from tests.sdk.messages.message_device import Device
from tests.sdk.messages.message_world import (
    ME,
    MessageWorld,
    Talk,
    changed_conversation,
    changed_messages,
    wire,
    world_of,
)
from tests.sdk.messages.test_messages import push, talking
from tests.sdk.virtual_time import in_virtual_time


def device_with(world: MessageWorld, count: int = 2) -> tuple[Device, Talk]:
    """Return a device that has received messages of bob, and the conversation with bob."""
    device = Device(listed=True)
    for number in range(1, count + 1):
        device.push(world.send("bob", "bob", f"m{number}"))
    return device, world.talk("bob")


def edited(talk: Talk, seq: int) -> Message:
    """Edit a message with a text that no other message has."""
    message = talk.edit(seq, f"edit {talk.version}")
    assert message is not None
    return message


def last_message(device: Device) -> Message | None:
    info = device.state.get("bob")
    assert info is not None
    return info.last_message


def test_a_changed_message_is_stored_shown_and_reported_once() -> None:
    device, talk = device_with(MessageWorld())
    message = edited(talk, 2)
    update = device.push(changed_messages(message))
    assert device.cache.get("bob", 2) == last_message(device) == message
    assert update.changed == [message]
    assert [info.last_message for info in update.conversations.values()] == [message]
    device.push(changed_messages(message))
    assert device.changed == [message]
    assert device.seqs("bob") == [1, 2]
    assert device.state.total_unread == 2
    assert not device.state.behind()


def test_each_further_change_is_reported() -> None:
    device, talk = device_with(MessageWorld())
    changes = [edited(talk, seq) for seq in (1, 2, 1)]
    for message in changes:
        device.push(changed_messages(message))
    assert device.changed == changes
    assert device.cache.page("bob", 2, 9)[0] == [changes[1], changes[2]]
    assert last_message(device) == changes[1]


@pytest.mark.parametrize("is_listed_first", [False, True])
def test_a_missed_change_is_reported_once_after_the_reconnect(is_listed_first: bool) -> None:
    world = MessageWorld()
    device, talk = device_with(world)
    message = edited(talk, 2)
    if not is_listed_first:
        device.push(world.send("bob", "bob", "m3"))
    device.sync(world)
    assert device.changed == [message]
    assert device.cache.get("bob", 2) == message
    assert device.kept("bob") == {m.seq: (m.text, m.status) for m in talk.messages}
    device.sync(world)
    assert device.changed == [message]


def test_a_change_that_a_page_of_history_showed_first_is_still_reported() -> None:
    device, talk = device_with(MessageWorld())
    message = edited(talk, 1)
    device.cache.keep_page("bob", [message], 1, 1)
    device.publish(device.state.heard("bob", message.version))
    assert device.state.behind() == ["bob"]
    device.push(changed_messages(message))
    assert device.changed == [message]
    assert not device.state.behind()


def test_a_change_that_the_conversation_showed_first_is_still_reported() -> None:
    world = MessageWorld()
    device, talk = device_with(world)
    message = edited(talk, 2)
    talk.pin(True)
    device.push(changed_conversation(talk))
    assert device.cache.get("bob", 2) == last_message(device) == message
    device.fetch(world)
    assert device.changed == [message]


def test_a_message_that_changed_before_it_was_received_is_new() -> None:
    world = MessageWorld()
    device, talk = device_with(world)
    world.send("bob", "bob", "m3")
    message = edited(talk, 3)
    device.push(changed_messages(message))
    device.fetch(world)
    assert device.seqs("bob") == [1, 2, 3]
    assert device.received[-1] == message
    assert device.changed == []
    assert device.state.total_unread == 3


def test_an_own_message_that_changed_before_it_was_applied_is_reported_as_changed() -> None:
    world = MessageWorld()
    device, talk = device_with(world)
    world.send("bob", "bob", "m3")
    device.state.add_local_message("mine")
    sent = talk.send(ME, "mine")
    device.publish(device.state.acknowledged(sent))
    message = edited(talk, 4)
    device.push(changed_messages(message))
    device.fetch(world)
    assert (device.sent, device.changed) == (["mine"], [message])
    assert device.seqs("bob") == [1, 2, 3]


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_change_of_what_was_sent_before_the_first_list_is_not_a_new_message(
    is_listed: bool,
) -> None:
    world, device = world_of("m1", "m2"), Device()
    if is_listed:
        device.sync(world)
    message = edited(world.talk("bob"), 1)
    device.push(changed_messages(message))
    device.sync(world)
    assert device.received == []
    assert device.changed == ([message] if is_listed else [])


def test_a_message_that_no_list_showed_is_not_new_when_it_changes() -> None:
    """The list may show an earlier message than the last one, and count the last one too."""
    world, device = world_of("m1", "m2"), Device()
    talk = world.talk("bob")
    shown = msgspec.structs.replace(talk.conversation(), last_message=talk.messages[0])
    device.state.list_begins()
    device.publish(device.state.list_page([shown]))
    device.publish(device.state.list_ends())
    message = edited(talk, 2)
    device.push(changed_messages(message))
    assert device.received == []
    assert device.changed == [message]


def test_a_recalled_message_may_change_again_but_its_contents_do_not_come_back() -> None:
    device, talk = device_with(MessageWorld())
    recalled = talk.recall(2)
    assert recalled is not None
    device.push(changed_messages(recalled))
    later = msgspec.structs.replace(recalled, version=4, cloud_custom_data="{}")
    device.push(changed_messages(later))
    assert device.changed == [recalled, later]
    assert device.cache.get("bob", 2) == last_message(device) == later
    cache = MessageCache(None, ME)
    there = Message("m2", "bob", ME, 2, 2, 9, text="contents")
    for message in (recalled, there):
        cache.keep(Update(messages=[message]), listed=False)
    assert cache.get("bob", 2) == recalled


def test_a_change_of_a_hidden_message_shows_nowhere() -> None:
    device, talk = device_with(MessageWorld())
    device.push(changed_messages(*talk.hide(2)))
    device.push(changed_conversation(talk))
    seen = edited(talk, 2)
    assert seen.status is MessageStatus.HAS_DELETED
    device.push(changed_messages(seen))
    assert [message.seq for message in device.changed] == [2]
    assert last_message(device) == talk.messages[0]
    assert device.kept("bob") == {1: ("m1", MessageStatus.SEND_SUCC)}


@in_virtual_time
async def test_listeners_are_notified_of_a_change_exactly_once() -> None:
    async with talking(world_of("m1", "m2")) as (fake, world, client, recorder):
        page = await client.get_c2c_history_message_list("bob")
        message = edited(world.talk("bob"), 2)
        await push(fake, changed_messages(message))
        await push(fake, changed_messages(message))
        await push(fake, world.send("ann", "ann", "the last one"))
        await recorder.saw("received")
        assert [event[1] for event in recorder.events if event[0] == "changed"] == [[message]]
        assert [wire(info.last_message) for info in recorder.events[1][1]] == [wire(message)]
        assert await client.get_c2c_history_message_list("bob") == [message, page[1]]
        assert await client.search_local_messages(["edit"]) == [message]
        assert recorder.received("bob") == []
