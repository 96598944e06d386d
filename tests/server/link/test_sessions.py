"""What becomes of sessions when their edge has no core for a while, in virtual time."""

import pytest

from imtui.protocol.limits import RETURN_WITHIN
from imtui.server.link import queued_ops
from tests.simulation.client import Client
from tests.simulation.simulation import EDGES, Simulation


def come(simulation: Simulation) -> Client:
    """Let one client log in."""
    client = simulation.clients[0]
    simulation.world.run_for(1.0)
    client.come()
    simulation.world.run_for(1.0)
    assert client.is_logged_in
    return client


def test_a_later_core_hears_nothing_of_connections_that_have_ended() -> None:
    with Simulation(1) as simulation:
        client = come(simulation)
        simulation.kill_core(20.0)
        client.leave(for_good=False)
        simulation.world.run_for(5.0)
        assert client.link is not None
        client.leave()
        simulation.world.run_for(20.0)
        assert simulation.core is not None
        assert simulation.core.metrics.ws.by_method["login"] == 0
        (session,) = simulation.core.accounts.sessions.values()
        assert session.user_id == client.user_id


def test_too_much_without_a_core_leaves_no_session_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queued_ops, "QUEUED_MAX", 1500)
    with Simulation(1) as simulation:
        client = come(simulation)
        for place in range(EDGES):
            simulation.block_links(place, 30.0)
        link = client.link
        assert link is not None
        client.wants = False
        simulation.world.run_for(6.0)
        for number in range(7):
            client.send_message("bob", f"m{number}")
            simulation.world.run_for(1.0)
        assert not link.is_open
        simulation.world.run_for(35.0 + RETURN_WITHIN)
        assert simulation.core is not None
        assert simulation.core.accounts.sessions == {}
        assert simulation.world.wrong == []


def owe(simulation: Simulation, user_id: str) -> None:
    """Let an account be in debt for 2 s."""
    assert simulation.core is not None
    now = simulation.core.process.time()
    simulation.core.host.buckets.charge(user_id, 10.0, now)


def test_a_login_that_waits_for_its_turn_outlives_no_edge() -> None:
    with Simulation(1) as simulation:
        client = simulation.clients[0]
        simulation.world.run_for(1.0)
        owe(simulation, client.user_id)
        client.come()
        simulation.world.run_for(1.0)
        for place in range(EDGES):
            simulation.kill_edge(place, 1.0)
        client.leave()
        simulation.world.run_for(10.0 + RETURN_WITHIN)
        assert simulation.core is not None
        assert simulation.core.accounts.sessions == {}
        assert simulation.world.wrong == []


def test_a_login_that_waits_for_its_turn_outlives_no_drain() -> None:
    with Simulation(1) as simulation:
        client = simulation.clients[0]
        simulation.world.run_for(1.0)
        owe(simulation, client.user_id)
        client.come()
        simulation.world.run_for(1.0)
        for place in range(EDGES):
            simulation.drain_edge(place)
        client.wants = False
        simulation.world.run_for(20.0 + RETURN_WITHIN)
        assert simulation.core is not None
        assert simulation.core.accounts.sessions == {}
        assert simulation.world.wrong == []
