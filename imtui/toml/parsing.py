"""Parse TOML, and say in one line where it is none."""

import tomllib
from typing import Any

from imtui.protocol.safe_text import safe_text


class NotTOMLError(ValueError):
    """The text is not TOML; the message is one line with the file and the line number."""


def parse_toml(text: str, file_name: str) -> dict[str, Any]:
    """Return the values in a TOML document.

    Args:
        text: The document.
        file_name: The name of its file, for the error.

    Raises:
        NotTOMLError: It is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotTOMLError(safe_text(_syntax_problem(text, file_name, str(error)))) from error
    except (ValueError, RecursionError) as error:
        raise NotTOMLError(
            safe_text(f"{file_name}: A number in it is too long, or it is nested too deeply.")
        ) from error


def _syntax_problem(text: str, file_name: str, error: str) -> str:
    # Before Python 3.14, only the message has the place: “Invalid value (at line 1, column 9)”.
    words, _, place = error.removesuffix(")").rpartition(" (at ")
    if place.startswith("line "):
        line, _, place = place.removeprefix("line ").partition(", ")
    else:
        line, place = str(text.rstrip().count("\n") + 1), "the end"
    return f"{file_name}:{line}: {words} at {place}."
