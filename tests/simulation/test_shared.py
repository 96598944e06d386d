"""Faults of several nodes and of the store that they share, and whether anything is broken."""

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.run import SHARED, run, steps_of
from tests.simulation.shared.node import WALL_SKEW_MAX
from tests.simulation.shared.simulation import SharedSimulation


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("seed", range(1, 5))
def test_nothing_is_broken_by_many_faults_of_nodes(seed: int) -> None:
    assert run(seed, steps_of(seed, 40, SHARED), kind=SHARED) == []


def test_clients_come_to_edges_whose_clocks_are_wrong() -> None:
    with SharedSimulation(1) as simulation:
        for client, skew in zip(simulation.clients, (-WALL_SKEW_MAX, WALL_SKEW_MAX), strict=False):
            for edge in simulation.live_edges():
                edge.process.wall_skew = skew
            client.come()
            simulation.world.run_for(5.0)
            assert client.is_logged_in
        assert simulation.world.wrong == []
