"""The file descriptors of the process, and how many connections they suffice for."""

import contextlib
import sys
from typing import Final

_UNLIMITED: Final = 1 << 20
"""Taken for a limit where the system has none."""
_WINDOWS_LIMIT: Final = 512
"""How many sockets Python's ``select`` takes on Windows."""
_REACHABLE: Final = 10_240
"""The most that macOS allows although its hard limit says more."""
_RESERVE: Final = 64
"""The descriptors kept for the database, REST, health and callbacks."""
_RESERVE_LEAST: Final = 24
_FULL_RESERVE_FROM: Final = 256
_REST_SHARE: Final = 16
_REST_MAX: Final = 256


def raise_limit() -> int:
    """Raise the soft limit of descriptors as far as the hard one allows, and return it."""
    if sys.platform == "win32":
        return _WINDOWS_LIMIT
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, _REACHABLE):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
            break
    return _UNLIMITED if soft == resource.RLIM_INFINITY else min(soft, _UNLIMITED)


def shares(limit: int) -> tuple[int, int]:
    """Return how many connections of clients, and of the REST port, descriptors suffice for.

    Args:
        limit: The most descriptors that the process may have.
    """
    reserve = _RESERVE
    if limit < _FULL_RESERVE_FROM:
        reserve = _RESERVE_LEAST + limit * (_RESERVE - _RESERVE_LEAST) // _FULL_RESERVE_FROM
    free = max(1, limit - reserve)
    # Where there are many, REST gets more than its part of the reserve.
    more = min(_REST_MAX, free // _REST_SHARE)
    return max(1, free - more), reserve // 4 + more
