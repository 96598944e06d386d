"""``imtui migrate``: move a backend from its data folder into PostgreSQL."""

import argparse
import contextlib
from functools import partial
from pathlib import Path
from typing import Final

from imtui.cli.arguments import find_database, node_setting
from imtui.cli.errors import EXIT_OK, CommandError, UsageError
from imtui.server.node.settings.kinds import DATABASE

_ADDRESS: Final = "postgresql://imtui@db.example.org/imtui"


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui migrate``."""
    parser = verbs.add_parser(
        "migrate",
        help="move a backend into PostgreSQL",
        description="Move everything that a backend has kept in its data folder into an empty "
        "PostgreSQL database. The backend has to be stopped. The folder stays as it is; there is "
        "no way back.",
    )
    parser.add_argument(
        "--from", type=Path, metavar="DIR", required=True, dest="folder", help="the data folder"
    )
    parser.add_argument(
        "--database",
        type=partial(node_setting, DATABASE),
        metavar="DSN",
        help=f"the database, such as {_ADDRESS}; its password is not among the options",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui migrate``.

    Raises:
        CommandError: It is not possible; PostgreSQL has nothing of it then.
    """
    from imtui.server.node.config import host_name
    from imtui.server.node.data_dir import BackendError, DataDir
    from imtui.server.node.shared.store import join
    from imtui.server.store.postgres.moving import move
    from imtui.server.store.sqlite.connecting import connect
    from imtui.server.store.sqlite.store import SQLiteStore
    from imtui.server.store.store import StoreError

    address = find_database(arguments.database or "")
    if address is None:
        raise UsageError(f"Say with --database which database, such as {_ADDRESS}.")
    data = DataDir(arguments.folder)
    if not data.database.exists():
        raise CommandError(f"There is no database {data.database}.")
    with contextlib.ExitStack() as stack:
        try:
            stack.callback(data.hold().release)
            # Opening it brings an earlier version up to date.
            SQLiteStore(data.database, print).close()
            source = stack.enter_context(contextlib.closing(connect(data.database)))
            store = join(address, host_name(), stack)
            if not store.take_over():
                raise CommandError("A backend uses the database in PostgreSQL: stop all nodes.")
            sizes = move(source, store, print)
        except (BackendError, StoreError) as error:
            raise CommandError(str(error)) from error
    print(f"All is in PostgreSQL, and was compared: {sum(sizes.values())} rows")
    return EXIT_OK
