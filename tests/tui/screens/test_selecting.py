"""Text is selected with the mouse within one pane, and copied."""

from pathlib import Path

import pytest
from rich.color import Color
from textual.events import MouseDown, MouseMove, MouseUp

from imtui.tui.console.screen import ConsoleScreen
from imtui.tui.screens.help import HelpScreen
from imtui.tui.screens.list_screen import ListScreen
from imtui.tui.screens.main import MainScreen
from imtui.tui.screens.selecting import SelectingScreen
from tests.tui.fake import FakeClient, sample_client
from tests.tui.harness import Running, running


async def drag(run: Running, start: tuple[int, int], *path: tuple[int, int]) -> None:
    """Press the mouse at a cell, move it along a path, and let it go."""
    for kind, (x, y) in (
        (MouseDown, start),
        *((MouseMove, place) for place in path),
        (MouseUp, path[-1]),
    ):
        run.app.screen._forward_event(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
        await run.pilot.pause()


def place_of(run: Running, words: str) -> tuple[int, int]:
    """Return the column and the row at which words begin."""
    for row, line in enumerate(run.lines()):
        if (column := line.find(words)) >= 0:
            return column, row
    raise AssertionError(f"{words!r} is not on the screen:\n{run.text()}")


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is copied; the program that copies always succeeds."""
    texts: list[str] = []

    async def copy(text: str) -> bool:
        texts.append(text)
        return True

    monkeypatch.setattr("imtui.tui.kit.desktop.copy_native", copy)
    return texts


def talk() -> FakeClient:
    """Return a client with a conversation."""
    fake = sample_client()
    fake.add_conversation("bob", "first 東京 line", "<second line", "third line")
    return fake


async def test_a_text_of_a_message_is_selected_and_copied(
    tmp_path: Path, copied: list[str]
) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("enter")
        x, y = place_of(run, "second line")
        await drag(run, (x, y), (x + 3, y), (x + 5, y))
        await run.press("ctrl+c")
        assert copied == ["second"]
        assert run.events()[-1] == "notice copied the selection"
        assert run.app.clipboard == "second"


@pytest.mark.parametrize("key", ["v", "y", "Y"])
async def test_the_keys_that_copy_take_what_is_selected(
    tmp_path: Path, copied: list[str], key: str
) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("enter")
        x, y = place_of(run, "third")
        await drag(run, (x, y), (x + 4, y))
        await run.press(key)
        assert copied == ["third"]


async def test_wide_characters_are_selected_whole(tmp_path: Path, copied: list[str]) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("enter")
        x, y = place_of(run, "first")
        await drag(run, (x + 6, y), (x + 9, y))
        await run.press("ctrl+c")
        assert copied == ["東京"]
        await drag(run, (x + 7, y), (x + 8, y))
        await run.press("ctrl+c")
        assert copied[1:] == ["東京"]


async def test_a_selection_stays_in_the_pane_where_it_began(
    tmp_path: Path, copied: list[str]
) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("enter")
        x, y = place_of(run, "first")
        _, last = place_of(run, "third")
        await drag(run, (x, y), (100, 30), (119, last), (2, last))
        await run.press("ctrl+c")
        (text,) = copied
        assert text.splitlines()[0] == "first 東京 line"
        assert "second line" in text
        assert "carol" not in text
        assert len(run.app.screen.selections) == 1


async def test_a_selection_is_marked_and_a_click_ends_it(tmp_path: Path) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("enter")
        x, y = place_of(run, "second")

        def colours() -> list[Color | None]:
            strip = run.app.screen._compositor.render_strips()[y].crop(x, x + 8)
            return [s.style.bgcolor if s.style else None for s in strip for _ in s.text]

        plain = colours()
        await drag(run, (x, y), (x + 5, y))
        marked = colours()
        assert [one != other for one, other in zip(plain, marked, strict=True)] == [
            *[True] * 6,
            *[False] * 2,
        ]
        await drag(run, (x, y), (x, y))
        assert not run.app.screen.selections


async def test_escape_ends_a_selection_first(tmp_path: Path) -> None:
    async with running(tmp_path, talk()) as run:
        x, y = place_of(run, "carol")
        await drag(run, (x, y), (x + 4, y))
        assert run.app.screen.selections
        await run.press("escape")
        assert not run.app.screen.selections


async def test_a_drag_neither_moves_the_cursor_nor_opens_anything(tmp_path: Path) -> None:
    async with running(tmp_path, talk()) as run:
        before = run.app.main.friend_list.cursor
        x, y = place_of(run, "carol")
        await drag(run, (x, y), (x + 2, y), (x + 4, y))
        await run.settle()
        assert run.app.main.friend_list.cursor == before
        await run.pilot.click(offset=(x, y), times=2)
        await run.settle()
        assert not run.app.screen.selections
        assert run.app.main.chat.user_id == "carol"


async def test_the_list_of_a_dialog_is_selected_in_too(tmp_path: Path, copied: list[str]) -> None:
    async with running(tmp_path, talk()) as run:
        await run.press("i")
        await run.settle()
        x, y = place_of(run, "heard of")
        await drag(run, (x, y), (x + 7, y))
        await run.press("ctrl+c")
        assert copied == ["heard of"]


def test_every_screen_with_line_views_keeps_a_selection_in_one_of_them() -> None:
    for screen in (MainScreen, ListScreen, HelpScreen, ConsoleScreen):
        assert issubclass(screen, SelectingScreen)


async def test_without_a_selection_ctrl_c_says_what_it_does(tmp_path: Path) -> None:
    async with running(tmp_path, talk(), settings='[keys]\nquit = "f10"\n') as run:
        await run.press("ctrl+c")
        assert run.events()[-1] == "notice ^c copies what is selected. F10 quits."


async def test_what_only_the_terminal_can_copy_is_said_to_be_sent_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_program(text: str) -> bool:
        return False

    monkeypatch.setattr("imtui.tui.kit.desktop.copy_native", no_program)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("TERM_PROGRAM", raising=False)
    async with running(tmp_path, talk()) as run:
        raw: list[str] = []
        monkeypatch.setattr(run.app, "write_raw", raw.append)
        await run.press("y")
        assert run.events()[-1] == "notice sent to the terminal: bob"
        assert raw == ["\x1b]52;c;Ym9i\x07"]
        monkeypatch.setenv("TERM", "linux")
        await run.press("y")
        assert "install wl-copy, xclip or xsel" in run.events()[-1]
        assert len(raw) == 1
        assert not any("copied" in words for words in run.events())
