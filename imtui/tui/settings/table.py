"""A TOML table from which one takes what one knows, and what is wrong with the rest."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from imtui.protocol.safe_text import safe_text
from imtui.tui.settings.key_path import KeyPath, dotted_name

_PROBLEMS_MAX: Final = 20
_SHOWN_MAX: Final = 60

Value = str | bool | int | Sequence[str]
"""What can be written."""

T = TypeVar("T")


class Problems:
    """What is wrong with a document."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: list[tuple[KeyPath, Callable[[], str]]] = []

    def add(self, path: KeyPath, words: Callable[[], str]) -> None:
        """Add what is wrong with the key of this path."""
        self._found.append((path, words))

    def lines(self, text: str, name: str) -> tuple[str, ...]:
        """Return a line for each of the first ones, in the order of the document ``text``."""
        if not self._found:
            return ()
        from imtui.tui.settings.key_lines import key_lines

        where = key_lines(text)
        found = sorted((where.get(path, 1), number) for number, (path, _) in enumerate(self._found))
        lines = [f"{name}:{line}: {self._found[at][1]()}" for line, at in found[:_PROBLEMS_MAX]]
        if len(found) > _PROBLEMS_MAX:
            lines.append(f"{name}: There are {len(found) - _PROBLEMS_MAX} more like these.")
        return tuple(map(safe_text, lines))


class Table:
    """A table; what is taken from it is known to be meant."""

    def __init__(self, values: Mapping[str, Any], path: KeyPath, problems: Problems) -> None:
        """Name the table's path, and where to tell what is wrong."""
        self.values = values
        self._path = path
        self._problems = problems
        self._known: set[str] = set()

    def take(self, key: str, default: T, check: Callable[[object], T]) -> T:
        """Return what ``check`` makes of a value; the default without one, and if it is wrong.

        ``check`` raises ValueError with the words that follow the key's name.
        """
        self._known.add(key)
        if key not in self.values:
            return default
        try:
            return check(self.values[key])
        except ValueError as error:
            path = (*self._path, key)
            words = f"{dotted_name(path)} {error}"
            self._problems.add(path, lambda: words)
            return default

    def table(self, key: str) -> "Table":
        """Return a table in this one; empty if there is none."""
        none: Mapping[str, Any] = {}
        return Table(self.take(key, none, _table), (*self._path, key), self._problems)

    def tell_unknown(self, known: Collection[str] = (), words: str = "is no setting") -> None:
        """Tell the keys that were not taken, and are not among the ``known``."""
        names = {*known, *self._known}
        for key in self.values:
            if key not in names:
                self._problems.add((*self._path, key), partial(self._unknown, key, names, words))

    def _unknown(self, key: str, names: Collection[str], words: str) -> str:
        import difflib

        # The nearest one takes the square of the length to find.
        near = difflib.get_close_matches(key[:_SHOWN_MAX].lower(), sorted(names), 1)
        hint = f"; is it {dotted_name((*self._path, near[0]))}?" if near else "."
        return f"{shown(dotted_name((*self._path, key)))} {words}{hint}"


def shown(text: str) -> str:
    """Return a text that a person wrote, cut short if it is very long."""
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be a table.")
    return value
