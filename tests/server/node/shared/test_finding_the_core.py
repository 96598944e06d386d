"""Edges are told where the core is, whenever it moves."""

from pathlib import Path
from typing import cast

import pytest

from imtui.server.node.config import BackendConfig
from imtui.server.node.edges.children import Child
from imtui.server.node.edges.clustered import ClusteredBackend
from imtui.server.node.edges.control import CORE
from imtui.server.node.edges.setup import Role, Setup

BEFORE, AFTER = "10.0.0.1:7790", "10.0.0.2:7790"


class FakeChild:
    """A child that never ends."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def tell(self, told: object) -> None:
        """Note what the parent tells."""
        self.told.append(told)

    async def until_ready(self, *, is_patient: bool) -> int:
        """Be ready at once."""
        return 1


async def test_an_edge_that_starts_while_the_core_moves_is_told_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, edge = ClusteredBackend(BackendConfig(tmp_path), 1), FakeChild()
    backend._ws = backend._rest = ()
    backend._said(CORE, BEFORE)

    async def start_child(setup: Setup, data: Path) -> Child:
        assert (setup.role, setup.link) == (Role.EDGE, BEFORE)
        backend._said(CORE, AFTER)
        return cast(Child, edge)

    monkeypatch.setattr("imtui.server.node.edges.supervisor.start_child", start_child)
    await backend._start_child(1)
    assert edge.told == [AFTER]
