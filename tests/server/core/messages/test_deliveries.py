"""To whom changes of messages and conversations are pushed, as each member sees them."""

from typing import Any, Final

import msgspec
import pytest
from msgspec import structs

from imtui.protocol import chat
from imtui.protocol.messages import Method
from imtui.server.core.archive import StoredMessage
from imtui.server.core.logins.registration import delete
from imtui.server.core.messages import changes as c
from imtui.server.core.messages.conversation import Conversation, Conversations
from imtui.server.core.messages.membership import snapshot
from tests.server.core.delivering import BOB, LAPTOP, PHONE, delivered, make_world, pushed
from tests.server.core.world import World

MESSAGE: Final = chat.Message("m1", "alice", "bob", 5, 1, 1, text="Hi")
STORED: Final = StoredMessage(1, 1, 1, 1, "m1", 5, text="Hi")


@pytest.fixture
def world() -> World:
    """Return a world in which alice and bob have a conversation."""
    world = make_world()
    for number in range(7):
        params = chat.SendMessageParams("bob", f"s{number}", text="Hi")
        world.call(PHONE, Method.SEND_MESSAGE, params)
    return world


def conversation(world: World) -> Conversation:
    """Return the conversation of alice and bob, as changes have it."""
    found = world.state[Conversations].get("alice", "bob")
    assert found is not None
    return snapshot(found, "alice", "bob")


def let_bob_rejoin(world: World) -> None:
    """Let bob's ID be registered anew, by an account that joins after seven messages."""
    delete(world.admin(), "bob")
    world.login(BOB, "bob")
    world.call(PHONE, Method.SEND_MESSAGE, chat.SendMessageParams("bob", "anew", text="Hi"))


def sent(world: World, **more: Any) -> c.MessageSent:
    """Return that alice's phone has sent a message to bob."""
    given: dict[str, Any] = {"message": MESSAGE, "stored": STORED, "session_id": PHONE, **more}
    return c.MessageSent(**{"conversation": conversation(world), **given})


SHOWN: Final = {"messageList": [msgspec.to_builtins(MESSAGE)], "isFinished": True}


@pytest.mark.parametrize(
    ("more", "session_ids"),
    [
        ({}, (LAPTOP, BOB)),
        ({"session_id": 0}, (PHONE, LAPTOP, BOB)),
        ({"to_sender": False}, (BOB,)),
        ({"to_receiver": False}, (LAPTOP,)),
        ({"stored": None, "conversation": None}, (LAPTOP, BOB)),
    ],
)
def test_a_message_goes_to_all_devices_of_both_but_the_sending_one_encoded_once(
    world: World, more: dict[str, Any], session_ids: tuple[int, ...]
) -> None:
    found = pushed(world, sent(world, **more), is_chat=True)
    assert found == [(session_ids, "onRecvNewMessage", SHOWN)]


def test_nobody_is_pushed_what_has_no_session_to_go_to(world: World) -> None:
    assert delivered(world, sent(world, to_sender=False, to_receiver=False)) == []
    world.lose(BOB)
    world.lose(LAPTOP)
    assert delivered(world, sent(world)) == []


def test_whoever_joined_late_counts_from_there_and_sees_nothing_of_before(world: World) -> None:
    message = structs.replace(MESSAGE, seq=9, version=8)
    let_bob_rejoin(world)
    first, second = pushed(world, sent(world, message=message), is_chat=True)
    told = [
        (session_ids, params["messageList"][0]["seq"], params["messageList"][0]["version"])
        for session_ids, _, params in (first, second)
    ]
    assert told == [((LAPTOP,), 9, 8), ((BOB,), 2, 1)]
    # A hint that is not stored has no place that could be counted.
    hint = structs.replace(MESSAGE, seq=0, version=0, online_user_only=True)
    for _, _, params in pushed(world, sent(world, message=hint), is_chat=True):
        assert "seq" not in params["messageList"][0]


def revoked(world: World, hidden: dict[str, int]) -> list[tuple[Any, ...]]:
    """Return who is pushed a recall, with status, seq, version and own version."""
    recalled = structs.replace(
        MESSAGE, seq=9, version=10, text="", status=chat.MessageStatus.LOCAL_REVOKED
    )
    change = c.MessageRevoked(recalled, STORED.erased(10), conversation(world), 0, hidden)
    found = []
    for session_ids, method, params in pushed(world, change, is_chat=True):
        assert method == "onMessagesChanged"
        (one,) = params["messageList"]
        found.append(
            (session_ids, one["status"], one["seq"], one["version"], one.get("ownVersion"))
        )
    return found


def test_a_recall_goes_to_both_as_each_sees_the_message(world: World) -> None:
    alice = ((PHONE, LAPTOP), 6, 9, 10, None)
    assert revoked(world, {}) == [alice, ((BOB,), 6, 9, 10, None)]
    assert revoked(world, {"bob": 3}) == [alice, ((BOB,), 4, 9, 10, 3)]
    # Cleared, or from before bob's account: they are told nothing of it.
    assert revoked(world, {"bob": 0}) == [alice]
    let_bob_rejoin(world)
    assert revoked(world, {}) == [alice, ((BOB,), 6, 2, 3, None)]


def test_deleted_messages_and_changed_conversations_go_to_own_devices_only(world: World) -> None:
    hidden = c.MessagesHidden("alice", 1, 1, (c.Hidden(1, 1),), (MESSAGE,))
    member = conversation(world).member("alice")
    changed = c.ConversationChanged("alice", chat.Conversation("c2c_bob", 3), member)
    assert pushed(world, hidden, changed, is_chat=True) == [
        ((PHONE, LAPTOP), "onMessagesChanged", SHOWN),
        (
            (PHONE, LAPTOP),
            "onConversationChanged",
            {"conversationList": [{"conversationID": "c2c_bob", "version": 3}], "nextCursor": None},
        ),
    ]


def test_a_read_receipt_goes_to_the_other_one_who_may_be_gone(world: World) -> None:
    change = c.ConversationRead("alice", "bob", 1, 1, 7, 0)
    receipt = {"receiptList": [{"userID": "bob", "readSeq": 1, "timestamp": 7}]}
    assert pushed(world, change, is_chat=True) == [
        ((PHONE, LAPTOP), "onRecvC2CReadReceipt", receipt)
    ]
    assert delivered(world, c.ConversationRead("carol", "bob", 1, 1, 7, 0)) == []
