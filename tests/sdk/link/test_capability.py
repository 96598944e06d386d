"""Decoding the parameters of pushes for a capability."""

import logging

import msgspec
import pytest

from imtui.protocol.jsonrpc import Incoming, decode_incoming
from imtui.protocol.messages import Push, UserIDList
from imtui.sdk.link.capability import Capability, PushHandlers, push_handler


def push_of(params: object) -> Incoming:
    frame = {"jsonrpc": "2.0", "method": Push.BLACK_LIST_ADDED, "params": params}
    return decode_incoming(msgspec.json.encode(frame))


def test_a_handler_gets_the_decoded_parameters() -> None:
    applied: list[UserIDList] = []
    push_handler(UserIDList, applied.append)(push_of({"userIDList": ["bob"], "unknown": 1}))
    assert applied == [UserIDList(["bob"])]


@pytest.mark.parametrize("params", [{}, [], {"userIDList": 5}, None])
def test_malformed_parameters_are_logged_and_ignored(
    params: object, caplog: pytest.LogCaptureFixture
) -> None:
    applied: list[UserIDList] = []
    with caplog.at_level(logging.WARNING):
        push_handler(UserIDList, applied.append)(push_of(params))
    assert applied == []
    assert Push.BLACK_LIST_ADDED in caplog.text


def test_an_error_of_the_capability_is_not_taken_for_a_malformed_push() -> None:
    def fail(params: UserIDList) -> None:
        raise msgspec.DecodeError("a damaged row")

    with pytest.raises(msgspec.DecodeError):
        push_handler(UserIDList, fail)(push_of({"userIDList": []}))


def test_a_push_reaches_the_handlers_of_its_method_in_the_order_of_the_capabilities() -> None:
    class Handling(Capability):
        def __init__(self, name: str, *methods: str) -> None:
            self.push_handlers = {method: lambda push: handled.append(name) for method in methods}

    handled: list[str] = []
    handlers = PushHandlers(
        [
            Handling("first", Push.BLACK_LIST_ADDED),
            Handling("second", Push.BLACK_LIST_ADDED, Push.BLACK_LIST_DELETED),
        ]
    )
    handlers.handle(push_of({}))
    assert handled == ["first", "second"]
    handlers.handle(Incoming())
    assert handled == ["first", "second"]
