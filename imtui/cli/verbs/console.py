"""``imtui console``: the IM console of a running backend, through the REST API."""

import argparse
from typing import TYPE_CHECKING, Any, Final

from imtui.cli.admin.calls import call
from imtui.cli.admin.client import AdminClient
from imtui.cli.admin.log_items import LogPage, as_json, as_line
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import positive
from imtui.cli.errors import EXIT_OK, CommandError, UsageError
from imtui.cli.json_line import json_line
from imtui.cli.signals import run_async
from imtui.protocol.rest.log_item import LogItem

if TYPE_CHECKING:
    from imtui.tui.console.admin_client import Client

_LOG_PAGE: Final = 1000
"""The most entries of the log in one call."""

SETTINGS: Final = """\
keys and their values:
  edition                  ultimate, standard
  user_status              on, off     status queries, subscriptions and notifications
  friend_status            on, off     friends are notified without subscribing
  login_policy             multi, platform, single
  auto_register            on, off     a first login creates the account
  block_hides_status       off, on     blocked users do not see the status of who blocks them
  before_callback_failure  pass, deny  when the app's own server cannot be asked
  cpu_share                a number    ms of CPU time of an account in a second; 0: no limit
  passive_logins           a number    passive logins of an account at once; 0: no limit
  messages_rate            a number    messages of an account in a second; 0: no limit
  messages_burst           a number    and at once after a rest; 0: no limit
  message_bytes_rate       a number    their bytes in a second; 0: no limit
  message_bytes_burst      a number    and at once after a rest; 0: no limit
  requests_rate            a number    friend requests and online-only messages in a second
  requests_burst           a number    and at once after a rest; 0: no limit
"""


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui console``."""
    parser = verbs.add_parser(
        "console",
        help="show and change the settings of a running backend, as an admin",
        description="Show and change the settings of a running backend. Without an action, opens "
        "the console's screen.",
    )
    add_admin_options(parser)
    parser.add_argument(
        "--ascii", action="store_true", default=argparse.SUPPRESS, help="draw with ASCII only"
    )
    parser.set_defaults(run=open_screen)
    actions = parser.add_subparsers(dest="action", metavar="show | set | log")
    # No defaults, so that options before the action keep their values.
    none = argparse.SUPPRESS
    show = actions.add_parser("show", help="show the settings", argument_default=none)
    change = actions.add_parser(
        "set",
        help="change settings, then show them all",
        description="Change settings of the backend, then show them all.",
        epilog=SETTINGS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=none,
    )
    change.add_argument(
        "settings",
        nargs="+",
        type=setting,
        metavar="KEY=VALUE",
        help="such as user_status=off; see below",
    )
    log = actions.add_parser(
        "log",
        help="show the latest changes, failed logins, acts of admins and refusals by a limit",
        argument_default=none,
    )
    _add_log_options(log)
    for action in (show, change, log):
        add_admin_options(action)
        action.add_argument("--json", action="store_true", help="print JSON")
        action.set_defaults(run=run, json=False)


def _add_log_options(log: argparse.ArgumentParser) -> None:
    log.add_argument(
        "--count", type=positive, default=100, metavar="N", help="at most so many entries (100)"
    )
    log.add_argument("--by", metavar="USER", default="", help="only those of a user or an admin")
    log.add_argument(
        "--event",
        default="",
        metavar="EVENT",
        help="only failed, admin or limit; or of changes: online, offline, kicked and others",
    )
    log.add_argument("--address", default="", metavar="IP", help="only those from an IP address")
    log.add_argument("--code", type=int, default=None, help="only those with this error code")


def setting(text: str) -> tuple[str, str]:
    """Parse ``KEY=VALUE``."""
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def run(arguments: argparse.Namespace) -> int:
    """Run ``show``, ``set`` or ``log``."""
    client = admin_client(arguments)
    if arguments.action == "log":
        run_async(_show_log(client, arguments))
        return EXIT_OK
    if arguments.action == "show":
        answer = run_async(call(client, "imtui_console/get", {}, dict))
    else:
        body = {"Settings": dict(arguments.settings)}
        answer = run_async(call(client, "imtui_console/set", body, dict))
    _show(answer.get("Settings"), as_json=arguments.json)
    return EXIT_OK


def open_screen(arguments: argparse.Namespace) -> int:
    """Open the screen until the user leaves it."""
    from imtui.cli import paths
    from imtui.cli.logs import log_to_file
    from imtui.tui.console.app import ConsoleLaunch
    from imtui.tui.console.entry import run as run_console
    from imtui.tui.settings.file import SettingsFile

    if arguments.rest is not None:
        # Called for its errors, which are reported before the screen opens.
        admin_client(arguments)
    launch = ConsoleLaunch(
        connect=lambda: _connect(arguments),
        where=_where(arguments),
        theme=SettingsFile(paths.settings_file(), {}).settings.theme,
        ascii=arguments.ascii,
        log_file=paths.app_log(),
    )
    with log_to_file(paths.app_log()):
        return run_console(launch)


def _connect(arguments: argparse.Namespace) -> "Client":
    from imtui.cli.paths import unusable
    from imtui.server.node.data_dir import BackendError
    from imtui.tui.console.admin_client import Unreachable

    try:
        return _ScreenClient(admin_client(arguments))
    except (BackendError, CommandError, UsageError) as error:
        raise Unreachable(str(error)) from error
    except OSError as error:
        raise Unreachable(unusable(error)) from error


class _ScreenClient:
    """Adapts ``AdminClient`` for the screen, which expects ``Unreachable``."""

    def __init__(self, client: AdminClient) -> None:
        self._client = client

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        from imtui.tui.console.admin_client import Unreachable

        try:
            return await self._client.call(command, body)
        except CommandError as error:
            raise Unreachable(str(error)) from error


def _where(arguments: argparse.Namespace) -> str:
    from imtui.protocol.safe_text import safe_text

    if arguments.rest is not None:
        return safe_text(arguments.rest)
    if arguments.data is not None:
        return safe_text(str(arguments.data))
    return "this machine's backend"


async def _show_log(client: AdminClient, arguments: argparse.Namespace) -> None:
    """Print the newest entries that match, the earliest first."""
    wanted = {"UserID": arguments.by, "Event": arguments.event, "Address": arguments.address}
    if arguments.code is not None:
        wanted["Code"] = arguments.code
    items: list[LogItem] = []
    while len(items) < arguments.count:
        count = min(arguments.count - len(items), _LOG_PAGE)
        body = {**wanted, "MaxCnt": count, "Before": items[0].index if items else 0}
        page = await call(client, "imtui_console/log", body, LogPage)
        # A backend from before the audit log filters nothing.
        older = [item for item in page.log_item if not items or item.index < items[0].index]
        items = [*older, *items]
        if len(older) < count:
            break
    for item in items:
        print(json_line(as_json(item)) if arguments.json else as_line(item))


def _show(settings: object, *, as_json: bool) -> None:
    if not isinstance(settings, dict):
        raise CommandError("The backend's answer holds no settings. Update imtui.")
    if as_json:
        print(json_line(settings))
        return
    from imtui.protocol.safe_text import safe_text

    for key, value in settings.items():
        print(safe_text(f"{key}={value}"))
