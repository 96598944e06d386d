"""A user ID that is registered anew is another account, with none of the former one's messages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imtui.protocol import chat
from imtui.protocol.chat import MessageStatus, ReceiveOpt
from imtui.protocol.messages import Method
from imtui.protocol.rest.message_key import MessageKey, message_key
from imtui.server.core.delivery import Delivery
from imtui.server.core.logins.registration import delete
from imtui.server.core.messages import counts, reading, sending
from tests.server.core.world import World, pushes_to

ALICE, BOB = 1, 2


@pytest.fixture(params=["memory", "sqlite"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Return a world in which alice has written 1 and 3 to bob, who wrote 2 and has read 1."""
    world = World(tmp_path / "db" if request.param == "sqlite" else None)
    world.login(ALICE, "alice")
    world.login(BOB, "bob")
    send(world, ALICE, "bob", "a1")
    send(world, BOB, "alice", "b2")
    read(world, BOB, "alice", 1)
    send(world, ALICE, "bob", "a3")
    yield world
    world.close()


@pytest.fixture
def anew(world: World) -> World:
    """Return the world once bob was deleted and his ID was registered anew."""
    delete(world.admin(), "bob")
    log_in_again(world)
    world.take_deliveries()
    return world


def log_in_again(world: World) -> None:
    """Restart if there is a database, and log both in."""
    if world.is_durable:
        world.restart()
    world.seconds += 1
    world.login(ALICE, "alice")
    world.login(BOB, "bob")


def send(world: World, session_id: int, receiver: str, msg_id: str) -> chat.Message:
    params = chat.SendMessageParams(receiver, msg_id, text=f"text of {msg_id}")
    sent: chat.SentMessage = world.call(session_id, Method.SEND_MESSAGE, params)
    return sent.message


def read(world: World, session_id: int, peer: str, seq: int = 0) -> None:
    params = chat.CleanUnreadParams(f"c2c_{peer}", seq)
    world.call(session_id, Method.CLEAN_CONVERSATION_UNREAD_MESSAGE_COUNT, params)


def history(world: World, session_id: int, peer: str) -> list[tuple[int, int, str]]:
    """Return seq, version and ID of the messages that a session sees, the earliest first."""
    method = Method.GET_C2C_HISTORY_MESSAGE_LIST
    found: chat.HistoryPage = world.call(session_id, method, chat.GetHistoryParams(peer))
    return [(one.seq, one.version, one.msg_id) for one in found.message_list[::-1]]


def changed(
    world: World, session_id: int, peer: str, since: int = 0, own: int | None = 0
) -> chat.ChangedMessages:
    params = chat.GetChangedMessagesParams(peer, since, 100, own)
    found: chat.ChangedMessages = world.call(session_id, Method.GET_CHANGED_MESSAGES, params)
    return found


def listed(world: World, session_id: int) -> list[chat.Conversation]:
    params = chat.GetConversationListParams()
    found: chat.ConversationList = world.call(session_id, Method.GET_CONVERSATION_LIST, params)
    return found.conversation_list


def only(world: World, session_id: int) -> chat.Conversation:
    (conversation,) = listed(world, session_id)
    return conversation


def pushed(world: World, session_id: int) -> list[tuple[str, Any]]:
    """Return the pushes of a session since the last time, which was for all sessions."""
    deliveries: list[Delivery] = world.take_deliveries()
    return pushes_to(session_id, deliveries)


def test_the_new_account_sees_nothing_of_before_and_the_other_one_all(anew: World) -> None:
    assert history(anew, BOB, "alice") == []
    assert listed(anew, BOB) == []
    assert changed(anew, BOB, "alice") == chat.ChangedMessages([])
    assert list(counts.listed_from(anew.admin("bob"), 0, 0, with_pinned=True)) == []
    assert counts.last_active(anew.admin("bob"), "alice") is None
    assert history(anew, ALICE, "bob") == [(1, 1, "a1"), (2, 2, "b2"), (3, 3, "a3")]
    assert only(anew, ALICE).unread_count == 1


