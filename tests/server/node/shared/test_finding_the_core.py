"""Edges find the core, whenever it moves or ends."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from imtui.server.node.config import BackendConfig
from imtui.server.node.edges.children import Child
from imtui.server.node.edges.clustered import ClusteredBackend
from imtui.server.node.edges.control import CORE
from imtui.server.node.edges.setup import Role, Setup
from tests.server.node.edges.edged_server import WITHIN

BEFORE, AFTER = "10.0.0.1:7790", "10.0.0.2:7790"


class FakeChild:
    """A core that stands by for ever, or an edge that is ready when it is let."""

    def __init__(self, role: Role) -> None:
        self._role = role
        self.on_said: Callable[[str, Any], None] = lambda what, value: None
        self.told: list[object] = []
        self.is_waiting = asyncio.Event()
        self.is_ready = asyncio.Event()
        self.has_ended = asyncio.Event()

    def tell(self, told: object) -> None:
        """Note what the parent tells."""
        self.told.append(told)

    async def until_ready(self, *, is_patient: bool) -> int:
        """Wait until it is let."""
        if self._role is Role.CORE:
            self.on_said(CORE, BEFORE)
        self.is_waiting.set()
        await self.is_ready.wait()
        return 1

    async def until_ended(self) -> int:
        """Wait until it is let end."""
        await self.has_ended.wait()
        return 1

    async def end(self) -> None:
        """End at once."""
        self.is_ready.set()
        self.has_ended.set()


def new_backend(folder: Path) -> ClusteredBackend:
    return ClusteredBackend(BackendConfig(folder), 1, lambda: None)


async def told_as_it_starts(
    backend: ClusteredBackend,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[[], Awaitable[None]],
) -> list[object]:
    """Return what an edge is told that was given the earlier address of the core."""
    edge = FakeChild(Role.EDGE)
    backend._ws = backend._rest = ()
    backend._said(CORE, BEFORE)
    edge.is_ready.set()

    async def start_child(setup: Setup, data: Path) -> Child:
        assert (setup.role, setup.link) == (Role.EDGE, BEFORE)
        await meanwhile()
        return cast(Child, edge)

    monkeypatch.setattr("imtui.server.node.edges.supervisor.start_child", start_child)
    await backend._start_child(1)
    return edge.told


async def test_an_edge_that_starts_while_the_core_moves_is_told_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = new_backend(tmp_path)

    async def move() -> None:
        backend._said(CORE, AFTER)

    assert await told_as_it_starts(backend, monkeypatch, move) == [AFTER]


async def test_an_edge_that_starts_while_the_settings_change_is_told_what_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, changed = new_backend(tmp_path), BackendConfig(tmp_path, log_level="error")
    told = await told_as_it_starts(backend, monkeypatch, lambda: backend.adjust(changed))
    assert told == [changed]


async def test_a_core_that_ends_while_edges_start_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, edge = new_backend(tmp_path), FakeChild(Role.EDGE)
    cores: list[FakeChild] = []

    async def start_child(setup: Setup, data: Path) -> Child:
        if setup.role is Role.EDGE:
            return cast(Child, edge)
        cores.append(FakeChild(Role.CORE))
        if len(cores) == 2:
            edge.is_ready.set()
        return cast(Child, cores[-1])

    monkeypatch.setattr("imtui.server.node.edges.supervisor.start_child", start_child)
    async with asyncio.timeout(WITHIN):
        starting = asyncio.create_task(backend.__aenter__())
        await edge.is_waiting.wait()
        cores[0].has_ended.set()
        await starting
        await backend.__aexit__(None, None, None)
    assert len(cores) == 2
