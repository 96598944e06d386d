"""MsgKeys: each message has one; tests of the core check that it leads back to its message."""

import pytest

from imtui.protocol.chat import Message
from imtui.protocol.errors import IMError
from imtui.protocol.rest.message_key import (
    UINT32_MAX,
    MessageKey,
    derived_seq,
    key_of,
    message_key,
    message_random,
)

GIVEN = MessageKey(7, 11, 1_700_000_000)


def test_what_a_request_says_is_the_key_whatever_place_and_time_the_message_gets() -> None:
    message = Message(GIVEN.msg_id("bob"), "alice", "bob", 1_800_000_000_000, seq=40)
    assert message_key(message) == GIVEN
    assert message_random(message.msg_id) == GIVEN.random
    assert str(GIVEN) == "7_11_1700000000"
    assert key_of(str(GIVEN)) == GIVEN


def test_the_longest_name_of_a_message_is_a_message_id() -> None:
    name = MessageKey(UINT32_MAX, UINT32_MAX, UINT32_MAX).msg_id("x" * 32)
    assert len(name) <= 64


def test_a_clients_message_is_named_by_its_place_its_id_and_its_second() -> None:
    message = Message("m1", "alice", "bob", 1_700_000_000_999, seq=3)
    assert message_key(message) == MessageKey(3, message_random("m1"), 1_700_000_000)


@pytest.mark.parametrize(
    "msg_id", [GIVEN.msg_id("carol"), GIVEN.msg_id("bob").replace("r7", "r07")]
)
def test_a_client_that_names_messages_as_requests_do_takes_no_key_away(msg_id: str) -> None:
    message = Message(msg_id, "alice", "bob", 1_700_000_000_000, seq=1)
    assert message_key(message) != GIVEN
    assert (message_key(message).seq, message_key(message).time) == (1, 1_700_000_000)


@pytest.mark.parametrize(
    "text",
    ["", "x", "1_2", "1_2_3_4", "-1_2_3", "1_2_x", "4294967296_1_1", "1_99999999999_1", "1_2_٣"],
)
def test_what_can_be_no_key_is_refused(text: str) -> None:
    with pytest.raises(IMError) as refused:
        key_of(text)
    assert refused.value.code == 90054


def test_a_made_sequence_tells_senders_and_seconds_apart() -> None:
    made = {
        derived_seq("alice", 1, 5),
        derived_seq("alice", 2, 5),
        derived_seq("alice", 1, 6),
        derived_seq("bob", 1, 5),
    }
    assert len(made) == 4
    assert derived_seq("alice", 1, 5) in made
