"""What holds for all tests."""

import pytest
from hypothesis import settings

from tests.over_edges import EDGES, runs_over_edges

# A busy machine is slow, and that is no fault of what is tested.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that starts backends with edges."""
    parser.addoption(
        "--edges",
        type=int,
        default=0,
        metavar="N",
        help="run only tests of a running backend, and give each backend so many edges",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Remember how many edges backends have."""
    config.stash[EDGES] = config.getoption("edges")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not run over edges, if there are any."""
    if not config.stash[EDGES]:
        return
    left_out = [item for item in items if not runs_over_edges(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if runs_over_edges(item)]


@pytest.fixture(scope="session")
def edges(pytestconfig: pytest.Config) -> int:
    """Return how many edges backends have; 0 if they have one process."""
    return pytestconfig.stash[EDGES]
