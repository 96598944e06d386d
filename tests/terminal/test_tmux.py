"""The app in tmux: detached, attached again at another size, killed."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.terminal.pty_terminal import terminal
from tests.tui.terminal_app import EMOJI

pytestmark = [
    pytest.mark.terminal,
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed; CI has it"),
]


class Tmux:
    """A tmux server for one test."""

    def __init__(self, home: dict[str, str]) -> None:
        self.env = {**home, "TERM": "xterm-256color"}
        self.command = ("tmux", "-u", "-f", "/dev/null", "-S", str(Path(home["HOME"]) / "tmux"))

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


async def test_no_emoji_moves_a_border(tmux: Tmux, tmp_path: Path) -> None:
    app = f"{sys.executable} -m tests.tui.terminal_app {tmp_path} emoji"
    await tmux.run("new-window", "-n", "emoji", app)
    target = ("-t", "emoji")
    async with terminal([*tmux.command, "attach"], tmux.env, (120, 40)) as shown:
        await shown.shows("connected", "user00", EMOJI[-1][0])
        await tmux.run("send-keys", *target, "Enter")
        await shown.shows("a message")
        await tmux.run("send-keys", *target, "-l", "".join(EMOJI[:3]) + " written")
        await shown.shows("written")
        rows = (await tmux.run("capture-pane", *target, "-p", "-N")).splitlines()
    panes = [row for row in rows if row.count("│") == 2]
    assert len(panes) > len(EMOJI)
    assert len({borders(row) for row in panes}) == 1, "\n".join(panes)


def borders(row: str) -> tuple[int, ...]:
    """Return the columns of the lines between the panes; tmux has each emoji in two cells."""
    return tuple(cell_len(row[:place]) for place, char in enumerate(row) if char == "│")
