"""A TOML document with one value changed."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.settings.edit import with_value
from imtui.tui.settings.key_path import KeyPath
from imtui.tui.settings.schema import SettingValue
from tests.tui.settings.test_key_lines import Document, documents


def differ(before: str, after: str) -> tuple[str, str]:
    """Return what was taken out and what was put in, as one piece each."""
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    rest = most - start
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return before[start : len(before) - end], after[start : len(after) - end]


ALERTS = st.sampled_from(
    [
        "",
        "[alerts] # those\n",
        '[alerts]\nbell = true # loud\ndesktop = "off"\n# away\n\n',
        "alerts.bell = true # loud\n",
        "alerts = {}# none\n",
        'alerts = { desktop = "off" }\n',
        'alerts = { desktop = "}", bell=true } # loud\n',
        '"alerts".desktop = "off"\n',
        "['alerts']\n\t'bell' = false\n",
        "[alerts.more]\nbell = 1\n",
    ]
)
CHANGES = st.sampled_from(
    [
        (("alerts", "bell"), False),
        (("alerts", "bell"), True),
        (("alerts", "desktop"), 'o"s\\c\n9\x7f\x1b'),
        (("theme",), "東京 😀"),
        (("presets",), ["a", 'b"', ""]),
        (("away", "idle_minutes"), 10),
        (("keys", "log-out"), "s,f2"),
        (("keys", "to be"), "s"),
    ]
)


@given(documents(), ALERTS, st.booleans(), st.lists(CHANGES, min_size=1, max_size=4))
def test_one_value_changes_and_nothing_else(
    document: Document, alerts: str, is_first: bool, changes: list[tuple[KeyPath, SettingValue]]
) -> None:
    is_header = alerts.startswith("[")
    first, last = (alerts, document.text) if is_first and not is_header else (document.text, alerts)
    text = f"{first}\n{last}"
    values = tomllib.loads(text, parse_float=str)
    for path, value in changes:
        before = text
        text = with_value(before, path, value)
        table = values
        for name in path[:-1]:
            table = table.setdefault(name, {})
        is_new = path[-1] not in table
        table[path[-1]] = value
        assert tomllib.loads(text, parse_float=str) == values
        taken, put = differ(before, text)
        assert "#" not in taken
        if is_new and "{}" not in before:
            assert taken == ""
            assert path[-1] in put
        assert ("\r\n" in put) <= ("\r\n" in before)


TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS | st.integers() | st.booleans() | st.lists(TEXTS))
def test_a_value_is_read_as_it_was_written(value: SettingValue) -> None:
    read = tomllib.loads(with_value("", ("key",), value))["key"]
    assert read == value
    assert type(read) is type(value)


def test_a_new_key_stands_with_its_table() -> None:
    text = "# Mine\n\n# About alerts\n[alerts]\nbell = true # loud\n\n# About away\n[away]\n"
    text = with_value(text, ("theme",), "nord")
    text = with_value(text, ("order",), "name")
    text = with_value(text, ("alerts", "desktop"), "osc9")
    text = with_value(text, ("away", "text"), "Away")
    text = with_value(text, ("keys", "status"), "s")
    assert text == (
        '# Mine\n\ntheme = "nord"\norder = "name"\n\n# About alerts\n[alerts]\n'
        'bell = true # loud\ndesktop = "osc9"\n\n# About away\n[away]\ntext = "Away"\n\n'
        '[keys]\nstatus = "s"\n'
    )


@pytest.mark.parametrize("text", ["alerts = 1", "[[alerts]]", "alerts = [", "a = 1\na = 2"])
def test_what_cannot_be_set_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        with_value(text, ("alerts", "bell"), True)
