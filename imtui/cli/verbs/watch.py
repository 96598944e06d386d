"""``imtui watch``: print statuses as they change, until interrupted."""

import argparse
import asyncio
from typing import TYPE_CHECKING

from imtui.cli.accounts.selection import add_account_options
from imtui.cli.arguments import user_id
from imtui.cli.errors import EXIT_OK
from imtui.cli.output.status_form import add_form_options, status_form
from imtui.cli.signals import run_async

if TYPE_CHECKING:
    from imtui.cli.accounts.credentials import Credentials
    from imtui.cli.output.printers import Printer


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui watch``."""
    parser = verbs.add_parser(
        "watch",
        help="print statuses as they change",
        description="Print the status of each USER, then each change, until Ctrl-C. Without USER, "
        "watch yourself, your friends and your subscriptions. It does not make you ONLINE.",
    )
    parser.add_argument("users", nargs="*", type=user_id, metavar="USER", help="a user to watch")
    form = add_form_options(parser)
    form.add_argument(
        "--plain",
        action="store_true",
        help="print whole sentences, for screen readers: your status, devices, friends, "
        "subscriptions and connection",
    )
    add_account_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui watch``."""
    run_async(_watch(arguments))
    return EXIT_OK


async def _watch(arguments: argparse.Namespace) -> None:
    from imtui.cli.accounts.credentials import find_credentials
    from imtui.cli.signals import stop_signals

    with stop_signals() as stopped:
        credentials = await find_credentials(arguments)
        await _watch_until(stopped, credentials, arguments)


async def _watch_until(
    stopped: asyncio.Event, credentials: "Credentials", arguments: argparse.Namespace
) -> None:
    from imtui.cli.accounts.credentials import passive_client
    from imtui.cli.output.reader import wait_until_reader_is_gone
    from imtui.cli.watcher import Watcher

    watcher = Watcher(credentials.user_id, arguments.users, _printer(arguments))
    async with asyncio.TaskGroup() as group:

        async def follow() -> None:
            async with passive_client(credentials, watcher) as client:
                await watcher.follow(client)

        async def end_with_reader() -> None:
            await wait_until_reader_is_gone()
            stopped.set()

        tasks = [group.create_task(follow()), group.create_task(end_with_reader())]
        await stopped.wait()
        for task in tasks:
            task.cancel()


def _printer(arguments: argparse.Namespace) -> "Printer":
    if arguments.plain:
        from imtui.cli.output.plain import PlainPrinter

        return PlainPrinter()
    from imtui.cli.output.printers import BarPrinter, LinePrinter

    return (LinePrinter if arguments.format is None else BarPrinter)(status_form(arguments))
