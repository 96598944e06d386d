"""Where keys stand in a TOML document, and a document with one value changed."""

import time
import tomllib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.tui.settings.table import Path, Value
from imtui.tui.settings.toml_text import key_lines, literal, with_value

LOOKALIKES = 'theme = "x" # [alerts] \'"'

VALUES = st.sampled_from(
    [
        "1",
        "-0.5e3",
        "nan",
        "true",
        "1979-05-27 07:32:00Z",
        '"a # [b] = 1 \\" ]}"',
        "'theme = \"x\" \\'",
        '"""\ntheme = 1\n[alerts]\nbell = 3 # "quoted" \\""" \n"""',
        '"""two""""',
        '""""""""',
        "'''\n# no\n'theme' = 1\n''''",
        "[]",
        '[ # one ]\n  "]", [1, 2],\n\n  { bell = "}" }, # theme = 1\n]',
        "{}",
        '{ x = 1, y."z z" = [1, "}"], w = { v = { u = { t = { s = "{" } } } } }',
    ]
)
SPACE = st.sampled_from(["", " ", "\t "])
COMMENTS = st.lists(
    st.sampled_from(["", "  ", "# theme = 1", "\t# [alerts]", '# """', "#é ]"]), max_size=3
)


@st.composite
def names(draw: st.DrawFn, number: int) -> tuple[str, str]:
    """Draw a key that no other has, as it is and as it is written."""
    return draw(
        st.sampled_from(
            [
                (f"k{number}", f"k{number}"),
                (f"{number}-_", f"{number}-_"),
                (f"a.{number}", f'"a.{number}"'),
                (f'é"{number}#', f'"\\u00e9\\"{number}#"'),
                (f"[\\{number}] = ", f"'[\\{number}] = '"),
            ]
        )
    )


@dataclass
class Document:
    """A document, and where its keys stand."""

    text: str
    lines: dict[Path, int]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document with everything that could be taken for a key."""
    text = ""
    lines: dict[Path, int] = {}
    table: Path = ()
    for number in range(draw(st.integers(0, 8))):
        text += "".join(f"{line}\n" for line in draw(COMMENTS))
        parts = draw(st.integers(1, 3))
        drawn = [draw(names(number * 10 + part)) for part in range(parts)]
        path, written = zip(*drawn, strict=True)
        space = draw(SPACE)
        key = f"{space}.{space}".join(written)
        kind = draw(st.sampled_from(["pair", "pair", "table", "tables"]))
        if kind == "pair":
            full = (*table, *path)
            statement = f"{space}{key}{space}={draw(SPACE)}{draw(VALUES)}"
        else:
            full = table = path
            statement = f"{space}[{key}{space}]" if kind == "table" else f"[[{space}{key}]]"
        for length in range(1, len(full) + 1):
            lines.setdefault(full[:length], text.count("\n") + 1)
        text += statement + draw(st.sampled_from(["", " # theme = 1", "\t#"])) + "\n"
    text = draw(st.sampled_from([text, text.rstrip("\n"), text.replace("\n", "\r\n")]))
    return Document(text, lines)


@given(documents())
def test_keys_are_found_on_their_lines(document: Document) -> None:
    tomllib.loads(document.text)
    found = key_lines(document.text)
    assert {path: found[path] for path in document.lines if len(path) < 4} == {
        path: line for path, line in document.lines.items() if len(path) < 4
    }
    # Beside them only those in inline tables.
    assert all({*("x", "y", "w")} & {*path} for path in found.keys() - document.lines.keys())


def test_keys_in_inline_tables_over_several_lines_are_found() -> None:
    text = 'a = { b = """\n\n""", c = [\n1], d.e = 1 }\nf = 1'
    assert key_lines(text) == {
        ("a",): 1,
        ("a", "b"): 1,
        ("a", "c"): 3,
        ("a", "d"): 4,
        ("a", "d", "e"): 4,
        ("f",): 5,
    }


@given(st.text() | st.text("ab\"'=[]{}.,\\#\n ", max_size=60))
def test_finding_keys_in_anything_ends(text: str) -> None:
    key_lines(text)


@pytest.mark.parametrize("opened", ['"""', "'''", '"', "[", "{a="])
@pytest.mark.parametrize("rest", ["b", "\\", '" ', "' ", '"', "'", "[", "{a=", "#\n"])
def test_a_document_that_does_not_end_is_given_up_soon(opened: str, rest: str) -> None:
    begun = time.process_time()
    key_lines(f"a = {opened}{rest * 50_000}")
    assert time.process_time() - begun < 5


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
    document: Document, alerts: str, is_first: bool, changes: list[tuple[Path, Value]]
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


@given(st.text(st.characters(codec="utf-8")) | st.integers() | st.booleans())
def test_a_literal_is_read_as_its_value(value: str | int | bool) -> None:
    read = tomllib.loads(f"key = {literal(value)}")["key"]
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
