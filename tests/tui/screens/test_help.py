"""The help on the screen, and its search."""

from pathlib import Path

from imtui.tui.screens.help import HelpScreen
from tests.tui.harness import running


async def test_a_search_narrows_the_help_and_escape_shows_all_again(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("question_mark")
        assert "How somebody is" in run.text()
        await run.press("slash")
        await run.type("quiet")
        assert "/quiet-except" in run.text()
        assert "How somebody is" not in run.text()
        await run.press("enter", "q")
        assert run.app.screen is run.app.main


async def test_escape_ends_the_search_first(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("question_mark", "slash")
        await run.type("q")
        assert isinstance(run.app.screen, HelpScreen)
        await run.press("escape")
        assert isinstance(run.app.screen, HelpScreen)
        assert "How somebody is" in run.text()
        await run.press("escape")
        assert run.app.navigator.is_main_on_top


async def test_the_key_of_the_search_is_the_persons_own(tmp_path: Path) -> None:
    async with running(tmp_path, settings='[keys]\nfind = "f7"\n') as run:
        await run.press("question_mark")
        assert "F7 searches" in run.text()
        await run.press("f7")
        await run.type("recall")
        assert "within 2 minutes" in run.text()
