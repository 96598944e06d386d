"""The app in tmux: detached, attached again at another size, killed."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.terminal.pty_terminal import terminal

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; CI has it"),
]


class Tmux:
    """A tmux server for one test."""

    def __init__(self, home: dict[str, str]) -> None:
        self.env = {**home, "TERM": "xterm-256color"}
        self.command = ("tmux", "-f", "/dev/null", "-S", str(Path(home["HOME"]) / "tmux"))

    async def run(self, *arguments: str) -> str:
        """Run a tmux command and return its output."""
        process = await asyncio.create_subprocess_exec(
            *self.command, *arguments, env=self.env, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode()


@pytest.fixture
async def tmux(home: dict[str, str]) -> AsyncIterator[Tmux]:
    server = Tmux(home)
    app = f"{sys.executable} -m imtui --user alice; echo left with $?"
    await server.run("new-session", "-d", "-x", "120", "-y", "40", app)
    yield server
    await server.run("kill-server")


async def test_the_screen_is_whole_after_detaching_and_attaching_in_another_size(
    tmux: Tmux, home: dict[str, str]
) -> None:
    attach = [*tmux.command, "attach"]
    async with terminal(attach, home, (120, 40)) as first:
        await first.shows("alice", "connected", "bob", "Events")
        await tmux.run("detach-client")
        assert await first.ended() == 0
    async with terminal(attach, home, (80, 24)) as second:
        await second.shows("alice", "bob", "Events")
        assert all(len(line) <= 80 for line in second.text.splitlines())
        second.send("q")
        await second.ended()
