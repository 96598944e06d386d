"""Edges hear what the core's wall clock shows."""

import asyncio

import pytest

from imtui.server.link import link_socket
from imtui.server.link.frames import Ping
from tests.server.link.played import WELCOME, NotingCore, join_core, new_edges

TURNS = 200


async def test_an_edge_that_is_always_busy_hears_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_socket, "PING_EVERY", 0.01)
    edges = new_edges(NotingCore())
    edges.unix_ms = lambda: 5_000
    transport, welcome = join_core(edges, 9)
    assert welcome.unix_ms == 5_000
    heard: set[int] = set()
    for _ in range(TURNS):
        edges.keys_changed(WELCOME[0])
        edges.flush()
        await asyncio.sleep(0.001)
        heard |= {frame.unix_ms for frame in transport.take() if isinstance(frame, Ping)}
    assert heard == {5_000}
    await edges.stop()
