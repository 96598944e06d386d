"""Separate cores for the server and the load, so that they do not compete, or all for both."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_CORES: Final = sorted(os.sched_getaffinity(0))
SERVER: Final = _CORES[0]
LOAD: Final = _CORES[-1]
ALL: Final = tuple(_CORES)


@contextmanager
def on_cores(*cores: int) -> Iterator[None]:
    """Pin this process, and processes started in the context, to some cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
