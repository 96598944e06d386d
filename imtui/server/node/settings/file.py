"""The settings file of a node, ``imtui.toml``."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from imtui.files import read_small
from imtui.protocol.safe_text import safe_text
from imtui.server.node.settings.settings import SETTINGS, NodeSettings
from imtui.server.node.shared.address import has_password
from imtui.toml.key_lines import key_lines
from imtui.toml.key_path import KeyPath
from imtui.toml.parsing import NotTOMLError, parse_toml
from imtui.toml.table import Problems, TableReader

FILE_NAME: Final = "imtui.toml"
FILE_MAX_BYTES: Final = 64 * 1024
_APP_GROUPS: Final = ("webhook", "retention", "heartbeat")
"""How names of settings of the app begin, whatever follows."""


class SettingsError(Exception):
    """The settings cannot be used.

    Attributes:
        problems: A line for each problem, with the file, the line number and the key.
    """

    def __init__(self, *problems: str) -> None:
        """Take the problems; the message is the first."""
        rest = len(problems) - 1
        count = "is 1 more problem" if rest == 1 else f"are {rest} more problems"
        more = f" There {count}: --check-config lists them."
        super().__init__(problems[0] + (more if len(problems) > 1 else ""))
        self.problems = problems


class SettingsSource:
    """Where the settings of a node come from: options, and a file."""

    def __init__(self, options: Mapping[str, Any], file: Path, *, must_exist: bool) -> None:
        """Read nothing yet.

        Args:
            options: The values that were given on the command line, which win over the file's.
            file: The file.
            must_exist: Whether it is a problem if the file does not exist.
        """
        self._options = options
        self.file = file
        self._must_exist = must_exist
        self._lines: Mapping[KeyPath, int] = {}

    def read(self) -> NodeSettings:
        """Return the settings.

        Raises:
            SettingsError: The file cannot be read, or is not right.
        """
        text = self._text()
        values = {} if text is None else _parse(text, self.file)
        self._lines = {} if text is None else key_lines(text)
        if has_password(values.get("database", "")) and self.file.stat().st_mode & 0o077:
            problem = f"database has a password, and others can read it: chmod 600 {self.file}"
            raise SettingsError(self.placed(problem, "database"))
        settings = NodeSettings(**{**values, **self._options})
        if contradiction := settings.contradiction():
            raise SettingsError(self.placed(contradiction, "tls_cert", "tls_key"))
        return settings

    def placed(self, problem: str, *keys: str) -> str:
        """Return a problem of settings that were read, after the place in the file if there is one.

        Args:
            problem: The problem.
            keys: The keys that it concerns.
        """
        lines = [self._lines[key,] for key in keys if (key,) in self._lines]
        return safe_text(f"{self.file}:{lines[0]}: {problem}" if lines else problem)

    def _text(self) -> str | None:
        """Return the text of the file; None if there need not be one, and is none."""
        try:
            data = read_small(self.file, FILE_MAX_BYTES)
        except (FileNotFoundError, NotADirectoryError) as error:
            if not self._must_exist:
                return None
            raise SettingsError(safe_text(f"There is no file {self.file}.")) from error
        except OSError as error:
            raise SettingsError(
                safe_text(f"{self.file} cannot be read: {error.strerror or error}.")
            ) from error
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SettingsError(safe_text(f"{self.file}:{line}: This is not UTF-8.")) from error


def _parse(text: str, file: Path) -> dict[str, Any]:
    """Return the values of the keys in a file; raises SettingsError."""
    try:
        document = parse_toml(text, str(file))
    except NotTOMLError as error:
        raise SettingsError(str(error)) from error
    problems = Problems()
    table = TableReader(document, (), problems)
    values: dict[str, Any] = {}
    for name, setting in SETTINGS.items():
        value = table.read_value(name, None, setting.kind.check)
        if isinstance(value, Path):
            value = file.absolute().parent / value
        if value is not None:
            values[name] = value
    _report_keys_of_the_app(document, problems)
    table.report_unknown(filter(_is_of_the_app, document))
    if found := problems.lines(text, str(file), None):
        raise SettingsError(*found)
    return values


def _report_keys_of_the_app(document: Mapping[str, Any], problems: Problems) -> None:
    from imtui.server.core.console import SECRETS

    for key in filter(_is_of_the_app, document):
        # A secret is not to be among the arguments of a process.
        message = f"{key} belongs to the app: imtui console set {key}"
        message += "" if key in SECRETS else "=…"
        problems.add_problem((key,), partial(str, message))


def _is_of_the_app(key: str) -> bool:
    from imtui.server.core.console import Console

    return key in Console.__struct_fields__ or key.partition("_")[0] in _APP_GROUPS
