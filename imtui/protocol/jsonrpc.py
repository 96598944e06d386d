"""JSON-RPC 2.0 requests, answers and pushes: encoding them as frames, and decoding frames."""

import re
from typing import Any, Final, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from imtui.protocol import limits
from imtui.protocol.errors import ErrorCode, IMError, invalid_parameters
from imtui.protocol.messages import Push

RequestID = int | float | str | None

Params = Raw | UnsetType
"""The parameters of a request, not decoded yet."""

T = TypeVar("T", bound=Struct)


class ErrorObject(Struct, frozen=True, omit_defaults=True):
    """A JSON-RPC error."""

    code: int
    message: str
    data: dict[str, Any] = field(default_factory=dict)


class Request(Struct, frozen=True):
    """A JSON-RPC request; without an ID it is a notification and gets no answer."""

    jsonrpc: str
    method: str
    params: Raw | UnsetType = UNSET
    id: RequestID | UnsetType = UNSET


class _Result(Struct, frozen=True, gc=False):
    jsonrpc: str
    id: RequestID
    result: Struct


class Incoming(Struct, frozen=True):
    """A frame that a client receives: an answer (with an ID) or a push (with a method)."""

    jsonrpc: str = "2.0"
    id: RequestID = None
    result: Raw | UnsetType = UNSET
    error: ErrorObject | None = None
    method: str | None = None
    params: Raw | UnsetType = UNSET


_encoder: Final = msgspec.json.Encoder()
_request_decoder: Final = msgspec.json.Decoder(Request)
_incoming_decoder: Final = msgspec.json.Decoder(Incoming)
_document_decoder: Final = msgspec.json.Decoder(Raw)

# msgspec raises these for a document that is not JSON, not UTF-8, or nested too deep.
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)

# Finds the field that msgspec's error message complains about.
_FIELD: Final = re.compile(r"(?: - at `\$\.|missing required field `)(\w+)[^`]*`$")


def encode(value: Any) -> bytes:
    """Return a value as JSON."""
    return _encoder.encode(value)


def encode_request(request_id: int, method: str, params: Struct) -> bytes:
    """Return a request as a frame."""
    return encode({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params})


def encode_answer(request_id: RequestID, answer: Struct | IMError) -> bytes:
    """Return an answer to a request, a result or an error, as a frame."""
    if not isinstance(answer, IMError):
        return encode(_Result("2.0", request_id, answer))
    error = ErrorObject(int(answer.code), answer.message, answer.data)
    return encode({"jsonrpc": "2.0", "id": request_id, "error": error})


def encode_push(method: Push, params: Struct | dict[str, Any]) -> bytes:
    """Return a push as a frame."""
    return encode({"jsonrpc": "2.0", "method": method, "params": params})


def decode_request(frame: str | bytes) -> Request:
    """Return the request in a frame.

    Raises:
        IMError: -32700 if it is not JSON; -32600 if it is not one JSON-RPC 2.0 request.
    """
    try:
        request = _request_decoder.decode(frame)
    except msgspec.ValidationError as error:
        # msgspec stops at the first wrong field; the rest may not even be JSON.
        if not _is_json(frame):
            raise IMError(ErrorCode.JSONRPC_PARSE_ERROR) from error
        raise IMError(
            ErrorCode.JSONRPC_INVALID_REQUEST,
            f"Not a JSON-RPC 2.0 request: {str(error).rstrip('.')}.",
        ) from error
    except _UNREADABLE as error:
        raise IMError(ErrorCode.JSONRPC_PARSE_ERROR) from error
    if request.jsonrpc != "2.0":
        raise IMError(ErrorCode.JSONRPC_INVALID_REQUEST, 'jsonrpc has to be "2.0".')
    if isinstance(request.id, str) and len(request.id) > limits.REQUEST_ID_MAX_CHARS:
        raise IMError(
            ErrorCode.JSONRPC_INVALID_REQUEST,
            f"An id has at most {limits.REQUEST_ID_MAX_CHARS} characters.",
        )
    return request


def decode_incoming(frame: str | bytes) -> Incoming:
    """Return the answer or push in a frame.

    Raises:
        IMError: -32700 if it is neither.
    """
    try:
        return _incoming_decoder.decode(frame)
    except _UNREADABLE as error:
        raise IMError(ErrorCode.JSONRPC_PARSE_ERROR) from error


def decode_params(params: Params, type_: type[T]) -> T:
    """Return the parameters of a request.

    Raises:
        IMError: 6017, naming the field and its problem.
    """
    document = b"{}" if isinstance(params, UnsetType) else bytes(params)
    try:
        return msgspec.json.decode(b"{}" if document == b"null" else document, type=type_)
    except _UNREADABLE as error:
        problem = str(error).rstrip(".") or "not readable"
        where = _FIELD.search(problem)
        raise invalid_parameters(where[1] if where else "params", problem) from error


def _is_json(frame: str | bytes) -> bool:
    try:
        _document_decoder.decode(frame)
    except _UNREADABLE:
        return False
    return True
