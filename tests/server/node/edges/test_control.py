"""What a parent tells its children while they run."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from imtui.server.node.config import BackendConfig
from imtui.server.node.edges.control import Control
from imtui.server.node.edges.setup import Role, Setup, encode


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_each_change_is_taken_with_its_log_level(size: int) -> None:
    levels: list[str] = []
    control = Control(levels.append)
    config = BackendConfig(Path("data"))
    changes = [replace(config, log_level=level) for level in ("warning", "error", "info")]
    data = b"".join(map(encode, changes))
    for start in range(0, len(data), size):
        control.data_received(data[start : start + size])
    taken: asyncio.Queue[BackendConfig] = asyncio.Queue()
    following = asyncio.create_task(control.follow(taken.put))
    assert [await taken.get() for _ in changes] == changes
    assert levels == ["warning", "error", "info"]
    following.cancel()
    await asyncio.wait({following})


def test_each_process_has_a_name() -> None:
    config = BackendConfig(Path("data"))
    assert Setup(Role.CORE, config, b"", "link").name == "core"
    assert Setup(Role.EDGE, config, b"", "link", place=12, number=40).name == "edge 12"
