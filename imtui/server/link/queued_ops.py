"""Operations that wait at an edge for a core: what they take, and whom they concern; pure."""

from typing import Final

from imtui.server.link import ops as o
from imtui.server.link.ops import ToCore

_OVERHEAD: Final = 512
"""The memory that an operation takes beside its contents."""


def size_of(op: ToCore) -> int:
    """Return how many bytes an operation takes."""
    match op:
        case o.LoginOp() | o.RequestOp():
            call = op.call
            return len(call.params) + len(call.id) + len(call.method) + _OVERHEAD
        case o.RESTOp():
            return len(op.body) + _OVERHEAD
    return _OVERHEAD


def concerns(op: ToCore, sessions: set[int]) -> bool:
    """Tell whether an operation is of no use after its edge has let some sessions go."""
    match op:
        case o.LoginOp() | o.RequestOp() | o.LostOp():
            return op.session_id in sessions
        case o.AwayOp() | o.RESTOp():
            return True
    return False
