"""Letters are text as long as one types, whatever happens to the terminal meanwhile."""

from pathlib import Path

import pytest
from textual.events import AppBlur, MouseDown, Paste
from textual.widgets import Input

from tests.tui.harness import Running, running

SIZES = [(20, 4), (10, 30), (1, 1), (19, 5), (40, 6), (60, 12)]
PLACES = {
    "composer": ("enter",),
    "status": ("s",),
    "finder": ("slash",),
    "commands": ("colon",),
    "palette": ("ctrl+p",),
    "prompt": ("plus",),
}


async def resize(run: Running, columns: int, rows: int) -> None:
    await run.pilot.resize_terminal(columns, rows)
    await run.settle()


def typed(run: Running) -> str:
    """Return the text of the input with the focus."""
    focused = run.app.focused
    assert focused is not None
    return focused.value if isinstance(focused, Input) else str(getattr(focused, "text", ""))


@pytest.mark.parametrize("place", PLACES)
async def test_a_size_that_is_too_small_for_a_moment_changes_nothing(
    tmp_path: Path, place: str
) -> None:
    async with running(tmp_path) as run:
        await run.press(*PLACES[place])
        await run.type("qu")
        for size in SIZES:
            await resize(run, *size)
            await run.type("i")
            await resize(run, 120, 40)
            await run.type("t")
        assert typed(run).removeprefix("/") == "qu" + "it" * len(SIZES)
        assert run.app.is_running


async def test_no_order_of_sizes_takes_the_focus_away(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        focused = run.app.focused
        for columns in (1, 19, 20, 59, 60, 119, 130):
            for rows in (45, 12, 11, 5, 4, 1):
                await run.pilot.resize_terminal(columns, rows)
                assert run.app.focused is focused, (columns, rows)


async def test_a_click_where_nothing_can_be_done_leaves_the_focus(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        for x, y in ((60, 1), (500, 500), (40, 2)):
            run.app.post_message(MouseDown(None, x, y, 0, 0, 1, False, False, False, x, y))
        await run.type("quite")
        assert typed(run) == "quite"


async def test_a_key_counts_where_it_would_though_the_terminal_seems_to_have_no_focus(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as run:
        await run.press("enter")
        run.app.post_message(AppBlur())
        await run.type("q")
        run.app.post_message(AppBlur())
        await run.settle()
        run.app.post_message(Paste("uite"))
        await run.settle()
        assert typed(run) == "quite"


async def test_a_widget_that_is_taken_away_does_not_keep_the_focus(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("slash")
        focused = run.app.focused
        assert focused is not None
        await focused.remove()
        await run.settle()
        assert run.app.focused is not focused


@pytest.mark.parametrize("place", ["status", "finder", "commands", "palette", "prompt"])
async def test_lines_that_are_pasted_into_a_line_are_joined(tmp_path: Path, place: str) -> None:
    async with running(tmp_path) as run:
        await run.press(*PLACES[place])
        run.app.post_message(Paste("On the call\nuntil three"))
        await run.settle()
        assert typed(run).removeprefix("/") == "On the call until three"


@pytest.mark.parametrize("place", ["composer", "status", "finder"])
async def test_alt_left_goes_back_by_a_word(tmp_path: Path, place: str) -> None:
    async with running(tmp_path) as run:
        await run.press(*PLACES[place])
        await run.type("one two", "alt+left")
        await run.type("x")
        assert typed(run) == "one xtwo"


async def test_esc_waits_only_in_an_input_and_as_long_as_the_settings_say(tmp_path: Path) -> None:
    async with running(tmp_path, settings="[keys]\nescape_ms = 50\n") as run:
        assert run.app.escape_delay == 0
        await run.press("enter")
        assert run.app.escape_delay == 0.05


@pytest.mark.parametrize("key", ["pagedown", "pageup", "down", "up", "ctrl+end", "enter"])
@pytest.mark.parametrize("place", ["palette", "status"])
async def test_a_list_without_room_takes_every_key(tmp_path: Path, place: str, key: str) -> None:
    async with running(tmp_path) as run:
        await run.press(*PLACES[place])
        await resize(run, 1, 1)
        await run.press("x")
        await run.press(key)
        assert run.app.is_running
