"""``imtui console``: the IM console of a running backend, through the REST API."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from imtui.cli.admin.calls import call
from imtui.cli.admin.client import AdminClient
from imtui.cli.admin.log_items import LogPage, as_json, as_line
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import positive
from imtui.cli.errors import EXIT_FAILED, EXIT_OK, CommandError, UsageError, print_notice
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
  retention_days           a number    after so many days messages are cleared; 0: never
  webhook_url              an address  of your own server for callbacks; empty: none
  webhook_token            a secret    that signs callbacks; leave out =VALUE to type or pipe it
  webhook_commands         A,B         the callbacks to send; empty: all that follow an event
  heartbeat_timeout        seconds     of silence after which a device is lost, from its login on
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
    actions = parser.add_subparsers(dest="action", metavar="show | set | apply | log")
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
    change.add_argument(
        "--secret-file", type=Path, metavar="FILE", default=None, help="read the secret from a file"
    )
    apply = actions.add_parser(
        "apply",
        help="change many settings at once, all or none",
        description="Change all settings that a TOML file names, or none of them, and list those "
        "that changed.",
        argument_default=none,
    )
    apply.add_argument(
        "file", metavar="FILE", help="the file, as `imtui console show --toml` prints; - for stdin"
    )
    show.add_argument("--toml", action="store_true", default=False, help="print what `apply` takes")
    log = actions.add_parser(
        "log",
        help="show the latest changes, failed logins, acts of admins and refusals by a limit",
        argument_default=none,
    )
    _add_log_options(log)
    for action in (show, change, apply, log):
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


def setting(text: str) -> tuple[str, str | None]:
    """Parse ``KEY=VALUE``; of a secret, only the key, as others see arguments."""
    from imtui.server.core.console import SECRETS

    key, separator, value = text.partition("=")
    if key in SECRETS:
        if value:
            raise argparse.ArgumentTypeError(
                f"{key} is a secret: leave out its value to type or pipe it, or use --secret-file"
            )
        return key, value if separator else None
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def run(arguments: argparse.Namespace) -> int:
    """Run ``show``, ``set``, ``apply`` or ``log``.

    Raises:
        CommandError: No backend is running, or a file cannot be read.
        UsageError: ``--secret-file`` is given without a secret to set.
    """
    if arguments.action == "apply":
        return _apply(arguments)
    if arguments.action == "log":
        run_async(_show_log(admin_client(arguments), arguments))
        return EXIT_OK
    as_toml = arguments.action == "show" and arguments.toml
    if arguments.action == "show":
        client = admin_client(arguments)
        answer = run_async(call(client, "imtui_console/get", {}, dict))
    else:
        body = {"Settings": _given(arguments)}
        client = admin_client(arguments)
        answer = run_async(call(client, "imtui_console/set", body, dict))
    _show(_settings_in(answer), as_json=arguments.json, as_toml=as_toml)
    return EXIT_OK


def _given(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the settings to change; a secret is read."""
    secrets = [key for key, value in arguments.settings if value is None]
    file: Path | None = arguments.secret_file
    if len(secrets) > 1 or (file is not None and not secrets):
        raise UsageError("--secret-file and standard input have one secret, such as webhook_token.")
    given = {key: value for key, value in arguments.settings if value is not None}
    for key in secrets:
        from imtui.cli.accounts.secret_file import ask_for_secret, read_secret

        given[key] = (
            ask_for_secret(key) if file is None else read_secret(file, key, "--secret-file")
        )
    return given


def _apply(arguments: argparse.Namespace) -> int:
    from imtui.cli.admin.console_file import WrongSettingsError, read_settings
    from imtui.server.core.console import SECRETS

    try:
        settings = read_settings(arguments.file)
    except WrongSettingsError as error:
        for problem in error.problems:
            print_notice(problem)
        print_notice("Nothing was changed.")
        return EXIT_FAILED
    client = admin_client(arguments)
    before, after = run_async(_change(client, settings))
    changed = {key: value for key, value in after.items() if value != before.get(key)}
    # A secret may have become another one, which is not shown.
    changed |= {key: after[key] for key in SECRETS if key in settings and key in after}
    if not changed and not arguments.json:
        print("Nothing changed")
    else:
        _show(changed, as_json=arguments.json)
    return EXIT_OK


async def _change(
    client: AdminClient, settings: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Change settings, and return all of before and after."""
    before = _settings_in(await call(client, "imtui_console/get", {}, dict))
    body = {"Settings": settings}
    return before, _settings_in(await call(client, "imtui_console/set", body, dict))


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


def _settings_in(answer: dict[str, Any]) -> dict[str, Any]:
    settings = answer.get("Settings")
    if not isinstance(settings, dict):
        raise CommandError("The backend's answer holds no settings. Update imtui.")
    return settings


def _show(settings: dict[str, Any], *, as_json: bool, as_toml: bool = False) -> None:
    if as_json:
        print(json_line(settings))
        return
    if as_toml:
        from imtui.cli.admin.console_file import as_toml as toml_lines

        for line in toml_lines(settings):
            print(line)
        return
    from imtui.protocol.safe_text import safe_text
    from imtui.server.core.console_values import as_text

    for key, value in settings.items():
        print(safe_text(f"{key}={as_text(value)}"))
