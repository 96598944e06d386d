"""What passes over a link between an edge and the core, as MessagePack.

Each struct is an array that begins with its tag. A frame has the operations of one turn of the
sender's event loop.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from imtui.protocol.app_key import KeyRing
from imtui.protocol.jsonrpc import ErrorObject, Request, RequestID
from imtui.protocol.messages import CloseCode
from imtui.protocol.proof import Proof
from imtui.protocol.status import Platform
from imtui.server.link.ports import HTTPAnswer, HTTPRequest

BATCH_MAX: Final = 8 * 1024 * 1024
"""The most bytes of operations in a batch, unless there is only one."""
_JSONRPC: Final = "2.0"
_request_id: Final[msgspec.json.Decoder[RequestID]] = msgspec.json.Decoder(RequestID)


class LinkError(Exception):
    """What a peer sent is wrong; the link has to be cut."""


class _Op(Struct, frozen=True, array_like=True, gc=False):
    pass


class CallFields(_Op, frozen=True):
    """A request of a client, with its parameters as JSON."""

    method: str
    params: bytes
    """Empty without parameters."""
    id: bytes
    """As JSON, which has numbers that MessagePack does not; empty without an ID."""

    def __post_init__(self) -> None:
        """Check the ID as the operation is decoded, not when it has its turn."""
        if self.id:
            _request_id.decode(self.id)

    def request(self) -> Request:
        """Return the request."""
        params = Raw(self.params) if self.params else UNSET
        request_id = _request_id.decode(self.id) if self.id else UNSET
        return Request(_JSONRPC, self.method, params, request_id)


def call_fields(request: Request) -> CallFields:
    """Return the fields of a request."""
    params = b"" if isinstance(request.params, UnsetType) else bytes(request.params)
    request_id = b"" if isinstance(request.id, UnsetType) else msgspec.json.encode(request.id)
    return CallFields(request.method, params, request_id)


# To the core


class LoginOp(_Op, frozen=True, tag=1):
    """``CorePort.login``."""

    session_id: int
    proof: Proof
    call: CallFields
    address: str
    spent: float


class RequestOp(_Op, frozen=True, tag=2):
    """``CorePort.request``."""

    session_id: int
    call: CallFields
    spent: float
    is_dropped: bool


class LostOp(_Op, frozen=True, tag=3):
    """``CorePort.lost``."""

    session_id: int
    is_silent: bool


class AwayOp(_Op, frozen=True, tag=4):
    """``CorePort.away``."""

    session_ids: tuple[int, ...]


class RESTOp(_Op, frozen=True, tag=5):
    """``CorePort.rest``; ``RESTAnswerOp`` with the same number answers it."""

    number: int
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    problem: str
    address: str
    proof: Proof | None
    refusal: ErrorObject | None

    def request(self) -> HTTPRequest:
        """Return the request."""
        return HTTPRequest(
            self.method,
            self.path,
            self.query,
            self.body,
            self.problem,
            self.address,
            self.proof,
            self.refusal,
        )


def rest_op(number: int, request: HTTPRequest) -> RESTOp:
    """Return the operation that passes a request to the HTTP port on."""
    return RESTOp(
        number,
        request.method,
        request.path,
        dict(request.query),
        request.body,
        request.problem,
        request.address,
        request.proof,
        request.refusal,
    )


class MetricsOp(_Op, frozen=True, tag=6):
    """What the edge's process has counted since the last one, as JSON."""

    values: bytes


class AuditOp(_Op, frozen=True, tag=7):
    """An entry of the edge's audit log, as JSON."""

    entry: bytes


ToCore = LoginOp | RequestOp | LostOp | AwayOp | RESTOp | MetricsOp | AuditOp

# To the edge


class AnswerOp(_Op, frozen=True, tag=1):
    """``EdgePort.answer``."""

    session_id: int
    data: bytes


class PushOp(_Op, frozen=True, tag=2):
    """``EdgePort.push``."""

    session_ids: tuple[int, ...]
    data: bytes
    is_chat: bool
    state: str


