"""``imtui console``: the IM console of a running backend, over REST."""

import argparse
import asyncio
from pathlib import Path
from typing import Any, Final

from imtui.cli.arguments import add_data_option
from imtui.cli.errors import EXIT_OK, CommandError
from imtui.protocol.identifiers import ADMINISTRATOR

_USER_SIG_EXPIRE: Final = 60


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "console",
        help="show or change the settings of a running backend",
        description="The IM console of a running backend.",
    )
    actions = parser.add_subparsers(dest="action", metavar="show | set", required=True)
    show = actions.add_parser("show", help="show the settings")
    change = actions.add_parser("set", help="change settings, then show them")
    change.add_argument("settings", nargs="+", type=setting, metavar="KEY=VALUE")
    for action in (show, change):
        add_data_option(action)
        action.add_argument("--json", action="store_true", help="print JSON")
        action.set_defaults(run=run, settings=[])


def setting(text: str) -> tuple[str, str]:
    """Return the key and the value of ``KEY=VALUE``."""
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def run(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    data_dir = _local_data() if arguments.data is None else arguments.data
    if arguments.action == "show":
        answer = asyncio.run(_call(data_dir, "imtui_console/get", {}))
    else:
        body = {"Settings": dict(arguments.settings)}
        answer = asyncio.run(_call(data_dir, "imtui_console/set", body))
    _show(answer.get("Settings"), as_json=arguments.json)
    return EXIT_OK


def _local_data() -> Path:
    from imtui.cli import paths
    from imtui.server.data_dir import BackendError, DataDir

    data_dir = paths.local_data()
    try:
        DataDir(data_dir).address()
    except BackendError as error:
        raise CommandError(
            "This machine's backend is not running. Start the app: imtui. "
            "Or name another one's folder with --data."
        ) from error
    return data_dir


async def _call(data_dir: Path, command: str, body: dict[str, Any]) -> dict[str, Any]:
    from imtui.protocol.usersig import sign
    from imtui.sdk.rest import RestClient
    from imtui.server.data_dir import DataDir

    folder = DataDir(data_dir)
    address, key = folder.address(), folder.app_key()
    user_sig = sign(ADMINISTRATOR, key.sdk_app_id, key.secret_key, _USER_SIG_EXPIRE)
    # Whoever may read the key runs the backend: it is theirs to say how it is reached.
    client = RestClient(address.rest, key.sdk_app_id, ADMINISTRATOR, user_sig, insecure=True)
    return await client.call(command, body)


def _show(settings: object, *, as_json: bool) -> None:
    if not isinstance(settings, dict):
        raise CommandError("The backend's answer holds no settings. Update imtui.")
    if as_json:
        import json

        print(json.dumps(settings))
        return
    from imtui.protocol.safe_text import safe_text

    for key, value in settings.items():
        print(safe_text(f"{key}={value}"))
