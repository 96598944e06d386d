"""Envelopes: what is a request, what is not, and with which code."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET, Raw, Struct

from imtui.protocol import jsonrpc
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import Request
from imtui.protocol.messages import (
    DeleteFromFriendListParams,
    Empty,
    FriendType,
    LoginParams,
    Push,
    SetSelfStatusParams,
    UnsubscribeParams,
    UserIDListParams,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | json_values,
        "method": st.text() | json_values,
        "params": st.dictionaries(st.text(), json_values) | json_values,
        "id": st.integers() | json_values,
    },
)


def code_of(frame: str | bytes) -> int:
    """Return the code with which a frame is refused."""
    with pytest.raises(IMError) as refused:
        jsonrpc.decode_request(frame)
    return refused.value.code


def field_of(params: str, type_: type[Struct]) -> str:
    """Return the parameter that error 6017 names."""
    with pytest.raises(IMError) as refused:
        jsonrpc.decode_params(Raw(params.encode()), type_)
    assert refused.value.code == ErrorCode.ERR_INVALID_PARAMETERS
    return str(refused.value.data["field"])


@pytest.mark.parametrize("id_", [1, 0, -7, 1.5, "a", "", None, 2**63, 10**30])
def test_a_request_with_an_id(id_: object) -> None:
    frame = json.dumps({"jsonrpc": "2.0", "id": id_, "method": "logout", "params": {"a": [1]}})
    request = jsonrpc.decode_request(frame)
    assert (request.id, request.method) == (id_, "logout")
    assert json.loads(bytes(request.params)) == {"a": [1]}  # type: ignore[arg-type]


def test_a_request_without_id_is_a_notification() -> None:
    request = jsonrpc.decode_request(b'{"jsonrpc": "2.0", "method": "heartbeat"}')
    assert request.id is UNSET
    assert request.params is UNSET


def test_unknown_fields_are_ignored() -> None:
    frame = b'{"jsonrpc": "2.0", "method": "heartbeat", "newer": [1], "id": 1}'
    assert jsonrpc.decode_request(frame).id == 1


@pytest.mark.parametrize(
    "frame",
    [b"", b" ", b"{", b"hello", b"{'a': 1}", b'{"a": 1} x', b"\xff", b"\x00", b"nul", b"[" * 10**5],
)
def test_what_is_not_json(frame: bytes) -> None:
    assert code_of(frame) == ErrorCode.JSONRPC_PARSE_ERROR


def test_a_text_with_a_lone_surrogate_is_not_json() -> None:
    assert code_of('{"jsonrpc": "2.0", "method": "\ud800"}') == ErrorCode.JSONRPC_PARSE_ERROR


@pytest.mark.parametrize(
    "document",
    [
        None,
        1,
        "x",
        True,
        {},
        [],
        [{"jsonrpc": "2.0", "id": 1, "method": "heartbeat"}],
        {"method": "heartbeat", "id": 1},
        {"jsonrpc": "1.0", "method": "heartbeat", "id": 1},
        {"jsonrpc": 2.0, "method": "heartbeat", "id": 1},
        {"jsonrpc": "2.0", "id": 1},
        {"jsonrpc": "2.0", "method": 5, "id": 1},
        {"jsonrpc": "2.0", "method": None, "id": 1},
        {"jsonrpc": "2.0", "method": "heartbeat", "id": True},
        {"jsonrpc": "2.0", "method": "heartbeat", "id": [1]},
        {"jsonrpc": "2.0", "method": "heartbeat", "id": {"a": 1}},
    ],
)
def test_json_that_is_not_one_request(document: object) -> None:
    assert code_of(json.dumps(document)) == ErrorCode.JSONRPC_INVALID_REQUEST


@given(st.binary() | st.text(st.characters()) | (envelopes | json_values).map(json.dumps))
@example(b'{"jsonrpc":"2.0","method":"x","id":' + b"9" * 5000 + b"}")
@example(b'{"jsonrpc":"2.0","method":"x","id":1e999}')
@example(b'{"jsonrpc":"2.0","method":"\\ud800","id":1}')
@example(b'{"jsonrpc":"2.0","method":"x","params":' + b'{"a":' * 5000)
def test_any_frame_is_a_request_or_one_of_two_errors(frame: str | bytes) -> None:
    try:
        request = jsonrpc.decode_request(frame)
    except IMError as error:
        assert error.code in {
            ErrorCode.JSONRPC_PARSE_ERROR,
            ErrorCode.JSONRPC_INVALID_REQUEST,
        }
    else:
        assert isinstance(request, Request)
        answer = jsonrpc.encode_answer(None if request.id is UNSET else request.id, IMError(6014))
        assert json.loads(answer)["error"]["code"] == 6014


@given(
    st.binary() | (st.dictionaries(st.text(), json_values) | json_values).map(json.dumps),
    st.sampled_from([Empty, LoginParams, SetSelfStatusParams, UserIDListParams, UnsubscribeParams]),
)
def test_any_params_are_those_of_a_method_or_6017(params: str | bytes, type_: type[Struct]) -> None:
    raw = Raw(params.encode() if isinstance(params, str) else params)
    try:
        decoded = jsonrpc.decode_params(raw, type_)
    except IMError as error:
        assert error.code == ErrorCode.ERR_INVALID_PARAMETERS
        assert error.data["field"]
    else:
        assert isinstance(decoded, type_)


@pytest.mark.parametrize("params", ["[]", '["bob"]', "1", '"x"', "true"])
def test_params_by_position_are_refused(params: str) -> None:
    assert field_of(params, UserIDListParams) == "params"
    assert field_of(params, Empty) == "params"


def test_absent_params_are_empty_ones() -> None:
    assert jsonrpc.decode_params(UNSET, SetSelfStatusParams) == SetSelfStatusParams()
    assert jsonrpc.decode_params(Raw(b"null"), UnsubscribeParams) == UnsubscribeParams()
    assert jsonrpc.decode_params(Raw(b'{"newer": 1}'), Empty) == Empty()


@pytest.mark.parametrize(
    ("params", "type_", "field"),
    [
        ("{}", UserIDListParams, "userIDList"),
        ('{"userIDList": null}', UserIDListParams, "userIDList"),
        ('{"userIDList": "bob"}', UserIDListParams, "userIDList"),
        ('{"userIDList": ["bob", 5]}', UserIDListParams, "userIDList"),
        ('{"userIDList": {}}', UnsubscribeParams, "userIDList"),
        ('{"customStatus": 5}', SetSelfStatusParams, "customStatus"),
        ('{"expiresAt": "soon"}', SetSelfStatusParams, "expiresAt"),
        ('{"expiresAt": 1.5}', SetSelfStatusParams, "expiresAt"),
        ("{}", LoginParams, "sdkAppID"),
        ('{"sdkAppID": 1}', LoginParams, "userID"),
        ('{"sdkAppID": "1"}', LoginParams, "sdkAppID"),
        ('{"sdkAppID": 1, "userID": "a", "platform": "BeOS"}', LoginParams, "platform"),
        ('{"sdkAppID": 1, "userID": "a", "platform": " - at `$.x`"}', LoginParams, "platform"),
        ('{"sdkAppID": 1, "userID": "a", "passive": 1}', LoginParams, "passive"),
        ('{"userIDList": ["a"], "deleteType": 3}', DeleteFromFriendListParams, "deleteType"),
    ],
)
def test_error_6017_names_the_parameter(params: str, type_: type[Struct], field: str) -> None:
    assert field_of(params, type_) == field


def test_a_delete_type_is_one_of_two() -> None:
    raw = Raw(b'{"userIDList": ["a"], "deleteType": 1}')
    decoded = jsonrpc.decode_params(raw, DeleteFromFriendListParams)
    assert decoded.delete_type is FriendType.SINGLE


def test_a_request_goes_out_as_it_comes_in() -> None:
    frame = jsonrpc.encode_request(7, "getUserStatus", UserIDListParams(["a"]))
    request = jsonrpc.decode_request(frame)
    assert (request.id, request.method) == (7, "getUserStatus")
    assert jsonrpc.decode_params(request.params, UserIDListParams) == UserIDListParams(["a"])


@pytest.mark.parametrize("id_", [1, 1.5, "a", None, 10**30])
def test_an_answer_bears_the_id_of_its_request(id_: int | float | str | None) -> None:
    result = json.loads(jsonrpc.encode_answer(id_, Empty()))
    assert result == {"jsonrpc": "2.0", "id": id_, "result": {}}
    error = json.loads(jsonrpc.encode_answer(id_, IMError(7008, "…", {"retryAfterMs": 1200})))
    assert error == {
        "jsonrpc": "2.0",
        "id": id_,
        "error": {"code": 7008, "message": "…", "data": {"retryAfterMs": 1200}},
    }


def test_empty_data_of_an_error_is_left_out() -> None:
    assert json.loads(jsonrpc.encode_answer(1, IMError(6014)))["error"].keys() == {
        "code",
        "message",
    }


def test_a_push_has_no_id() -> None:
    push = jsonrpc.encode_push(Push.KICKED_OFFLINE, {})
    assert json.loads(push) == {"jsonrpc": "2.0", "method": "onKickedOffline", "params": {}}


def test_a_client_tells_answers_from_pushes() -> None:
    answer = jsonrpc.decode_incoming(jsonrpc.encode_answer(3, Empty()))
    assert (answer.id, answer.method, answer.error) == (3, None, None)
    refusal = jsonrpc.decode_incoming(jsonrpc.encode_answer(4, IMError(6017, "x", {"field": "y"})))
    assert refusal.error == jsonrpc.ErrorObject(6017, "x", {"field": "y"})
    push = jsonrpc.decode_incoming(jsonrpc.encode_push(Push.KICKED_OFFLINE, {}))
    assert (push.method, push.id) == ("onKickedOffline", None)


@given(st.binary() | st.text(st.characters()) | json_values.map(json.dumps))
def test_a_client_takes_any_rubbish_for_an_answer_or_refuses_it(frame: str | bytes) -> None:
    try:
        jsonrpc.decode_incoming(frame)
    except IMError as error:
        assert error.code == ErrorCode.JSONRPC_PARSE_ERROR


def test_the_encoders_make_one_json_document() -> None:
    assert msgspec.json.decode(jsonrpc.encode(Empty())) == {}