class StatusOp(_Op, frozen=True, tag=3):
    """``EdgePort.status``."""

    user_id: str
    status: bytes
    session_ids: list[int]


class ForgetOp(_Op, frozen=True, tag=4):
    """``EdgePort.forget``."""

    session_ids: tuple[int, ...]
    user_ids: tuple[str, ...]


class LoginChangedOp(_Op, frozen=True, tag=5):
    """``EdgePort.login_changed``."""

    session_id: int
    user_id: str
    platform: Platform | None


class CloseOp(_Op, frozen=True, tag=6):
    """``EdgePort.close``."""

    session_id: int
    code: int
    reason: str


class KeysOp(_Op, frozen=True, tag=7):
    """``EdgePort.keys_changed``."""

    key_ring: KeyRing


class AdminsOp(_Op, frozen=True, tag=8):
    """``EdgePort.admins_changed``."""

    user_ids: frozenset[str]


class HeartbeatOp(_Op, frozen=True, tag=9):
    """``EdgePort.heartbeat_timeout_changed``."""

    timeout: float


class RESTAnswerOp(_Op, frozen=True, tag=10):
    """The answer to a ``RESTOp``."""

    number: int
    answer: HTTPAnswer


class SpentOp(_Op, frozen=True, tag=11):
    """What requests of a session have cost the core, in seconds of CPU time."""

    session_id: int
    seconds: float


class SettingsOp(_Op, frozen=True, tag=12):
    """The settings of the app that concern edges."""

    cpu_seconds: float
    """The CPU time that an account may use in a second."""
    webhook_url: str
    """Where the app's own server is asked; empty for nowhere."""
    webhook_token: str
    webhook_commands: tuple[str, ...]
    denies_on_failure: bool
    """Whether an event is refused if the app's own server cannot be asked."""


class DrainOp(_Op, frozen=True, tag=13):
    """The node of this edge has to end; from version 2 of the link on."""


ToEdge = (
    AnswerOp
    | PushOp
    | StatusOp
    | ForgetOp
    | LoginChangedOp
    | CloseOp
    | KeysOp
    | AdminsOp
    | HeartbeatOp
    | RESTAnswerOp
    | SpentOp
    | SettingsOp
    | DrainOp
)

_encoder: Final = msgspec.msgpack.Encoder()
_to_core: Final = msgspec.msgpack.Decoder(list[ToCore])
_to_edge: Final = msgspec.msgpack.Decoder(list[ToEdge])

_UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError, ValueError)
T = TypeVar("T")


def encode_ops(ops: Sequence[ToCore] | Sequence[ToEdge]) -> bytes:
    """Return operations as MessagePack."""
    return _encoder.encode(ops)


def encode_batches(ops: Sequence[ToCore] | Sequence[ToEdge]) -> Iterator[bytes]:
    """Yield operations as MessagePack, in batches that are not too large."""
    data = encode_ops(ops)
    if len(data) <= BATCH_MAX or len(ops) == 1:
        yield data
        return
    half = len(ops) // 2
    yield from encode_batches(ops[:half])
    yield from encode_batches(ops[half:])


def decode_to_core(data: bytes | Raw) -> list[ToCore]:
    """Return the operations that an edge sent.

    Raises:
        LinkError: They are not readable.
    """
    return _decoded(_to_core, data)


def decode_to_edge(data: bytes | Raw) -> list[ToEdge]:
    """Return the operations that the core sent.

    Raises:
        LinkError: They are not readable.
    """
    return _decoded(_to_edge, data)


def close_code(code: int) -> CloseCode:
    """Return a close code that came over a link.

    Raises:
        LinkError: There is no such code.
    """
    try:
        return CloseCode(code)
    except ValueError as error:
        raise LinkError(f"there is no close code {code}") from error


def _decoded(decoder: "msgspec.msgpack.Decoder[T]", data: bytes | Raw) -> T:
    try:
        return decoder.decode(data)
    except _UNREADABLE as error:
        raise LinkError(f"unreadable operations: {error}") from error