def test_seq_and_version_are_counted_from_1_for_the_new_account_and_go_on_for_the_other(
    anew: World,
) -> None:
    sent = send(anew, BOB, "alice", "n1")
    assert (sent.seq, sent.version) == (1, 1)
    ((method, params),) = pushed(anew, ALICE)
    (told,) = params["messageList"]
    assert (method, told["seq"], told["version"]) == ("onRecvNewMessage", 4, 4)
    sent = send(anew, ALICE, "bob", "n2")
    assert (sent.seq, sent.version) == (5, 5)
    ((method, params),) = pushed(anew, BOB)
    (told,) = params["messageList"]
    assert (method, told["seq"], told["version"]) == ("onRecvNewMessage", 2, 2)
    if anew.is_durable:
        log_in_again(anew)
    assert history(anew, BOB, "alice") == [(1, 1, "n1"), (2, 2, "n2")]
    assert history(anew, ALICE, "bob")[3:] == [(4, 4, "n1"), (5, 5, "n2")]
    method = Method.GET_C2C_HISTORY_MESSAGE_LIST
    before = anew.call(BOB, method, chat.GetHistoryParams("alice", before_seq=2))
    assert [one.msg_id for one in before.message_list] == ["n1"]
    assert before.is_finished
    # Whatever place is asked for, nothing from before is there.
    for seq in (0, 1):
        before = anew.call(BOB, method, chat.GetHistoryParams("alice", before_seq=seq))
        assert before == chat.HistoryPage([])


def test_changed_messages_are_those_since_the_new_account_joined(anew: World) -> None:
    send(anew, ALICE, "bob", "n1")
    send(anew, BOB, "alice", "n2")
    anew.call(ALICE, Method.REVOKE_MESSAGE, chat.RevokeMessageParams("bob", "n1"))
    anew.call(BOB, Method.DELETE_MESSAGES, chat.DeleteMessagesParams("alice", [2]))
    found = changed(anew, BOB, "alice")
    assert [(one.msg_id, one.seq, one.version, one.status) for one in found.message_list] == [
        ("n2", 2, 2, MessageStatus.HAS_DELETED),
        ("n1", 1, 3, MessageStatus.LOCAL_REVOKED),
        ("n2", 2, 2, MessageStatus.HAS_DELETED),
    ]
    assert (found.next_version, found.next_own_version, found.cleared_seq) == (3, 1, 0)
    assert changed(anew, BOB, "alice", own=None).next_own_version == 0
    assert [one.msg_id for one in changed(anew, BOB, "alice", 2, 1).message_list] == ["n1"]
    of_alice = changed(anew, ALICE, "bob", 3)
    assert [(one.msg_id, one.version) for one in of_alice.message_list] == [("n2", 5), ("n1", 6)]
    assert of_alice.next_version == 6


def test_the_conversation_is_listed_by_what_came_since(anew: World) -> None:
    send(anew, ALICE, "bob", "n1")
    there = only(anew, BOB)
    assert there.last_message is not None
    assert (there.last_message.msg_id, there.last_message.seq) == ("n1", 1)
    assert (there.version, there.own_version, there.unread_count) == (1, 0, 1)
    assert (there.read_seq, there.peer_read_seq, there.cleared_seq) == (0, 0, 0)
    read(anew, BOB, "alice")
    assert (only(anew, BOB).unread_count, only(anew, BOB).read_seq) == (0, 1)


def test_a_conversation_that_is_only_pinned_tells_nothing_of_before(anew: World) -> None:
    anew.call(BOB, Method.PIN_CONVERSATION, chat.PinConversationParams("c2c_alice", True))
    there = only(anew, BOB)
    assert there == chat.Conversation("c2c_alice", is_pinned=True, own_version=1)
    assert history(anew, BOB, "alice") == []
    anew.call(BOB, Method.DELETE_CONVERSATION, chat.DeleteConversationParams("c2c_alice"))
    send(anew, ALICE, "bob", "n1")
    assert history(anew, BOB, "alice") == [(1, 1, "n1")]


def test_read_receipts_name_places_as_each_counts_them(anew: World) -> None:
    send(anew, ALICE, "bob", "n1")
    send(anew, BOB, "alice", "n2")
    anew.take_deliveries()
    read(anew, BOB, "alice", 1)
    receipts = [params for name, params in pushed(anew, ALICE) if name == "onRecvC2CReadReceipt"]
    assert [one["receiptList"][0]["readSeq"] for one in receipts] == [4]
    assert only(anew, ALICE).peer_read_seq == 4
    read(anew, ALICE, "bob")
    receipts = [params for name, params in pushed(anew, BOB) if name == "onRecvC2CReadReceipt"]
    assert [one["receiptList"][0]["readSeq"] for one in receipts] == [2]
    assert only(anew, BOB).peer_read_seq == 2


