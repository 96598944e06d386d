"""One core for the server and one for the load, so that neither takes the other's time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_CORES: Final = sorted(os.sched_getaffinity(0))
SERVER: Final = _CORES[0]
LOAD: Final = _CORES[-1]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Stay on a core, with all processes that are started meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
