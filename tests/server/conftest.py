"""A real backend for each test, on free ports."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from tests.over_edges import new_backend


@pytest.fixture
async def backend(tmp_path: Path, edges: int) -> AsyncIterator[Backend]:
    async with new_backend(BackendConfig(tmp_path / "data"), edges) as running:
        yield running
