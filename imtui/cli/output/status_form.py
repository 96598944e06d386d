"""How a command prints statuses: as text, as JSON, or in the user's own format."""

import argparse
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from string import Formatter
from typing import TYPE_CHECKING, Final

from imtui.cli.arguments import add_json_option
from imtui.cli.output.status_lines import format_time, status_line
from imtui.protocol.safe_text import safe_text
from imtui.protocol.status import UserStatusType

if TYPE_CHECKING:
    from imtui.protocol.status import UserStatus

_FIELDS: Final = ("user", "status", "glyph", "text", "until", "since", "devices")
_NAMES: Final = " ".join(f"{{{name}}}" for name in _FIELDS)

_NERD: Final = {
    UserStatusType.ONLINE: "\uf111",
    UserStatusType.OFFLINE: "\uf10c",
    UserStatusType.UNLOGINED: "\uf1db",
    UserStatusType.UNKNOWN: "\uf128",
}


def _for_tmux(text: str) -> str:
    # tmux expands what a command prints, except for "##".
    return text.replace("#", "##")


def _for_polybar(text: str) -> str:
    # "%{A1:command:}" would run a command, and polybar knows no escape. The rest may stand in the
    # format, or in the next field.
    return re.sub(r"%(?=\{|$)|^(?=\{)", "\\g<0>\u200b", text)


def _for_pango(text: str) -> str:
    from html import escape

    return escape(text)


_ESCAPES: Final[Mapping[str, Callable[[str], str]]] = {
    "tmux": _for_tmux,
    "polybar": _for_polybar,
    "pango": _for_pango,
}
"""What disarms the markup of a status bar."""


def add_form_options(
    parser: argparse.ArgumentParser, *, of_action: bool = False
) -> argparse._MutuallyExclusiveGroup:
    """Add the options that ``status_form`` reads, and return the group of the forms.

    Args:
        parser: The parser of a command, or of one of its actions.
        of_action: Whether the command takes the options, too, so that an action sets no defaults.
    """

    def default(value: object) -> object:
        return argparse.SUPPRESS if of_action else value

    form = parser.add_mutually_exclusive_group()
    add_json_option(form, default(False))
    form.add_argument(
        "--format",
        type=_format,
        default=default(None),
        metavar="FORMAT",
        help=f"print lines such as '{{glyph}} {{text}}'; the fields are {_NAMES}",
    )
    parser.add_argument(
        "--icons",
        choices=("ascii", "unicode", "nerd"),
        default=default("unicode"),
        help="the glyphs of --format (unicode)",
    )
    parser.add_argument(
        "--escape",
        choices=tuple(_ESCAPES),
        default=default(None),
        help="disarm the markup of a status bar in the fields of --format",
    )
    return form


def status_form(arguments: argparse.Namespace) -> "Callable[[UserStatus], str]":
    """Return what makes a line, without a newline, of a status."""
    if arguments.format is None:
        return partial(status_line, as_json=arguments.json)
    glyphs = _glyphs(arguments.icons)
    disarm = _ESCAPES.get(arguments.escape, str)
    template: str = arguments.format

    def line(status: "UserStatus") -> str:
        values = _values(status, glyphs)
        return template.format_map({name: disarm(safe_text(values[name])) for name in _FIELDS})

    return line


def _format(template: str) -> str:
    try:
        parts = [*Formatter().parse(template)]
    except ValueError:
        problem = f"{template!r} has a brace alone: write {{{{ or }}}} for one"
        raise argparse.ArgumentTypeError(problem) from None
    for _, name, spec, conversion in parts:
        if name is not None and (name not in _FIELDS or spec or conversion):
            raise argparse.ArgumentTypeError(f"the fields of a format are {_NAMES}")
    return template


def _values(status: "UserStatus", glyphs: Mapping[UserStatusType, str]) -> dict[str, str]:
    now = datetime.now()
    ends, since = status.expires_at, status.since
    return {
        "user": status.user_id,
        "status": status.status_type.name,
        "glyph": glyphs[status.status_type],
        "text": status.custom_status,
        "until": "" if ends is None else format_time(ends, now),
        "since": format_time(since, now) if since else "",
        "devices": ", ".join(status.online_devices),
    }


def _glyphs(icons: str) -> Mapping[UserStatusType, str]:
    if icons == "nerd":
        return _NERD
    from imtui.tui.render.glyphs import ASCII, UNICODE

    badges = (ASCII if icons == "ascii" else UNICODE).badges
    return {status: badge.glyph for status, badge in badges.items()}
