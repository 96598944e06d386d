"""Slash commands, typed in the command line and in the palette."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.commands.catalogue import COMMANDS, typed_commands
from imtui.tui.commands.command import Argument
from imtui.tui.commands.slash import SlashError, complete_slash_line, parse_slash_line
from imtui.tui.widgets.command_line import CommandLine
from tests.tui.fake import START, at
from tests.tui.harness import running

WORDS = {
    Argument.USER: ["bob", "carol"],
    Argument.TEXT: ["Listening to music"],
    Argument.THEME: ["nord"],
}


def test_a_line_is_a_command_and_its_argument() -> None:
    command, argument = parse_slash_line("/status  Listening to music ")
    assert (command.id, argument) == ("status", "Listening to music")
    assert parse_slash_line("/CLEAR")[0].id == "clear"
    assert parse_slash_line("/quer bob")[0].id == "query"
    assert parse_slash_line("//clear")[0].id == "clear"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("hello", "Commands begin with /"),
        ("/nonsense", "There is no command /nonsense"),
        ("/", "There is no command /"),
        ("/sub", "/subscriptions, /subscribe"),
        ("/type x", "There is no command /type"),
    ],
)
def test_an_invalid_line_is_answered_with_advice(line: str, words: str) -> None:
    with pytest.raises(SlashError, match=words):
        parse_slash_line(line)


def test_every_command_can_be_typed_by_its_name() -> None:
    for command in typed_commands():
        assert parse_slash_line(f"/{command.id}") == (command, "")


def test_completion_covers_names_and_arguments() -> None:
    assert complete_slash_line("/sta", WORDS) == ["/status "]
    assert complete_slash_line("/clea", WORDS) == ["/clear"]
    assert len(complete_slash_line("/", WORDS)) == len(typed_commands())
    assert complete_slash_line("/watch ", WORDS) == ["/watch bob", "/watch carol"]
    assert complete_slash_line("/group c", WORDS) == ["/group carol"]
    assert complete_slash_line("/status lis", WORDS) == ["/status Listening to music"]
    assert complete_slash_line("/quiet u", WORDS) == ["/quiet until 17:00", "/quiet until tomorrow"]
    assert complete_slash_line("/order n", WORDS) == ["/order name"]
    assert complete_slash_line("/kind dev", WORDS) == ["/kind devices"]
    assert complete_slash_line("/theme ", WORDS) == ["/theme nord"]
    assert complete_slash_line("text", WORDS) == complete_slash_line("/nonsense x", WORDS) == []


@given(st.text(max_size=40))
def test_no_line_breaks_parsing_or_completing(line: str) -> None:
    for one in (line, f"/{line}"):
        complete_slash_line(one, WORDS)
        try:
            parse_slash_line(one)
        except SlashError as error:
            assert str(error)


@given(st.sampled_from([command.id for command in typed_commands()]), st.integers(0, 20))
def test_completed_lines_can_be_parsed(name: str, length: int) -> None:
    for line in complete_slash_line(f"/{name[:length]}", WORDS):
        assert parse_slash_line(line.strip())[0].id == line.strip()[1:]


async def test_status_and_clear_are_typed(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("status Listening to music", "enter")
        await run.press("colon")
        await run.type("status Lunch for 45m", "enter")
        await run.press("colon")
        await run.type("clear", "enter")
        first, second, third = run.fake.called("set_self_status")
        assert first == ("Listening to music", None)
        assert second[0] == "Lunch"
        assert isinstance(second[1], int)
        assert 44 * 60 < second[1] / 1000 - START.timestamp() < 46 * 60
        assert third == (None, None)


async def test_tab_completes_and_cycles_through_matches(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon", *"sta", "tab")
        line = run.app.main.query_one(CommandLine)
        assert line.value == "/status "
        await run.press("ctrl+u", *"/watch ", "tab")
        assert line.value == "/watch bob"
        await run.press("tab")
        assert line.value == "/watch carol"
        await run.press("shift+tab")
        assert line.value == "/watch bob"
        await run.press("escape")
        assert not line.display
        assert run.app.main.friend_list.has_focus


async def test_typed_lines_are_in_the_history(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        for typed in ("order name", "order presence"):
            await run.press("colon")
            await run.type(typed, "enter")
        await run.press("colon", "up", "up")
        assert run.app.main.query_one(CommandLine).value == "/order name"
        await run.press("down")
        assert run.app.main.query_one(CommandLine).value == "/order presence"


async def test_the_palette_takes_slash_commands(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("/status Tea", "enter")
        assert run.fake.called("set_self_status") == [("Tea", None)]
        await run.press("ctrl+p")
        await run.type("/wat")
        assert "/watch-always" in run.text()


async def test_the_palette_takes_a_text_with_its_end(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type("Lunch until 17:00", "enter")
        assert run.fake.called("set_self_status") == [("Lunch", at(17))]


@pytest.mark.parametrize("typed", ["quiet", "dnd", "do not", "bell"])
async def test_the_palette_finds_a_command_by_its_name_and_by_its_help(
    tmp_path: Path, typed: str
) -> None:
    async with running(tmp_path) as run:
        await run.press("ctrl+p")
        await run.type(typed, "enter")
        assert run.fake.called("set_self_status") == []
        assert "do not disturb" in run.text()


async def test_a_failed_line_can_be_corrected(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("statsu Tea", "enter")
        line = run.app.main.query_one(CommandLine)
        assert line.value == "/statsu Tea"
        assert run.app.focused is line


async def test_a_text_that_is_too_long_is_reported_as_in_the_status_box(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("status " + "x" * 102, "enter")
        assert "Too long by 2 bytes: shorten it." in run.text()
        assert run.fake.called("set_self_status") == []


async def test_an_invalid_line_is_reported(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("colon")
        await run.type("nonsense", "enter")
        assert run.events()[-1].startswith("notice There is no command /nonsense")


# Keys of one's own


async def test_a_command_gets_the_persons_own_keys_and_shows_them(tmp_path: Path) -> None:
    async with running(tmp_path, settings='[keys]\nstatus = "f5,x"\n') as run:
        assert run.lines()[-1].startswith(" Enter chat   F5 status")
        await run.press("s")
        assert "What are you up to?" not in run.text()
        await run.press("x")
        assert "What are you up to?" in run.text()
        await run.press("escape", "question_mark")
        assert "F5, x" in run.text()


async def test_a_configured_key_is_taken_from_its_default_command(tmp_path: Path) -> None:
    async with running(tmp_path, settings='[keys]\nstatus = "f"\n') as run:
        await run.press("f")
        assert "What are you up to?" in run.text()


async def test_a_command_without_a_default_key_can_get_one(tmp_path: Path) -> None:
    async with running(tmp_path, settings='[keys]\nunsubscribe-all = "u"\n') as run:
        await run.press("u")
        assert run.fake.called("unsubscribe_user_status") == [(None,)]


def test_each_default_key_belongs_to_one_command() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))


# Settings


async def test_changed_settings_are_applied_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, settings="") as run:
        file = tmp_path / "settings.toml"
        file.write_text('presets = ["Gardening"]\ntheme = "nord"\n[keys]\nstatus = "x"\n')
        await run.settle(2.5)
        await run.settle(2.5)
        assert run.app.theme == "nord"
        assert [choice.text for choice in run.app.late.dispatcher.choices()] == ["Gardening"]
        assert run.lines()[-1].startswith(" Enter chat   x status")
        file.write_text('presets = ["Gardening"\n')
        await run.settle(2.5)
        await run.settle(2.5)
        assert [choice.text for choice in run.app.late.dispatcher.choices()] == ["Gardening"]
        assert any("settings.toml:" in one for one in run.events())


async def test_an_invalid_setting_is_reported_with_line_and_key(tmp_path: Path) -> None:
    async with running(tmp_path, settings="# mine\n[alerts]\nbell = 1\n") as run:
        assert any("settings.toml:3: alerts.bell must be true or false" in e for e in run.events())


async def test_a_preset_and_a_theme_are_kept_and_comments_stay(tmp_path: Path) -> None:
    text = '# mine\npresets = ["Tea"]  # hot\n'
    async with running(tmp_path, settings=text) as run:
        await run.press("colon")
        await run.type("preset Gardening", "enter")
        await run.press("colon")
        await run.type("theme nord", "enter")
    kept = (tmp_path / "settings.toml").read_text()
    assert "# mine" in kept
    assert "# hot" in kept
    assert 'theme = "nord"' in kept
    assert "Gardening" in kept
    async with running(tmp_path) as run:
        assert run.app.theme == "nord"


async def test_the_keys_that_move_can_be_ones_own_too(tmp_path: Path) -> None:
    async with running(tmp_path, settings='[keys]\nmove-down = "n,down"\nfold = "z"\n') as run:
        await run.press("n", "n")
        assert run.app.main.friend_list.selected == "dave"
        await run.press("j")
        assert run.app.main.friend_list.selected == "dave"
        await run.press("end", "up", "up", "z")
        assert "weather-bot" not in run.text()
        await run.press("question_mark", "end")
        assert "n, Down" in run.text()


async def test_moving_keys_run_no_command(tmp_path: Path) -> None:
    async with running(tmp_path, settings='[keys]\nstatus = "j"\n') as run:
        assert any("cannot have “j”: it moves in the lists" in one for one in run.events())


async def test_enter_twice_at_once_closes_a_dialog_once(tmp_path: Path) -> None:
    async with running(tmp_path) as run:
        await run.press("s")
        await run.type("Tea", "enter", "enter")
        assert run.fake.called("set_self_status") == [("Tea", None)]
        assert run.app.is_running
