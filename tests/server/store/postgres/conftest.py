"""A server that the tests of this folder may stop, and stores of a database for each test."""

from collections.abc import Iterator

import pytest

from tests.server.store.postgres.cluster import PostgresServer
from tests.server.store.postgres.opening import Stores


@pytest.fixture(scope="package")
def server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture
def stores(server: PostgresServer, request: pytest.FixtureRequest) -> Iterator[Stores]:
    made = Stores(server, request.node.nodeid)
    yield made
    made.close()
