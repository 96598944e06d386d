"""Fixtures that test each clause twice: on the core in virtual time, and over real sockets."""

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from .worlds.core_world import CoreWorld
from .worlds.edged_world import EdgedWorld
from .worlds.socket_world import SocketWorld
from .worlds.virtual_time import JumpingLoop
from .worlds.world import World


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], Any]]:
    """Run these tests on a loop whose clock can be advanced."""
    return {"jumping": JumpingLoop}


@pytest.fixture
async def core_world(tmp_path: Path) -> AsyncIterator[CoreWorld]:
    """Return the core alone, for tests that need exact time."""
    world = CoreWorld(tmp_path / "imtui.db")
    yield world
    world.core.end()


@pytest.fixture
async def socket_world(tmp_path: Path, edges: int) -> AsyncIterator[SocketWorld]:
    """Return the backend alone, for tests that need sockets."""
    data = tmp_path / "data"
    world = EdgedWorld(data, edges) if edges else SocketWorld(data)
    await world.start()
    yield world
    await world.stop()


@pytest.fixture(params=["core", "socket"])
def world(request: pytest.FixtureRequest) -> World:
    """Return each kind of backend in turn."""
    made: World = request.getfixturevalue(f"{request.param}_world")
    return made
