"""The operations of a link: each arrives as it was sent, and what is none ends the link."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Raw

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.jsonrpc import ErrorObject, Request, decode_request
from imtui.protocol.messages import CloseCode
from imtui.server.link import ops as o
from imtui.server.link.ops import LinkError
from imtui.server.link.ports import HTTPRequest
from tests.server.link.values import TO_CORE, TO_EDGE, any_of, values

Decode = Callable[[bytes], Sequence[Any]]
WAYS = [pytest.param(kind, o.decode_to_core, id=kind.__name__) for kind in TO_CORE]
WAYS += [pytest.param(kind, o.decode_to_edge, id=kind.__name__) for kind in TO_EDGE]


@pytest.mark.parametrize(("kind", "decode"), WAYS)
@given(data=st.data())
def test_each_operation_arrives_as_it_was_sent(
    kind: Any, decode: Decode, data: st.DataObject
) -> None:
    ops = data.draw(st.lists(values(kind), min_size=1, max_size=3))
    assert decode(o.encode_ops(ops)) == ops


@given(st.lists(any_of(TO_EDGE), max_size=20), st.integers(1, 400))
def test_batches_have_all_operations_in_order_and_are_not_too_large(
    ops: list[Any], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(o, "BATCH_MAX", most)
        batches = list(o.encode_batches(ops))
    found = [o.decode_to_edge(batch) for batch in batches]
    assert [op for batch in found for op in batch] == ops
    if not ops:
        return
    for batch, one in zip(batches, found, strict=True):
        assert len(batch) <= most or len(one) == 1


JSON_IDS = st.none() | st.text() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False)


@given(
    st.text(),
    st.sampled_from([UNSET, Raw(b"{}"), Raw(b"null"), Raw(b'{"a": [1e999]}')]),
    st.just(UNSET) | JSON_IDS,
)
def test_a_request_reaches_the_core_as_the_client_sent_it(
    method: str, params: Any, request_id: Any
) -> None:
    request = Request("2.0", method, params, request_id)
    ops = [o.RequestOp(1, o.call_fields(request), 0.0, False)]
    (op,) = o.decode_to_core(o.encode_ops(ops))
    assert isinstance(op, o.RequestOp)
    arrived = op.call.request()
    assert msgspec.json.encode(arrived) == msgspec.json.encode(request)
    assert (arrived.id is UNSET) == (request.id is UNSET)


@pytest.mark.parametrize("number", ["1" + "0" * 40, "18446744073709551616", "-1e400", "1e308"])
def test_whatever_id_a_client_chooses_the_link_carries_it(number: str) -> None:
    """One request that cannot be encoded would take those of all others with it."""
    try:
        request = decode_request(f'{{"jsonrpc":"2.0","method":"x","id":{number}}}'.encode())
    except IMError:
        return
    (op,) = o.decode_to_core(o.encode_ops([o.RequestOp(1, o.call_fields(request), 0.0, False)]))
    assert isinstance(op, o.RequestOp)
    assert op.call.request() == request


@given(values(o.RESTOp))
def test_a_rest_request_arrives_with_its_refusal(op: o.RESTOp) -> None:
    (arrived,) = o.decode_to_core(o.encode_ops([op]))
    assert isinstance(arrived, o.RESTOp)
    assert arrived.request() == op.request()


def test_a_refusal_stays_the_same_error() -> None:
    refusal = ErrorObject(int(ErrorCode.ERR_SVR_ACCOUNT_USERSIG_EXPIRED), "Get a new one.")
    request = HTTPRequest("POST", "/v4/x/y", {"a": "b"}, b"{}", refusal=refusal)
    (op,) = o.decode_to_core(o.encode_ops([o.rest_op(5, request)]))
    assert isinstance(op, o.RESTOp)
    assert op.number == 5
    assert op.request() == request


@given(st.binary(max_size=60), st.sampled_from([o.decode_to_core, o.decode_to_edge]))
def test_rubbish_ends_the_link(data: bytes, decode: Decode) -> None:
    try:
        ops = decode(data)
    except LinkError:
        return
    # By chance it was an operation.
    assert decode(o.encode_ops(ops)) == ops


@given(st.data())
def test_what_was_cut_or_changed_on_the_way_ends_the_link_or_is_an_operation(
    data: st.DataObject,
) -> None:
    ops = data.draw(st.lists(any_of(TO_CORE), min_size=1, max_size=3))
    sent = bytearray(o.encode_ops(ops))
    end = data.draw(st.integers(0, len(sent) - 1))
    with pytest.raises(LinkError):
        o.decode_to_core(bytes(sent[:end]))
    sent[end] ^= data.draw(st.integers(1, 255))
    try:
        found = o.decode_to_core(bytes(sent))
    except LinkError:
        return
    assert all(isinstance(op, TO_CORE) for op in found)


@pytest.mark.parametrize("request_id", [b"[", b"{}", b"\xff", b'"\\ud800"'])
def test_an_unreadable_id_ends_the_link_before_its_turn(request_id: bytes) -> None:
    call = ["x", b"", request_id]
    with pytest.raises(LinkError):
        o.decode_to_core(msgspec.msgpack.encode([[2, 1, call, 0.0, False]]))
    assert o.decode_to_core(msgspec.msgpack.encode([[2, 1, ["x", b"", b"1"], 0.0, False]]))


@pytest.mark.parametrize("code", CloseCode)
def test_all_close_codes_are_carried(code: CloseCode) -> None:
    assert o.close_code(int(code)) is code


def test_an_unknown_close_code_ends_the_link() -> None:
    with pytest.raises(LinkError):
        o.close_code(1)
