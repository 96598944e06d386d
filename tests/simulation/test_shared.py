"""Faults of several nodes and of the store that they share, and whether anything is broken."""

from collections.abc import Callable

import pytest

from imtui.protocol.limits import RETURN_WITHIN
from imtui.server.store.postgres.lease import TTL, Lease
from tests.simulation.run import SHARED, run, steps_of
from tests.simulation.shared.node import WALL_SKEW_MAX
from tests.simulation.shared.simulation import SharedSimulation


@pytest.mark.parametrize("seed", range(1, 5))
def test_nothing_is_broken_by_many_faults_of_nodes(seed: int) -> None:
    assert run(seed, steps_of(seed, 40, SHARED), kind=SHARED) == []


@pytest.mark.parametrize("stop", [SharedSimulation.stop_core, SharedSimulation.stop_core_in_commit])
def test_a_core_that_goes_on_after_a_stop_finds_another_in_its_place_and_ends(
    stop: Callable[[SharedSimulation, float], None],
) -> None:
    with SharedSimulation(1) as simulation:
        simulation.world.run_for(2.0)
        stopped = simulation.core
        assert stopped is not None
        stop(simulation, 2 * TTL)
        simulation.world.run_for(2 * TTL)
        assert simulation.core is not None
        assert simulation.core.epoch == stopped.epoch + 1
        simulation.world.run_for(2 * TTL)
        assert stopped.process.is_dead
        assert simulation.world.wrong == []


def test_clients_of_an_edge_without_a_core_go_to_another() -> None:
    with SharedSimulation(1) as simulation:
        client = simulation.clients[0]
        simulation.world.run_for(1.0)
        client.come()
        simulation.world.run_for(5.0)
        assert client.link is not None
        edge = client.link.edge
        simulation.block_links(simulation.edges.index(edge), RETURN_WITHIN)
        simulation.world.run_for(RETURN_WITHIN - 1.0)
        assert client.link is not None
        assert client.link.edge is not edge
        assert client.is_logged_in
        assert simulation.rules.happened["session lost"] == 0


def test_a_core_without_the_lease_that_told_something_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Lease, "is_held", True)
    monkeypatch.setattr(Lease, "is_due", False)
    with SharedSimulation(1) as simulation:
        simulation.clients[0].come()
        simulation.world.run_for(2.0)
        for node in simulation.nodes:
            node.find_core = lambda link: None  # type: ignore[method-assign]
        simulation.stop_core(2 * TTL)
        simulation.world.run_for(2 * TTL + 1.0)
        simulation.clients[0].sync()
        simulation.world.run_for(2.0)
        assert "another has taken over" in "".join(simulation.world.wrong)


def test_clients_come_to_edges_whose_clocks_are_wrong() -> None:
    with SharedSimulation(1) as simulation:
        for client, skew in zip(simulation.clients, (-WALL_SKEW_MAX, WALL_SKEW_MAX), strict=False):
            for edge in simulation.live_edges():
                edge.process.wall_skew = skew
            client.come()
            simulation.world.run_for(5.0)
            assert client.is_logged_in
        assert simulation.world.wrong == []
