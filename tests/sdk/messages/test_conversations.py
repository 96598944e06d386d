"""How pushes and answers change the known conversations, in any order."""

import msgspec

from imtui.protocol.chat import Message
from tests.sdk.messages.message_device import Device
from tests.sdk.messages.message_world import ME, MessageWorld, changed_messages


def test_the_first_list_is_history_and_causes_neither_fetches_nor_new_messages() -> None:
    world, device = MessageWorld(), Device()
    for number in range(5):
        world.send("bob", "bob", f"m{number}")
    device.sync(world)
    assert device.received == []
    assert not device.state.behind()
    assert device.state.total_unread == 5
    device.push(world.send("bob", "bob", "new"))
    assert device.seqs("bob") == [6]


def test_a_push_before_the_first_list_is_received_once_without_a_fetch() -> None:
    world, device = MessageWorld(), Device()
    for number in range(5):
        world.send("bob", "bob", f"m{number}")
    device.push(world.send("bob", "bob", "new"))
    assert device.seqs("bob") == [6]
    device.sync(world)
    assert device.seqs("bob") == [6]
    assert device.cache.get("bob", 5) is None


def test_a_draft_before_the_first_list_causes_no_fetch() -> None:
    world, device = MessageWorld(), Device()
    world.send("bob", "bob", "m1")
    device.publish(device.state.draft("bob", "dear bob"))
    device.take_list(world)
    assert not device.state.behind()
    info = device.state.get("bob")
    assert info is not None
    assert (info.draft_text, info.unread_count) == ("dear bob", 1)


def test_a_conversation_that_appears_after_the_first_list_is_all_new() -> None:
    world, device = MessageWorld(), Device()
    device.sync(world)
    world.send("bob", "bob", "m1")
    world.send("bob", "bob", "m2")
    device.sync(world)
    assert device.seqs("bob") == [1, 2]


def test_online_only_messages_are_received_and_not_stored() -> None:
    device = Device(listed=True)
    typing = Message("t", "bob", ME, data=b"{}", online_user_only=True)
    update = device.publish(device.state.pushed([typing], are_new=True))
    assert update.received == [typing]
    assert device.cache.newest("bob") == 0
    assert device.state.all() == []


def test_a_backend_that_lost_its_data_is_believed() -> None:
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


def test_messages_deleted_elsewhere_meanwhile_are_forgotten() -> None:
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
    device.publish(device.state.changed([muted]))
    assert device.state.total_unread == 0
    device.push(world.send("bob", "bob", "m2"))
    assert device.state.total_unread == 0


def test_pinned_conversations_come_first_then_the_latest() -> None:
    world, device = MessageWorld(), Device(listed=True)
    for user in ("ann", "bob", "eve"):
        world.talk(user).version = {"ann": 0, "bob": 10, "eve": 20}[user]
        world.send(user, user, "m")
    world.talk("ann").is_pinned = True
    device.take_list(world)
    assert [info.user_id for info in device.state.all()] == ["ann", "eve", "bob"]


def test_messages_of_other_accounts_are_ignored() -> None:
    device = Device(listed=True)
    strange = [
        Message("a", "bob", "eve", seq=1, version=1),
        Message("b", ME, ME, seq=1, version=1),
        Message("c", "bob", ME, seq=-1, version=-1),
        Message("d", "bob", ME, seq=2**63, version=1),
        Message("e", "bob", ME, seq=0, version=1),
    ]
    device.publish(device.state.pushed(strange, are_new=True))
    assert device.received == []
    assert device.state.all() == []


def test_a_message_that_the_list_counts_is_recalled_before_it_is_fetched() -> None:
    world, device = MessageWorld(), Device(listed=True)
    world.send("bob", "bob", "m1")
    world.send("bob", "bob", "m2")
    device.take_list(world)
    gone = world.talk("bob").recall(1)
    assert gone is not None
    device.push(changed_messages(gone))
    device.fetch(world)
    assert device.state.total_unread == 1


def test_a_message_newer_than_the_list_is_recalled_before_it_is_fetched() -> None:
    world, device = MessageWorld(), Device(listed=True)
    world.send("bob", "bob", "m1")
    device.take_list(world)
    world.send("bob", "bob", "m2")
    gone = world.talk("bob").recall(2)
    assert gone is not None
    device.push(changed_messages(gone))
    device.fetch(world)
    assert device.state.total_unread == 1


def test_reading_again_does_not_read_newer_messages_that_are_not_fetched() -> None:
    world, device = MessageWorld(), Device(listed=True)
    world.send("bob", "bob", "m1")
    world.send("bob", "bob", "m2")
    world.talk("bob").read(1)
    device.take_list(world)
    device.publish(device.state.read("bob", 1))
    assert device.state.total_unread == 1


def test_a_message_is_hidden_before_the_list_and_recalled_after_it() -> None:
    world, device = MessageWorld(), Device(listed=True)
    for text in ("m1", "m2"):
        world.send("bob", "bob", text)
    world.talk("bob").hide(1)
    device.take_list(world)
    world.talk("bob").recall(1)
    device.push(world.send("bob", "bob", "m3"))
    device.fetch(world)
    assert device.state.total_unread == 2
