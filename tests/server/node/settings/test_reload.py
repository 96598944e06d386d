"""Settings that are read again while the backend runs."""

import asyncio
import logging
from pathlib import Path

import pytest

from imtui.server.node.settings.file import SettingsSource
from imtui.server.node.settings.reload import Reloader
from imtui.server.node.settings.settings import NodeSettings


class Node:
    """The settings file of a node, and what its backend has taken."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "imtui.toml"
        source = SettingsSource({"port": 1}, self._file, must_exist=False)
        self.taken: list[NodeSettings] = []
        self.reloader = Reloader(source, source.read(), self.take)

    async def take(self, settings: NodeSettings) -> None:
        """Note settings."""
        self.taken.append(settings)

    async def reload(self, text: str) -> None:
        """Write the file, and read it again."""
        self._file.write_text(text)
        await self.reloader.reload()


async def test_what_can_change_is_taken_and_what_cannot_is_told_until_the_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    node = Node(tmp_path)
    text = "max_per_address = 5\nrest_port = 9\nport = 8\ntrusted_proxy = '10.0.0.0/8'\n"
    await node.reload(text)
    assert caplog.messages == [
        "The settings have changed: max_per_address is 5 now, not 1000; "
        "trusted_proxy is 10.0.0.0/8 now, not none",
        "A restart is needed to change rest_port",
    ]
    assert (node.taken[-1].max_per_address, node.taken[-1].rest_port) == (5, 7789)
    caplog.clear()
    await node.reload(text)
    assert caplog.messages == ["A restart is needed to change rest_port"]
    await node.reload("max_per_address = 5\n")
    assert node.taken[-1].trusted_proxy == ()
    caplog.clear()
    await node.reload("max_per_address = 5\n")
    assert caplog.messages == ["The settings have not changed"]


async def test_a_broken_file_changes_nothing_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    node = Node(tmp_path)
    await node.reload("max_per_address = 5\n")
    caplog.clear()
    await node.reload("max_per_address = 0\nhosts = 1\n")
    first, second, third = caplog.messages
    assert ":1: max_per_address must be" in first
    assert ":2: hosts is no setting" in second
    assert third == "The settings stay as they were"
    await node.reload("max_per_address = 6\n")
    assert [one.max_per_address for one in node.taken] == [5, 6]


async def test_settings_are_read_each_time_that_it_is_asked_for(tmp_path: Path) -> None:
    asked, taken = asyncio.Event(), asyncio.Event()

    async def take(settings: NodeSettings) -> None:
        taken.set()

    source = SettingsSource({}, tmp_path / "imtui.toml", must_exist=False)
    reloader = Reloader(source, NodeSettings(), take)
    running = asyncio.create_task(reloader.run(asked))
    for _ in range(2):
        asked.set()
        async with asyncio.timeout(20):
            await taken.wait()
        taken.clear()
    running.cancel()
    await asyncio.wait({running})
