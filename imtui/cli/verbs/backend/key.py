"""``imtui key``: rotate and list the keys of a backend's app."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING, Final

from imtui.cli.admin.calls import call
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import add_json_option
from imtui.cli.errors import EXIT_OK
from imtui.cli.json_line import json_line
from imtui.cli.output.status_lines import format_time
from imtui.cli.output.tally import print_listed
from imtui.cli.signals import run_async

if TYPE_CHECKING:
    from imtui.cli.admin.answers import Key, Keys

_GRACE: Final = 7 * 24 * 3600
_SERVICE: Final = "imtui_key"


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui key``."""
    parser = verbs.add_parser(
        "key",
        help="rotate and list the app's keys, as an admin",
        description="Rotate and list the keys of a running backend, with which UserSigs are made.",
    )
    actions = parser.add_subparsers(dest="action", metavar="rotate | list", required=True)
    rotate = actions.add_parser(
        "rotate",
        help="make a new key",
        description="Make a new key, which imtui usersig takes from then on. UserSigs made with "
        "earlier keys stay valid for the grace; nobody who is connected is disconnected.",
    )
    rotate.add_argument(
        "--grace",
        type=grace,
        default=_GRACE,
        metavar="TIME",
        help="how long UserSigs made with earlier keys stay valid: 7d (the default), 12h, at most "
        "366d; or 0 if a key leaked, which ends them at once",
    )
    shown = actions.add_parser(
        "list", help="list the keys", description="List the keys, without their secrets."
    )
    for action, command in ((rotate, run_rotate), (shown, run_list)):
        add_admin_options(action)
        add_json_option(action)
        action.set_defaults(run=command)


def grace(text: str) -> int:
    """Parse a grace: ``0``, or a duration of up to 366 days; return seconds."""
    from imtui.cli.times import parse_duration

    if text == "0":
        return 0
    try:
        return round(parse_duration(text).total_seconds())
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a grace such as 7d or 12h, at most 366d, or 0"
        ) from None


def run_rotate(arguments: argparse.Namespace) -> int:
    """Run ``imtui key rotate``."""
    from imtui.cli.admin.answers import Keys

    client, body = admin_client(arguments), {"Grace": arguments.grace}
    _print(run_async(call(client, f"{_SERVICE}/rotate", body, Keys)), as_json=arguments.json)
    return EXIT_OK


def run_list(arguments: argparse.Namespace) -> int:
    """Run ``imtui key list``."""
    from imtui.cli.admin.answers import Keys

    client = admin_client(arguments)
    _print(run_async(call(client, f"{_SERVICE}/list", {}, Keys)), as_json=arguments.json)
    return EXIT_OK


def _print(told: "Keys", *, as_json: bool) -> None:
    print_listed(told.keys, ("KEY", "SINCE", "UNTIL"), _row, _json_line, as_json=as_json)


def _row(key: "Key") -> tuple[str, ...]:
    now = datetime.now()
    since = format_time(key.since, now) if key.since else ""
    return str(key.key_id), since, "" if key.until is None else format_time(key.until, now)


def _json_line(key: "Key") -> str:
    return json_line({"keyID": key.key_id, "since": key.since, "until": key.until})
