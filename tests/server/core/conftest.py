"""What tests of the core share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.core.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return a core on a database."""
    world = World(tmp_path / "db")
    yield world
    world.close()
