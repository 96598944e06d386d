"""The settings screen: the file, what is wrong in it, what holds, and editing it."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from imtui.tui.screens.settings import SettingsScreen
from tests.tui.harness import Running, running

WRONG = '[keys]\nwatch = "B"\n[alerts]\nbell = 1\n'


def words_of(run: Running) -> str:
    """Return the text of the screen without frames and wrapping."""
    return " ".join(run.text().replace("│", " ").split())


@pytest.fixture(autouse=True)
def no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start without an editor."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)


async def test_it_shows_the_problems_with_their_lines_and_what_holds(tmp_path: Path) -> None:
    async with running(tmp_path, settings=WRONG) as run:
        await run.press("comma")
        words = words_of(run)
        assert isinstance(run.app.screen, SettingsScreen)
        rows = run.app.screen.rows(400)
        assert rows[0].spans[-1].text == str(tmp_path / "settings.toml")
        assert "2 wrong" in words
        assert "settings.toml:2: keys.watch takes “B” from block; give that another key." in words
        assert "settings.toml:4: alerts.bell must be true or false." in words
        assert "alerts.bell true" in words
        assert 'keys.watch "B"' in words


async def test_it_follows_the_file(tmp_path: Path) -> None:
    async with running(tmp_path, settings=WRONG) as run:
        await run.press("comma")
        (tmp_path / "settings.toml").write_text('order = "name"\n')
        await run.settle(3)
        assert "nothing wrong" in words_of(run)
        assert 'order "name"' in words_of(run)
        await run.press("escape")
        assert run.app.screen is run.app.main


@pytest.mark.parametrize("editor", ["", "'", "no-such-editor --wait"])
async def test_without_an_editor_enter_says_what_to_set_and_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    monkeypatch.setenv("EDITOR", editor)
    async with running(tmp_path) as run:
        await run.press("comma", "enter")
        await run.settle()
        (words,) = [words for words in run.events() if "VISUAL or EDITOR" in words]
        assert str(tmp_path / "settings.toml") in words
        assert not run.app.is_inline
        assert isinstance(run.app.screen, SettingsScreen)


async def test_enter_edits_the_file_and_the_settings_hold_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "my editor"
    editor.write_text('#!/bin/sh\necho "$1" >"$2.option"\necho \'order = "name"\' >"$2"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", "no-such-editor")
    monkeypatch.setenv("VISUAL", f"'{editor}' --wait")
    async with running(tmp_path) as run:
        monkeypatch.setattr(run.app, "suspend", nullcontext)
        await run.press("comma", "enter")
        await run.app.workers.wait_for_complete()
        await run.settle(0)
        assert (tmp_path / "settings.toml.option").read_text() == "--wait\n"
        assert 'order "name"' in words_of(run)
        assert run.app.settings.settings.order == "name"


async def test_an_editor_that_fails_or_cannot_be_started_gives_the_terminal_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "false")
    async with running(tmp_path) as run:
        monkeypatch.setattr(run.app, "suspend", nullcontext)
        await run.press("comma", "enter")
        await run.app.workers.wait_for_complete()
        assert "false ended with status 1" in run.events()[-1]

        async def fail(command: Sequence[str]) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("imtui.tui.actions.navigator.run_program", fail)
        await run.press("enter")
        await run.app.workers.wait_for_complete()
        assert "false cannot be run here" in run.events()[-1]
        await run.press("escape")
        assert run.app.screen is run.app.main


async def test_the_key_lines_follow_the_keys(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("comma")
        (tmp_path / "settings.toml").write_text('[keys]\ntheme = "f5"\nstatus = "f6"\n')
        await run.settle(3)
        assert "F5 Theme" in run.text()
        await run.press("escape")
        assert "F6 status" in run.lines()[-1]
