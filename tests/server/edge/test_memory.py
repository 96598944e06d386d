"""Memory goes back to the system once much was freed."""

import asyncio
from unittest.mock import patch

from imtui.server.edge.memory import TRIM_AFTER, TRIM_FROM, Trimmer, trim_heap
from tests.server.virtual_loop import virtual_loop


def test_it_is_trimmed_once_a_while_after_much_was_freed() -> None:
    with virtual_loop() as loop, patch("imtui.server.edge.memory.trim_heap") as trim:
        trimmer = Trimmer(asyncio.get_running_loop())
        trimmer.freed(TRIM_FROM - 1)
        loop.advance(TRIM_AFTER)
        assert trim.call_count == 0
        for _ in range(3):
            trimmer.freed(TRIM_FROM)
        loop.advance(TRIM_AFTER)
        assert trim.call_count == 1
        trimmer.freed(TRIM_FROM)
        trimmer.stop()
        loop.advance(TRIM_AFTER)
        assert trim.call_count == 1


def test_it_works_where_there_is_nothing_to_trim_with() -> None:
    assert isinstance(trim_heap(), bool)
    with patch("ctypes.CDLL", side_effect=OSError):
        assert not trim_heap()