def test_reading_what_is_from_before_tells_the_new_account_nothing_of_it(anew: World) -> None:
    send(anew, BOB, "alice", "n1")
    anew.take_deliveries()
    read(anew, ALICE, "bob", 2)
    for name, params in pushed(anew, BOB):
        assert name == "onRecvC2CReadReceipt"
        assert params["receiptList"][0]["readSeq"] == 0
    assert only(anew, BOB).peer_read_seq == 0


def test_what_the_former_account_has_read_stays_read_to_the_other_one(anew: World) -> None:
    assert only(anew, ALICE).peer_read_seq == 1
    send(anew, ALICE, "bob", "n1")
    # That the new account joined is not that it has read what was before.
    assert only(anew, ALICE).peer_read_seq == 1
    read(anew, BOB, "alice")
    assert only(anew, ALICE).peer_read_seq == 4


@pytest.mark.parametrize("has_joined", [False, True])
def test_nothing_of_the_former_account_can_be_recalled(anew: World, has_joined: bool) -> None:
    if has_joined:
        send(anew, ALICE, "bob", "n1")
    params = chat.RevokeMessageParams("alice", "b2")
    assert anew.code(BOB, Method.REVOKE_MESSAGE, params) == 20022
    assert history(anew, ALICE, "bob")[1] == (2, 2, "b2")


@pytest.mark.parametrize("has_joined", [False, True])
def test_a_recall_of_what_the_former_account_received_is_not_told_to_the_new_one(
    anew: World, has_joined: bool
) -> None:
    if has_joined:
        send(anew, ALICE, "bob", "n1")
    unread = [one.unread_count for one in listed(anew, BOB)]
    anew.take_deliveries()
    anew.call(ALICE, Method.REVOKE_MESSAGE, chat.RevokeMessageParams("bob", "a3"))
    deliveries = anew.take_deliveries()
    assert [name for name, _ in pushes_to(ALICE, deliveries)] == ["onMessagesChanged"]
    assert pushes_to(BOB, deliveries) == []
    assert [one.msg_id for one in changed(anew, BOB, "alice").message_list] == ["n1"] * has_joined
    assert [one.unread_count for one in listed(anew, BOB)] == unread


@pytest.mark.parametrize("has_joined", [False, True])
def test_a_message_id_of_the_former_account_is_free(anew: World, has_joined: bool) -> None:
    if has_joined:
        send(anew, ALICE, "bob", "n1")
    sent = send(anew, BOB, "alice", "b2")
    assert (sent.seq, sent.text) == (1 + has_joined, "text of b2")
    assert [msg_id for _, _, msg_id in history(anew, ALICE, "bob")].count("b2") == 2
    # It is the new account's from now on, in all its conversations.
    assert send(anew, BOB, "alice", "b2") == sent
    anew.login(3, "carol")
    params = chat.SendMessageParams("carol", "b2", text="x")
    assert anew.code(BOB, Method.SEND_MESSAGE, params) == 6017


def test_a_message_id_that_was_used_towards_the_former_account_stays_used(anew: World) -> None:
    sent = send(anew, ALICE, "bob", "a3")
    assert (sent.seq, sent.text) == (3, "text of a3")
    assert history(anew, BOB, "alice") == []
    assert pushed(anew, BOB) == []


def test_nothing_of_before_can_be_deleted_or_be_unread(anew: World) -> None:
    send(anew, ALICE, "bob", "n1")
    anew.take_changes()
    # What it counts as 0 and below, and what the conversation itself counts.
    params = chat.DeleteMessagesParams("alice", [0, -1, -2, 2, 3, 4])
    anew.call(BOB, Method.DELETE_MESSAGES, params)
    assert anew.take_changes() == []
    assert [len(history(anew, BOB, "alice")), len(history(anew, ALICE, "bob"))] == [1, 4]


