"""Read the known keys of a TOML table, and collect its problems."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from imtui.protocol.safe_text import safe_text
from imtui.toml.key_path import KeyPath, dotted_name

_PROBLEMS_MAX: Final = 20
_SHOWN_MAX: Final = 60

T = TypeVar("T")


class Problems:
    """The problems of a document."""

    def __init__(self) -> None:
        """Start without problems."""
        self._found: list[tuple[KeyPath, Callable[[], str]]] = []

    def add_problem(self, path: KeyPath, message: Callable[[], str]) -> None:
        """Add a problem with a key; its message is only composed if it is shown."""
        self._found.append((path, message))

    def messages(self) -> list[str]:
        """Return the messages in the order in which they were added."""
        return [safe_text(message()) for _, message in self._found]

    def lines(self, text: str, file_name: str, most: int | None = _PROBLEMS_MAX) -> tuple[str, ...]:
        """Return a line for each problem, in the order of the document.

        Args:
            text: The document.
            file_name: The name of its file.
            most: After so many, one more line says how many others there are; None for all.
        """
        if not self._found:
            return ()
        from imtui.toml.key_lines import key_lines

        line_of = key_lines(text)
        found = sorted(
            (line_of.get(path, 1), number) for number, (path, _) in enumerate(self._found)
        )
        lines = [f"{file_name}:{line}: {self._found[number][1]()}" for line, number in found[:most]]
        if len(found) > len(lines):
            lines.append(f"{file_name}: There are {len(found) - len(lines)} more like these.")
        return tuple(map(safe_text, lines))


class TableReader:
    """Reads the known keys of a table and reports the others."""

    def __init__(self, values: Mapping[str, Any], path: KeyPath, problems: Problems) -> None:
        """Read ``values``, the table at ``path``, and add its problems to ``problems``."""
        self.values = values
        self._path = path
        self._problems = problems
        self._known: set[str] = set()

    def read_value(self, key: str, default: T, check: Callable[[object], T]) -> T:
        """Return the checked value of a key, or the default if it is missing or invalid.

        Args:
            key: The name of the key.
            default: What to return without a valid value.
            check: Returns the value to use, or raises ValueError with a message that continues
                the name of the key.
        """
        self._known.add(key)
        if key not in self.values:
            return default
        try:
            return check(self.values[key])
        except ValueError as error:
            path = (*self._path, key)
            message = f"{dotted_name(path)} {error}"
            self._problems.add_problem(path, lambda: message)
            return default

    def read_table(self, key: str) -> "TableReader":
        """Return a reader of a subtable; of an empty one if it is missing or invalid."""
        empty: Mapping[str, Any] = {}
        values = self.read_value(key, empty, _check_table)
        return TableReader(values, (*self._path, key), self._problems)

    def report_unknown(self, known: Iterable[str] = (), reason: str = "is no setting") -> None:
        """Report the keys that were not read and are not in ``known``."""
        names = {*known, *self._known}
        for key in self.values:
            if key not in names:
                message = partial(self._unknown_message, key, names, reason)
                self._problems.add_problem((*self._path, key), message)

    def _unknown_message(self, key: str, names: Collection[str], reason: str) -> str:
        import difflib

        # Finding a close match takes quadratic time.
        close = difflib.get_close_matches(key[:_SHOWN_MAX].lower(), sorted(names), 1)
        hint = f"; is it {dotted_name((*self._path, close[0]))}?" if close else "."
        return f"{shortened(dotted_name((*self._path, key)))} {reason}{hint}"


def shortened(text: str) -> str:
    """Return a text for a message, cut if it is very long."""
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"


def _check_table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be a table.")
    return value
