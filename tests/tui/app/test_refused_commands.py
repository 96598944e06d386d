"""A command that is refused for its words can be corrected, and what follows is no key."""

from pathlib import Path

import pytest

from imtui.tui.state.account_state import GROUP_NAME_MAX
from imtui.tui.widgets.command_line import CommandLine
from tests.tui.fake import sample_client
from tests.tui.harness import Running, running

REFUSED = [
    "/status " + "你" * 40,
    "/quiet 99x",
    "/order upwards",
    "/events maybe",
    "/kind nothing",
    "/theme none",
    "/allow everybody",
    f"/group bob {'x' * (GROUP_NAME_MAX + 1)}",
    "/watch b:ob",
]


def typed(run: Running) -> str:
    """Return what is in the command line, if that has the focus."""
    focused = run.app.focused
    return focused.value if isinstance(focused, CommandLine) else ""


@pytest.mark.parametrize("line", REFUSED)
async def test_it_comes_back_to_the_command_line(line: str, tmp_path: Path) -> None:
    async with running(tmp_path, sample_client()) as run:
        await run.press("colon")
        await run.type(line.removeprefix("/"), "enter")
        assert typed(run) == line
        await run.type("q")
        assert typed(run) == f"{line}q"


@pytest.mark.parametrize("line", REFUSED)
async def test_it_comes_back_to_the_composer(line: str, tmp_path: Path) -> None:
    async with running(tmp_path, sample_client()) as run:
        await run.press("enter")
        await run.type(line, "enter")
        assert run.app.main.chat.written == line


async def test_one_that_fails_for_something_else_does_not(tmp_path: Path) -> None:
    async with running(tmp_path, sample_client()) as run:
        await run.press("colon")
        await run.type("recall", "enter")
        assert "Which message?" in run.events()[-1]
        assert not typed(run)
