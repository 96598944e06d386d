"""The tests of this folder run with each engine of the store."""

from pathlib import Path

import pytest

from tests.server.store.engines import ENGINES


@pytest.fixture(params=ENGINES)
def database(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return the name of a database that does not exist yet."""
    return tmp_path / str(request.param)
