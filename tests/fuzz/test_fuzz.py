"""A short run of the fuzz with a fixed seed."""

from pathlib import Path

import pytest

from tests.fuzz.run import fuzz


@pytest.mark.terminal
@pytest.mark.timeout(180)
async def test_whatever_a_terminal_sends_nothing_is_published_unconfirmed(tmp_path: Path) -> None:
    await fuzz(tmp_path, seed=1, seconds=20, say=lambda _: None)
