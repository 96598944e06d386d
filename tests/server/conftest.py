"""A real backend for each test, on free ports."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[Backend]:
    async with Backend(BackendConfig(tmp_path / "data")) as running:
        yield running
