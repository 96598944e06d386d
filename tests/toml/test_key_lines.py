"""The lines on which the keys of a TOML document are found."""

import time
import tomllib
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.toml.key_lines import key_lines
from imtui.toml.key_path import KeyPath

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
    """Draw a unique key, as TOML reads it and as it is written."""
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
    """A document and the line of each key."""

    text: str
    lines: dict[KeyPath, int]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document with much that looks like a key and is not one."""
    text = ""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
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
    # The others are in inline tables.
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
def test_any_text_can_be_searched_for_keys(text: str) -> None:
    key_lines(text)


@pytest.mark.parametrize("opened", ['"""', "'''", '"', "[", "{a="])
@pytest.mark.parametrize("rest", ["b", "\\", '" ', "' ", '"', "'", "[", "{a=", "#\n"])
def test_an_unterminated_value_does_not_take_long(opened: str, rest: str) -> None:
    begun = time.process_time()
    key_lines(f"a = {opened}{rest * 50_000}")
    assert time.process_time() - begun < 5
