"""Change one value in the text of a TOML document and keep its comments, order and layout."""

import tomllib
from typing import Any

import tomlkit
from tomlkit.container import Container, OutOfOrderTableProxy
from tomlkit.items import AoT, Comment, InlineTable, Item, Key, Table, Whitespace

from imtui.toml.key_path import KeyPath, dotted_name
from imtui.tui.settings.schema import SettingValue

# New keys are inserted into these bodies, because tomlkit's own methods put a key below the comment
# on the next table and drop the space before a closing brace. Only the bodies are rendered.
_Body = list[tuple[Key | None, Item]]
"""The entries of a table in order; comments and blank lines have no key."""


def with_value(text: str, path: KeyPath, value: SettingValue) -> str:
    """Return a TOML document with exactly one value changed or added.

    Args:
        text: The document.
        path: The name of a key, or of a table and of a key in it.
        value: The new value.

    Raises:
        ValueError: The text is not TOML, or the value cannot be set without changing more.
        RecursionError: The document is nested too deeply.
    """
    new = value if isinstance(value, (str, int)) else list(value)
    # Floats are compared as text, because nan is not equal to itself.
    expected = tomllib.loads(text, parse_float=str)
    _set_in(expected, path, new)
    newline = "\r\n" if "\r\n" in text else "\n"
    missing = newline if text and not text.endswith("\n") else ""
    changed = _edited(text + missing, path, new, newline).removesuffix(missing)
    if tomllib.loads(changed, parse_float=str) != expected:
        raise ValueError(f"{dotted_name(path)} cannot be set in this document")
    return changed


def _set_in(values: dict[str, Any], path: KeyPath, value: object) -> None:
    for key in path[:-1]:
        values = values.setdefault(key, {})
        if not isinstance(values, dict):
            raise ValueError(f"{key} is not a table")
    values[path[-1]] = value


def _edited(text: str, path: KeyPath, value: object, newline: str) -> str:
    document = tomlkit.parse(text)
    if document.as_string() != text:
        # tomlkit moves the elements of an array of tables together if other tables separate them.
        raise ValueError("the order of this document cannot be kept")
    *parents, name = path
    new = tomlkit.item(value)
    if not parents:
        if not _replace(document, name, new):
            _add_at_top(document.body, name, new, newline)
        return document.as_string()
    tables = _tables(document.body, parents[0])
    if any(_replace(table.value, name, new) for table in tables):
        return document.as_string()
    if not tables:
        gap = newline if text.strip() else ""
        return text + gap + tomlkit.dumps({parents[0]: {name: value}}).replace("\n", newline)
    if isinstance(tables[-1], InlineTable):
        _add_inline(tables[-1].value.body, name, new)
    else:
        _add_line(tables[-1].value.body, name, new, newline)
    return document.as_string()


def _tables(body: _Body, name: str) -> list[Table | InlineTable]:
    # Dotted keys can define a table in several places. A super table has no place for keys: it is
    # only named in the headers of its sub-tables.
    return [
        item
        for key, item in body
        if key is not None
        and key.key == name
        and (
            isinstance(item, InlineTable)
            or (isinstance(item, Table) and (key.is_dotted() or not item.is_super_table()))
        )
    ]


def _replace(table: Container, name: str, new: Item) -> bool:
    if name not in table:
        return False
    if isinstance(table.item(name), (Table, AoT, OutOfOrderTableProxy)):
        raise ValueError(f"{name} is a table")
    table[name] = new
    return True


def _add_at_top(body: _Body, name: str, new: Item, newline: str) -> None:
    at = next((at for at, (key, item) in enumerate(body) if _is_header(key, item)), None)
    if at is None or any(key is not None for key, _ in body[:at]):
        _add_line(body, name, new, newline, default=len(body))
        return
    # The comment right above a header is about its table.
    while at and isinstance(body[at - 1][1], Comment):
        at -= 1
    new.trivia.trail = newline
    body[at:at] = [(tomlkit.key(name), new), (None, Whitespace(newline))]


def _add_line(body: _Body, name: str, new: Item, newline: str, default: int = 0) -> None:
    pairs = [
        at for at, (key, item) in enumerate(body) if key is not None and not _is_header(key, item)
    ]
    new.trivia.trail = newline
    body.insert(pairs[-1] + 1 if pairs else default, (tomlkit.key(name), new))


def _add_inline(body: _Body, name: str, new: Item) -> None:
    pairs = [at for at, (key, _) in enumerate(body) if key is not None]
    entry = tomlkit.key(name), new
    if pairs:
        after = pairs[-1] + 1
        body[after:after] = [(None, Whitespace(", ")), entry]
    else:
        body[:] = [(None, Whitespace(" ")), entry, (None, Whitespace(" "))]


def _is_header(key: Key | None, item: Item) -> bool:
    return isinstance(item, AoT) or (
        isinstance(item, Table) and key is not None and not key.is_dotted()
    )
