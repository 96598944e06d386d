"""Deliveries: everything that the core sends to edges."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from imtui.protocol import messages as m
from imtui.protocol.app_key import KeyRing
from imtui.protocol.jsonrpc import encode_push
from imtui.protocol.status import Platform
from imtui.server.core.state import State


class PushDelivery(Struct, frozen=True, gc=False):
    """The same push to some sessions, encoded once."""

    session_ids: tuple[int, ...]
    data: bytes
    """A JSON-RPC message."""
    is_chat: bool = False
    """Whether it concerns messages or conversations, which have to be durable before."""
    state: str = ""
    """What it describes as a whole, if it does: of several that wait, the last one suffices."""


class StatusDelivery(Struct, frozen=True, gc=False):
    """The status of a watched user; only the last unsent one is sent."""

    user_id: str
    status: bytes
    """As JSON."""
    session_ids: list[int]


class ForgetDelivery(Struct, frozen=True, gc=False):
    """Sessions no longer watch some users, whose unsent statuses are dropped."""

    session_ids: tuple[int, ...]
    user_ids: tuple[str, ...]


class LoginDelivery(Struct, frozen=True, gc=False):
    """A session logged in or out."""

    session_id: int
    user_id: str
    """The account; empty if nobody is logged in any more."""
    platform: Platform | None = None


class CloseDelivery(Struct, frozen=True, gc=False):
    """A connection has to be closed."""

    session_id: int
    code: m.CloseCode
    reason: str


class KeysDelivery(Struct, frozen=True, gc=False):
    """The keys changed with which edges verify UserSigs."""

    key_ring: KeyRing


class AdminsDelivery(Struct, frozen=True, gc=False):
    """The admins changed whose requests edges let in."""

    user_ids: frozenset[str]


class HeartbeatDelivery(Struct, frozen=True, gc=False):
    """The heartbeat time-out changed."""

    timeout: float
    """In seconds."""


Delivery = (
    PushDelivery
    | StatusDelivery
    | ForgetDelivery
    | LoginDelivery
    | CloseDelivery
    | KeysDelivery
    | AdminsDelivery
    | HeartbeatDelivery
)

Deliver = Callable[[State, Any], Iterable[Delivery]]
"""Returns the deliveries for a change of one kind; pure."""


def push(
    session_ids: tuple[int, ...],
    method: m.Push,
    params: Struct | dict[str, Any],
    *,
    is_chat: bool = False,
    is_state: bool = False,
) -> Iterable[PushDelivery]:
    """Return one push to some sessions; none if there are no sessions.

    Args:
        session_ids: The sessions.
        method: The method.
        params: Its parameters.
        is_chat: Whether it concerns messages or conversations.
        is_state: Whether it makes earlier pushes of the method needless.
    """
    if not session_ids:
        return ()
    state = method.value if is_state else ""
    return (PushDelivery(session_ids, encode_push(method, params), is_chat, state),)
