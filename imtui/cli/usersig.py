"""``imtui usersig``: a UserSig made with the key of a backend's data folder."""

import argparse

from imtui.cli.arguments import add_data_option, positive, user_id
from imtui.cli.errors import EXIT_OK
from imtui.protocol import limits


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "usersig",
        help="print a UserSig",
        description="Print a UserSig for a user of the app of a backend.",
    )
    parser.add_argument("user", type=user_id, metavar="USER", help="whom it is for")
    add_data_option(parser, required=True)
    parser.add_argument(
        "--expire",
        type=positive,
        default=limits.USER_SIG_EXPIRE,
        metavar="S",
        help="how many seconds it is valid (15552000, 180 days)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    from imtui.protocol.usersig import sign
    from imtui.server.data_dir import DataDir

    key = DataDir(arguments.data).app_key()
    print(sign(arguments.user, key.sdk_app_id, key.secret_key, arguments.expire))
    return EXIT_OK
