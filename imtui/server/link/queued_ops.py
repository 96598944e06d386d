"""Operations that wait at an edge for a core: what they take, and whom they concern; pure."""

from collections.abc import Callable
from typing import Final

from imtui.server.link import ops as o
from imtui.server.link.ops import ToCore

QUEUED_MAX: Final = 16 * 1024 * 1024
"""How many bytes of operations may wait for a core."""
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


def is_note(op: ToCore) -> bool:
    """Tell whether an operation is what a process has counted or noted, which is of no core."""
    return isinstance(op, o.MetricsOp | o.AuditOp)


class QueuedOps:
    """The operations that wait, in their order."""

    def __init__(self) -> None:
        """Start without any."""
        self.ops: list[ToCore] = []
        self._size = 0
        """What those take that wait for a core, in bytes."""

    def has_room(self, op: ToCore) -> bool:
        """Tell whether one more operation may wait for a core, and count it."""
        self._size += size_of(op)
        return self._size <= QUEUED_MAX

    def take(self) -> list[ToCore]:
        """Return all, which wait no more."""
        ops, self.ops, self._size = self.ops, [], 0
        return ops

    def keep(self, holds: Callable[[ToCore], bool]) -> None:
        """Keep only some."""
        self.ops = [op for op in self.ops if holds(op)]
        self._size = sum(map(size_of, self.ops))
