"""Finding a message by its MsgKey: each message has one, and each leads back to its message."""

from typing import Final

import pytest

from imtui.protocol.chat import Message, SendMessageParams
from imtui.protocol.messages import Method
from imtui.protocol.rest.message_key import MessageKey, key_of, message_key
from imtui.server.core.messages import sending
from imtui.server.core.messages.reading import find_message
from tests.server.core.world import WALL_START, World

GIVEN: Final = MessageKey(7, 11, 1_700_000_000)


@pytest.fixture
def world() -> World:
    """Return a world in which alice, bob and carol are there."""
    world = World()
    for session_id, user_id in enumerate(("alice", "bob", "carol"), start=1):
        world.login(session_id, user_id)
    return world


def send(world: World, session_id: int, receiver: str, msg_id: str) -> Message:
    params = SendMessageParams(receiver, msg_id, text="Hi")
    message: Message = world.call(session_id, Method.SEND_MESSAGE, params).message
    return message


def find(world: World, sender: str, receiver: str, key: MessageKey) -> Message | None:
    return find_message(world.admin(sender), receiver, key)


def test_a_message_is_found_by_the_key_that_the_request_gave(world: World) -> None:
    params = SendMessageParams("bob", GIVEN.msg_id("bob"), text="Hi")
    message = sending.send_message(world.admin("alice"), params).message
    world.carry_on()
    assert find(world, "alice", "bob", key_of(str(GIVEN))) == message
    assert find(world, "bob", "alice", GIVEN) is None
    assert find(world, "alice", "carol", GIVEN) is None
    assert find(world, "alice", "nobody", GIVEN) is None
    assert find(world, "nobody", "alice", GIVEN) is None


def test_a_clients_message_is_found_by_its_place(world: World) -> None:
    world.seconds = 0.999
    first = send(world, 1, "bob", "m1")
    world.seconds = 1
    second = send(world, 2, "alice", "m2")
    key = message_key(second)
    assert (key.seq, key.time) == (2, WALL_START // 1000 + 1)
    assert find(world, "bob", "alice", key) == second
    assert find(world, "alice", "bob", message_key(first)) == first
    assert find(world, "alice", "bob", key) is None
    assert find(world, "bob", "alice", MessageKey(1, key.random, key.time)) is None
    assert find(world, "bob", "alice", MessageKey(2, 1, key.time)) is None
    assert find(world, "bob", "alice", MessageKey(2, key.random, 1)) is None


@pytest.mark.parametrize(
    "msg_id", [GIVEN.msg_id("carol"), GIVEN.msg_id("bob").replace("r7", "r07")]
)
def test_a_client_that_names_messages_as_requests_do_takes_no_key_away(
    world: World, msg_id: str
) -> None:
    message = send(world, 1, "bob", msg_id)
    assert find(world, "alice", "carol", GIVEN) is None
    assert find(world, "alice", "bob", message_key(message)) == message
