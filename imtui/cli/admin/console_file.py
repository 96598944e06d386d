"""The settings of the console as a TOML document, which ``imtui console apply`` takes."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from imtui.cli.errors import CommandError
from imtui.protocol.safe_text import safe_text

_FILE_MAX_BYTES: Final = 64 * 1024
_NAME_OF_STDIN: Final = "standard input"


class WrongSettingsError(CommandError):
    """The document is not right.

    Attributes:
        problems: A line for each problem, with the file, the line number and the key.
    """

    def __init__(self, *problems: str) -> None:
        """Take the problems; the message is the first."""
        super().__init__(problems[0])
        self.problems = problems


def read_settings(name: str) -> dict[str, Any]:
    """Return the settings in a file; ``-`` is standard input.

    Raises:
        CommandError: The file cannot be read.
        WrongSettingsError: It is no TOML, or has unknown settings or wrong values.
    """
    from imtui.toml.parsing import NotTOMLError, parse_toml

    source = _NAME_OF_STDIN if name == "-" else name
    text = _text(source, _read(name, source))
    try:
        return _checked(parse_toml(text, source), text, source)
    except NotTOMLError as error:
        raise WrongSettingsError(str(error)) from error


def as_toml(settings: Mapping[str, Any]) -> list[str]:
    """Return the settings that a backend told as the lines of a document.

    A secret becomes a comment, so that to apply the document leaves it as it is.
    """
    import tomlkit

    from imtui.server.core.console import SECRETS

    lines = []
    for key, value in settings.items():
        line = f"{key} = {tomlkit.item(value).as_string()}"
        if key in SECRETS:
            line = f"# {key} is {'set' if value else 'not set'}"
        lines.append(safe_text(line))
    return lines


def _checked(values: Mapping[str, Any], text: str, source: str) -> dict[str, Any]:
    from imtui.server.core.console import check_setting
    from imtui.toml.table import Problems

    problems = Problems()
    checked = {}
    for key, value in values.items():
        try:
            checked[key] = check_setting(key, value)
        except ValueError as error:
            problems.add_problem((key,), partial(str, error))
    if found := problems.lines(text, source, None):
        raise WrongSettingsError(*found)
    return checked


def _read(name: str, source: str) -> bytes:
    import sys

    from imtui.cli.signals import interruptible

    try:
        if name == "-":
            with interruptible():
                data = sys.stdin.buffer.read(_FILE_MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_FILE_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CommandError(f"{source} cannot be read: {reason}.") from error
    if len(data) > _FILE_MAX_BYTES:
        raise CommandError(f"{source} has more than {_FILE_MAX_BYTES} bytes.")
    return data


def _text(source: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WrongSettingsError(safe_text(f"{source}:{line}: This is not UTF-8.")) from error
