"""Reading settings, and the problems that are reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.commands.catalogue import COMMAND_IDS, COMMANDS, DEFAULT_KEYS
from imtui.tui.kit.key_names import key_parsers, parse_key
from imtui.tui.settings.reading import ParsedSettings, parse_settings
from imtui.tui.settings.schema import (
    PRESETS,
    AlertSettings,
    AwaySettings,
    Desktop,
    Order,
    Settings,
)

KEY_PARSERS = dict.fromkeys(("status", "clear", "log-out", "quit"), parse_key)

WHOLE = """\
# Mine
presets = ["Listening to music", " On the call "]
restore_status = false
theme = "nord"     # dark
order = "name"

[keys]
status = "s, F2"
escape_ms = 50
log-out = "ctrl+l,+"

# About alerts
[alerts]
bell = false
desktop = "osc9"

[away]
text = "Away"
idle_minutes = 10
on_blur = true
on_detach = true
"""


def read(text: str) -> ParsedSettings:
    return parse_settings(text, "settings.toml", KEY_PARSERS)


def test_an_empty_file_has_the_defaults() -> None:
    assert read("") == read("# nothing\n") == ParsedSettings(Settings())
    assert Settings() == Settings(
        PRESETS, True, "", Order.PRESENCE, {}, AlertSettings(True, Desktop.OFF), AwaySettings("", 0)
    )


def test_every_setting_is_read() -> None:
    assert read(WHOLE) == ParsedSettings(
        Settings(
            ("Listening to music", "On the call"),
            False,
            "nord",
            Order.NAME,
            {"status": ("s", "f2"), "log-out": ("ctrl+l", "plus")},
            AlertSettings(False, Desktop.OSC9),
            AwaySettings("Away", 10, True, True),
            escape_ms=50,
        )
    )


def test_presets_are_stripped_and_unique() -> None:
    assert read('presets = [" Tea ", "Tea", ""]').settings.presets == ("Tea",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("restore_status = 1", "1: restore_status must be true or false."),
        ("theme = true", "1: theme must be a text in quotes."),
        ('theme = "a\\u202eb"', "1: theme must be the name of a theme."),
        ('order = "Name"', "1: order must be “presence”, “name”, “change” or “message”."),
        ('presets = "Tea"', "1: presets must be a list of at most 50 texts."),
        (f"presets = {[''] * 51}", "1: presets must be a list of at most 50 texts."),
        ("\npresets = [\n'a',\n1]", "2: presets must be a list of texts in quotes."),
        (
            f'presets = ["Tea", "{"x" * 101}"]',
            "1: presets must be what a status can be: at most 100 bytes of UTF-8, got 101.",
        ),
        ("alerts = 1", "1: alerts must be a table."),
        ("\n[[alerts]]\nbell = true", "2: alerts must be a table."),
        ("[alerts]\n\nbell = 'yes'", "3: alerts.bell must be true or false."),
        ("alerts.bell = 1", "1: alerts.bell must be true or false."),
        ("alerts = { desktop = 'off', 'bell' = 1 }", "1: alerts.bell must be true or false."),
        (
            "[alerts]\ndesktop = true",
            "2: alerts.desktop must be “off”, “osc9”, “osc777” or “native”.",
        ),
        (
            'away.text = "\\u001b[31m"',
            "1: away.text must be what a status can be: control and bidirectional characters are "
            "not allowed.",
        ),
        ("[keys]\nescape_ms = -1", "2: keys.escape_ms must be a whole number of milliseconds"),
        ("[keys]\nescape_ms = 2001", "2: keys.escape_ms must be a whole number of milliseconds"),
        ("[away]\nidle_minutes = -1", "2: away.idle_minutes must be a whole number of minutes"),
        ("[away]\nidle_minutes = 1441", "2: away.idle_minutes must be a whole number of minutes"),
        ("[away]\nidle_minutes = true", "2: away.idle_minutes must be a whole number of minutes"),
        ("[away]\nidle_minutes = 1.0", "2: away.idle_minutes must be a whole number of minutes"),
        ("[away]\non_blur = 0", "2: away.on_blur must be true or false."),
        ("[away]\non_detach = 0", "2: away.on_detach must be true or false."),
        ("Theme = 'nord'", "1: Theme is no setting; is it theme?"),
        ('"z\\u0007 z" = 1', '1: "z\\u0007 z" is no setting.'),
        ("zzz = 1", "1: zzz is no setting."),
        ("\n[alert]\nbell = 1", "2: alert is no setting; is it alerts?"),
        ("[alerts]\nbel = 1", "2: alerts.bel is no setting; is it alerts.bell?"),
        (f"{'x' * 999} = 1", f"1: {'x' * 60}… is no setting."),
        ("[keys]\nstatsu = 's'", "2: keys.statsu names no command; is it keys.status?"),
        ("[keys]\nstatus = 1", "2: keys.status must be a text in quotes."),
        ("[keys]\nstatus = ''", "2: keys.status cannot have “”: there is no such key."),
        ("[keys]\nstatus = 's,,c'", "2: keys.status cannot have “”: there is no such key."),
        ("[keys]\nstatus = 'foo'", "2: keys.status cannot have “foo”: there is no such key."),
        ("[keys]\nstatus = 'x+s'", "2: keys.status cannot have “x+s”: there is no such key."),
        ("[keys]\nstatus = 'f25'", "2: keys.status cannot have “f25”: there is no such key."),
        ("[keys]\nstatus = 's,Ctrl+C'", "2: keys.status cannot have “Ctrl+C”: it copies."),
        ("[keys]\nstatus = 'ctrl+@'", "2: keys.status cannot have “ctrl+@”: input methods"),
        ("[keys]\nstatus = 'ctrl+space'", "2: keys.status cannot have “ctrl+space”: input methods"),
        ("[keys]\nstatus = 'ctrl+['", "2: keys.status cannot have “ctrl+[”: terminals send it"),
        ("[keys]\nstatus = 'escape'", "2: keys.status cannot have “escape”: it closes"),
        ("[keys]\nstatus = 'j'", "2: keys.status cannot have “j”: it moves in the lists."),
        ("[keys]\nstatus = 'shift+s'", "2: keys.status cannot have “shift+s”: name the character"),
        ("[keys]\nquit = 'x'\nstatus = 's,x'", "3: keys.status cannot have “x”: quit has it."),
        ("\npresets = [\n", "2: Invalid value at the end."),
        ("\ntheme = nord", "2: Invalid value at column 9."),
        ("theme = 'a'\ntheme = 'b'\n", "2: Cannot overwrite a value at column 12."),
    ],
)
def test_a_problem_is_reported_with_its_line(text: str, problem: str) -> None:
    parsed = read(text)
    assert parsed.settings.keys in ({}, {"quit": ("x",)})
    assert parsed.settings == Settings(keys=parsed.settings.keys)
    (line,) = parsed.problems
    assert line.startswith(f"settings.toml:{problem}")


@pytest.mark.parametrize(
    "text", ["x = " + "[" * 9999, "x = " + "9" * 9999], ids=["deep", "long number"]
)
def test_too_large_values_are_reported(text: str) -> None:
    (line,) = read(text).problems
    assert line == "settings.toml: A number in it is too long, or it is nested too deeply."


def test_valid_settings_are_used_beside_wrong_ones() -> None:
    text = WHOLE.replace('"nord"', "1").replace("10", "'10'").replace("F2", "f2,f99")
    parsed = read(text)
    assert parsed.settings == Settings(
        ("Listening to music", "On the call"),
        False,
        "",
        Order.NAME,
        {"log-out": ("ctrl+l", "plus")},
        AlertSettings(False, Desktop.OSC9),
        AwaySettings("Away", 0, True, True),
        escape_ms=50,
    )
    assert [line.split(": ")[0] for line in parsed.problems] == [
        f"settings.toml:{number}" for number in (4, 8, 19)
    ]


def test_only_the_first_of_many_problems_are_reported() -> None:
    lines = read("".join(f"k{number} = 1\n" for number in range(1000))).problems
    assert lines[0] == "settings.toml:1: k0 is no setting."
    assert lines[20:] == ("settings.toml: There are 980 more like these.",)


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("s", ("s",)),
        ("S,é,1", ("S", "é", "1")),
        ("+,-,/,:,?", ("plus", "minus", "slash", "colon", "question_mark")),
        ("comma,full_stop,plus_sign", ("comma", "full_stop", "plus")),
        ("F12, Space ,delete", ("f12", "space", "delete")),
        ("Ctrl+X,shift+f1,shift+alt+left", ("ctrl+x", "shift+f1", "alt+shift+left")),
        ("alt+enter,ctrl+/", ("alt+enter", "ctrl+slash")),
        ("s,s", ("s",)),
    ],
)
def test_keys_are_named_as_textual_names_them(written: str, keys: tuple[str, ...]) -> None:
    parsed = read(f"keys.status = '{written}'")
    assert parsed == ParsedSettings(Settings(keys={"status": keys}))


def test_the_default_keys_of_commands_can_be_written() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert [parse_key(key) for key in keys] == keys


PIECES = st.sampled_from(
    [*WHOLE.splitlines(keepends=True), "keys = ", "alerts.bell = ", "{", "}", "[", "]", "1", '"']
)


@given(st.text() | st.lists(PIECES).map("".join) | st.lists(PIECES | st.text()).map("".join))
def test_reading_any_text_does_not_raise(text: str) -> None:
    parsed = read(text)
    assert parsed.is_toml or parsed.settings == Settings()
    assert all(line.isprintable() and line.startswith("settings.toml:") for line in parsed.problems)


def test_a_key_that_is_taken_from_another_command_is_reported_with_both() -> None:
    text = '[keys]\nwatch = "B"\n'
    parsed = parse_settings(text, "settings.toml", key_parsers(COMMAND_IDS), DEFAULT_KEYS)
    assert parsed.settings.keys == {"watch": ("B",)}
    assert parsed.problems == (
        "settings.toml:2: keys.watch takes “B” from block; give that another key.",
    )


def test_two_commands_may_exchange_their_keys() -> None:
    text = '[keys]\nwatch = "B"\nblock = "w"\n'
    parsed = parse_settings(text, "settings.toml", key_parsers(COMMAND_IDS), DEFAULT_KEYS)
    assert parsed.problems == ()