def test_receive_options_and_pins_of_the_former_account_are_not_the_new_ones(
    world: World,
) -> None:
    world.call(BOB, Method.PIN_CONVERSATION, chat.PinConversationParams("c2c_alice", True))
    params = chat.SetReceiveOptParams(["alice"], ReceiveOpt.NOT_RECEIVE)
    world.call(BOB, Method.SET_C2C_RECEIVE_MESSAGE_OPT, params)
    delete(world.admin(), "bob")
    log_in_again(world)
    world.take_deliveries()
    send(world, ALICE, "bob", "n1")
    assert [name for name, _ in pushed(world, BOB)] == ["onRecvNewMessage"]
    there = only(world, BOB)
    assert (there.is_pinned, there.recv_opt, there.own_version) == (False, ReceiveOpt.RECEIVE, 0)


def test_the_other_ones_pins_and_deletions_outlive_the_former_account(world: World) -> None:
    world.call(ALICE, Method.DELETE_CONVERSATION, chat.DeleteConversationParams("c2c_bob"))
    world.call(ALICE, Method.PIN_CONVERSATION, chat.PinConversationParams("c2c_bob", True))
    delete(world.admin(), "bob")
    log_in_again(world)
    send(world, BOB, "alice", "n1")
    there = only(world, ALICE)
    assert (there.is_pinned, there.cleared_seq, there.unread_count) == (True, 3, 1)
    assert history(world, ALICE, "bob") == [(4, 4, "n1")]


def test_an_admin_finds_and_reads_as_the_new_account_does(anew: World) -> None:
    as_bob = anew.admin("bob")
    sent = send(anew, BOB, "alice", "n1")
    key = message_key(sent)
    # In REST the places are the conversation's own.
    assert reading.find_message(as_bob, "alice", key) is None
    found = reading.find_message(as_bob, "alice", MessageKey(4, key.random, key.time))
    assert found is not None
    assert found.msg_id == "n1"
    everything = (0, (anew.now.unix_ms + 1, 0), 100)
    roamed = reading.within(as_bob, "alice", *everything).messages
    assert [one.message.msg_id for one in roamed] == ["n1"]
    roamed = reading.within(anew.admin("alice"), "bob", *everything).messages
    assert [(one.message.msg_id, one.is_read) for one in roamed] == [
        ("n1", False),
        ("a3", False),
        ("b2", False),
        ("a1", True),
    ]
    former = message_key(chat.Message("b2", "bob", "alice", anew.now.unix_ms - 1000, 2))
    assert reading.find_message(as_bob, "alice", former) is None


def test_an_admins_read_until_before_the_new_account_joined_changes_nothing(anew: World) -> None:
    send(anew, ALICE, "bob", "n1")
    anew.take_changes()
    counts.read_until(anew.admin("bob"), "alice", anew.now.unix_ms)
    assert anew.take_changes() == []
    counts.read_until(anew.admin("bob"), "alice", anew.now.unix_ms + 1)
    assert (only(anew, BOB).read_seq, only(anew, BOB).unread_count) == (1, 0)


def test_a_message_that_is_hidden_from_the_new_account_is_told_by_its_own_version(
    anew: World,
) -> None:
    params = chat.SendMessageParams("bob", "n1", text="x")
    context = anew.of(ALICE)
    sending.send_dropped(context, params)
    assert pushed(anew, BOB) == []
    assert history(anew, BOB, "alice") == []
    (hidden,) = changed(anew, BOB, "alice", 1).message_list
    assert (hidden.seq, hidden.own_version, hidden.text) == (1, 1, "")


def test_an_id_can_be_registered_anew_again_and_again(anew: World) -> None:
    for number in range(3):
        send(anew, BOB, "alice", "same")
        send(anew, ALICE, "bob", f"to-{number}")
        assert history(anew, BOB, "alice") == [(1, 1, "same"), (2, 2, f"to-{number}")]
        assert only(anew, BOB).unread_count == 1
        delete(anew.admin(), "bob")
        log_in_again(anew)
        assert listed(anew, BOB) == []
    assert [seq for seq, _, _ in history(anew, ALICE, "bob")] == list(range(1, 10))


def test_when_both_are_registered_anew_nothing_is_left_between_them(anew: World) -> None:
    delete(anew.admin(), "alice")
    log_in_again(anew)
    sent = send(anew, ALICE, "bob", "a1")
    assert (sent.seq, sent.version) == (1, 1)
    for session_id, peer in ((ALICE, "bob"), (BOB, "alice")):
        assert history(anew, session_id, peer) == [(1, 1, "a1")]
