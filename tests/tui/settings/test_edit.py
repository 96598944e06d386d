"""Changing one value of a TOML document."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.toml.key_path import KeyPath
from imtui.tui.settings.edit import with_value
from imtui.tui.settings.schema import SettingValue
from tests.toml.test_key_lines import Document, documents


def difference(before: str, after: str) -> tuple[str, str]:
    """Return the removed and the inserted text, each as one span."""
    most = min(len(before), len(after))
    start = next((at for at in range(most) if before[at] != after[at]), most)
    rest = most - start
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return before[start : len(before) - end], after[start : len(after) - end]


ALERTS = st.sampled_from(
    [
        "",
        "[alerts] # here\n",
        '[alerts]\nbell = true # loud\ndesktop = "off"\n# away\n\n',
        "alerts.bell = true # loud\n",
        "alerts = {}# empty\n",
        'alerts = { desktop = "off" }\n',
        'alerts = { desktop = "}", bell=true } # loud\n',
        '"alerts".desktop = "off"\n',
        "['alerts']\n\t'bell' = false\n",
        'alerts.bell = true # loud\nother = 1\nalerts.desktop = "off"\n',
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
        removed, inserted = difference(before, text)
        assert "#" not in removed
        if is_new and "{}" not in before:
            assert removed == ""
            assert path[-1] in inserted
        assert ("\r\n" in inserted) <= ("\r\n" in before)


TEXTS = st.text(st.characters(codec="utf-8"))


@given(TEXTS | st.integers() | st.booleans() | st.lists(TEXTS))
def test_a_value_is_read_as_it_was_written(value: SettingValue) -> None:
    read = tomllib.loads(with_value("", ("key",), value))["key"]
    assert read == value
    assert type(read) is type(value)


def test_a_new_key_is_added_to_its_table() -> None:
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


@pytest.mark.parametrize(
    ("text", "path", "value", "changed"),
    [
        pytest.param(
            "# About alerts\r\n[alerts]\r\n# About away\r\n[away]\r\n",
            ("alerts", "bell"),
            True,
            "# About alerts\r\n[alerts]\r\nbell = true\r\n# About away\r\n[away]\r\n",
            id="CRLF, in a table",
        ),
        pytest.param(
            "# About alerts\r\n[alerts]\r\n",
            ("theme",),
            "nord",
            'theme = "nord"\r\n\r\n# About alerts\r\n[alerts]\r\n',
            id="CRLF, above a comment",
        ),
        pytest.param(
            "[alerts]\r\nbell = true\r\n",
            ("keys", "status"),
            "s",
            '[alerts]\r\nbell = true\r\n\r\n[keys]\r\nstatus = "s"\r\n',
            id="CRLF, in a new table",
        ),
        pytest.param(
            "theme = 'nord'",
            ("order",),
            "name",
            "theme = 'nord'\norder = \"name\"",
            id="no line feed at the end",
        ),
        pytest.param(
            "alerts.bell = true\n\n# Mine\ntheme = 'nord'\n",
            ("alerts", "desktop"),
            "off",
            "alerts.bell = true\nalerts.desktop = \"off\"\n\n# Mine\ntheme = 'nord'\n",
            id="dotted keys",
        ),
        pytest.param(
            "alerts.bell = true\ntheme = 'nord'\nalerts.other = 1 # Mine\n",
            ("alerts", "bell"),
            False,
            "alerts.bell = false\ntheme = 'nord'\nalerts.other = 1 # Mine\n",
            id="dotted keys that stand apart",
        ),
        pytest.param(
            "[alerts.other]\nbell = 1\n\n[away]\n\n[alerts]\n# Mine\n\n[keys]\n",
            ("alerts", "bell"),
            False,
            "[alerts.other]\nbell = 1\n\n[away]\n\n[alerts]\nbell = false\n# Mine\n\n[keys]\n",
            id="parts of a table that stand apart",
        ),
        pytest.param(
            "[alerts.other]\nbell = 1\n",
            ("alerts", "bell"),
            False,
            "[alerts.other]\nbell = 1\n\n[alerts]\nbell = false\n",
            id="no header of its own",
        ),
        pytest.param(
            "alerts = { desktop='off' } # Mine\n",
            ("alerts", "bell"),
            False,
            "alerts = { desktop='off', bell = false } # Mine\n",
            id="inline table",
        ),
        pytest.param(
            "alerts = {} # Mine\n",
            ("alerts", "bell"),
            False,
            "alerts = { bell = false } # Mine\n",
            id="empty inline table",
        ),
        pytest.param(
            "presets = [\n  'Tea', # Often\n  'Coffee',\n] # Mine\ntheme = 'nord'\n",
            ("presets",),
            ["Tea"],
            "presets = [\"Tea\"] # Mine\ntheme = 'nord'\n",
            id="array over several lines",
        ),
    ],
)
def test_the_layout_stays(text: str, path: KeyPath, value: SettingValue, changed: str) -> None:
    assert with_value(text, path, value) == changed


@pytest.mark.parametrize(
    "text",
    [
        "alerts = 1",
        "[[alerts]]",
        "alerts = [",
        "alerts.bell.a = 1",
        "a = 1\na = 2",
        "[[a]]\n[b]\n[[a]]",
    ],
)
def test_an_impossible_change_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        with_value(text, ("alerts", "bell"), True)
