"""``imtui backup``: copy the database of a backend, running or not."""

import argparse
from pathlib import Path

from imtui.cli.arguments import add_data_option
from imtui.cli.errors import EXIT_OK, CommandError


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui backup``."""
    parser = verbs.add_parser(
        "backup",
        help="copy a backend's database",
        description="Copy the database of a backend, running or not, including the app's key. To "
        "restore it, put the copy into an empty folder under the name imtui.db.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    add_data_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui backup``.

    Raises:
        CommandError: There is no database, or the copy cannot be written.
    """
    from imtui.cli import paths
    from imtui.server.node.data_dir import DataDir
    from imtui.server.store.sqlite.backup import back_up
    from imtui.server.store.store import StoreError

    data = DataDir(arguments.data or paths.local_data())
    try:
        back_up(data.database, arguments.file)
    except StoreError as error:
        raise CommandError(str(error)) from error
    print(arguments.file)
    return EXIT_OK
