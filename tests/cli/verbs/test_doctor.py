"""``imtui doctor`` in a real terminal."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.cli.conftest import Served
from tests.cli.processes import Home, command
from tests.terminal.pty_terminal import Terminal, terminal

NAMES = [
    *("python", "terminal", "colours", "glyphs", "clipboard", "notices", "settings", "keyring"),
    *("folders", "backend"),
]
_WIDE = "◉"


@asynccontextmanager
async def examined(
    home: Home, *arguments: object, answers: bool = True, wide: str = "", **more_env: str
) -> AsyncIterator[tuple[int, Terminal]]:
    """Run the command in a terminal of 80x24, and yield its exit status and the terminal.

    Args:
        home: The home folder.
        arguments: More arguments.
        answers: Whether the terminal says where its cursor is.
        wide: A character that it draws one cell wider than others do.
        more_env: More of the environment.
    """
    async with terminal(command("doctor", *arguments), home.env | more_env, (80, 24)) as shown:
        screen = shown._screen

        def answer(data: str) -> None:
            row, column = map(int, re.findall(r"\d+", data))
            is_wide = bool(wide) and screen.buffer[row - 1][0].data == wide
            shown.send(f"\x1b[{row};{column + is_wide}R")

        if answers:
            screen.write_process_input = answer  # type: ignore[method-assign]
        status = await shown.ended()
        assert shown.settings == shown.settings_before
        yield status, shown


def marks(shown: Terminal) -> dict[str, str]:
    """Return the marks on the screen, by the name of the check."""
    return {
        words[1]: words[0]
        for line in shown.text.splitlines()
        if line and not line.startswith(" ") and (words := line.split())
    }


async def test_all_that_it_finds_is_on_one_screen(home: Home) -> None:
    async with examined(home, LANG="C.UTF-8") as (status, shown):
        assert list(marks(shown)) == NAMES
        assert {"wrong"} & set(marks(shown).values()) == set()
        assert status == 0
        assert "xterm-256color, 80x24" in shown.text
        assert "◉ ONLINE" in shown.text
        assert shown.text.startswith("ok     python      Python 3.")


async def test_so_it_is_if_all_is_wrong(served: Served) -> None:
    home = served.home
    settings = home.path / "config/imtui/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("order = 7\n[alerts]\ndesktop = 'native'\n")
    accounts = home.path / "data/imtui/accounts.json"
    accounts.parent.mkdir(parents=True)
    accounts.write_text("[]")
    accounts.chmod(0o644)
    account = served.account("alice")
    (home.path / "alice.sig").write_text(served.user_sig("bob"))

    async with examined(
        home, *account, wide=_WIDE, PATH="/nowhere", DISPLAY=":0", LANG="C.UTF-8"
    ) as (status, shown):
        assert list(marks(shown)) == [*NAMES, "clock"]
        wrong = {name for name, mark in marks(shown).items() if mark == "wrong"}
        assert wrong == {"glyphs", "notices", "settings", "folders", "backend"}
        assert status == 1


async def test_a_terminal_that_draws_a_glyph_wide(home: Home) -> None:
    async with examined(home, wide=_WIDE, LANG="C.UTF-8") as (status, shown):
        assert (status, marks(shown)["glyphs"]) == (1, "wrong")
        assert "in another width: ◉" in shown.text
        assert "use imtui --ascii" in shown.text


async def test_a_terminal_that_does_not_answer(home: Home) -> None:
    async with examined(home, answers=False, LANG="C.UTF-8") as (status, shown):
        assert (status, marks(shown)["glyphs"]) == (0, "note")
        assert "does not say where its cursor is" in shown.text


async def test_a_locale_without_the_glyphs(home: Home) -> None:
    async with examined(home, LANG="C") as (status, shown):
        assert (status, marks(shown)["glyphs"]) == (0, "note")
        assert "Set LANG to a UTF-8 locale" in shown.text


def test_in_a_pipe_each_finding_is_one_line(home: Home) -> None:
    done = home.run("doctor", TERM="xterm\x1b]0;title\x07")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isprintable() or "\x1b" not in done.stdout
    heads = [line[7:19].strip() for line in done.stdout.splitlines()]
    assert [head for head in heads if head] == NAMES


async def test_what_the_environment_says_is_made_safe(home: Home) -> None:
    async with examined(home, TERM_PROGRAM="\x1b]0;title\x07") as (_, shown):
        assert b"\x1b]0;title" not in shown.output
        assert "\ufffd]0;title\ufffd" in shown.text
