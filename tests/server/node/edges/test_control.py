"""What a parent tells its children while they run."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from imtui.server.node.config import BackendConfig
from imtui.server.node.edges.control import Control
from imtui.server.node.edges.setup import Changes, Role, Setup, encode, read_setup


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


def test_what_the_parent_tells_before_the_setup_is_read_is_not_lost() -> None:
    config = BackendConfig(Path("data"))
    setup = Setup(Role.EDGE, config, b"key", "10.0.0.1:7790", place=1)
    reading, writing = os.pipe()
    later = encode("10.0.0.2:7790")
    os.write(writing, encode(setup) + later)
    os.close(writing)
    assert read_setup(reading) == setup
    assert Changes().feed(os.read(reading, len(later))) == ["10.0.0.2:7790"]
    os.close(reading)


def test_a_parent_that_is_gone_has_no_setup() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    assert read_setup(reading) is None
    os.close(reading)


def test_each_process_has_a_name() -> None:
    config = BackendConfig(Path("data"))
    assert Setup(Role.CORE, config, b"", "link").name == "core"
    assert Setup(Role.EDGE, config, b"", "link", place=12, number=40).name == "edge 12"
