"""``imtui usersig``: make UserSigs with the key in a backend's data folder."""

import argparse
from pathlib import Path

from imtui.cli.arguments import add_data_option, positive, user_id
from imtui.cli.errors import EXIT_OK, CommandError, UsageError
from imtui.protocol import limits


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui usersig``."""
    parser = verbs.add_parser(
        "usersig",
        help="print a UserSig, or write several to files",
        description="Print a UserSig for a user of a backend's app. For several users, write each "
        "UserSig to its own file.",
    )
    parser.add_argument(
        "users", nargs="+", type=user_id, metavar="USER", help="the users; several need --out"
    )
    add_data_option(parser, required=True)
    parser.add_argument(
        "--expire",
        type=positive,
        default=limits.USER_SIG_EXPIRE,
        metavar="S",
        help="how long it is valid, in seconds (15552000, 180 days)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write to DIR/USER.sig, readable only by you; an existing file is replaced",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui usersig``."""
    from imtui.protocol.usersig import sign
    from imtui.server.node.data_dir import DataDir

    users = list(dict.fromkeys(arguments.users))
    if len(users) > 1 and arguments.out is None:
        raise UsageError("The UserSigs of several users go into files: name a folder with --out.")
    key = DataDir(arguments.data).app_key()
    for user in users:
        user_sig = sign(user, key.sdk_app_id, key.secret_key, arguments.expire)
        print(user_sig if arguments.out is None else _written(arguments.out, user, user_sig))
    return EXIT_OK


def _written(folder: Path, user: str, user_sig: str) -> Path:
    from imtui.files import write_private

    file = folder / f"{user}.sig"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, f"{user_sig}\n")
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror or error}.") from error
    return file
