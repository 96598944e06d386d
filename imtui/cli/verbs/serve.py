"""``imtui serve``: run the backend."""

import argparse
import asyncio
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from imtui.cli.arguments import mebibytes, port_number, positive, seconds
from imtui.cli.errors import EXIT_OK, CommandError, UsageError
from imtui.cli.folding import log_loop_exceptions
from imtui.cli.serving import configure_logging, print_ready_line
from imtui.cli.signals import run_async, stop_signals
from imtui.protocol import limits

if TYPE_CHECKING:
    from imtui.protocol.rest.callback import CallbackCommand
    from imtui.server.edge.addresses import Network
    from imtui.server.node.backend import BackendConfig
    from imtui.server.webhook.config import WebhookConfig

WEBHOOK_TOKEN_VARIABLE: Final = "IMTUI_WEBHOOK_TOKEN"
_TOKEN_FILE_MAX_BYTES: Final = 4096


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui serve``."""
    parser = verbs.add_parser(
        "serve", help="run the backend", description="Run the backend until SIGTERM or Ctrl-C."
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port", type=port_number, default=7788, help="the WebSocket port (7788; 0: a free one)"
    )
    parser.add_argument(
        "--rest-port", type=port_number, default=7789, help="the REST port (7789; 0: a free one)"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", required=True, help="the data folder")
    parser.add_argument(
        "--heartbeat-timeout",
        type=seconds,
        default=limits.HEARTBEAT_TIMEOUT,
        metavar="S",
        help="seconds of silence after which a device is lost (400)",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="O",
        help="allow connections from web pages of this origin; may be repeated",
    )
    parser.add_argument(
        "--max-connections",
        type=positive,
        metavar="N",
        help="the most connections of clients (as many as there are file descriptors, less 64)",
    )
    parser.add_argument(
        "--max-per-address",
        type=positive,
        default=limits.CONNECTIONS_PER_ADDRESS,
        metavar="N",
        help="the most connections from one address, a tenth of them without a login (1000)",
    )
    parser.add_argument(
        "--trusted-proxy",
        type=proxy,
        action="append",
        default=[],
        metavar="ADDR",
        help="believe the client addresses that this proxy names, in place of proxies on this "
        "machine; may be repeated, and may be a network such as 10.0.0.0/8",
    )
    parser.add_argument(
        "--disk-reserve",
        type=mebibytes,
        default=256,
        metavar="MIB",
        help="refuse messages and friend requests while less disk space is free (256; 0: never)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="only check the database, even while a backend runs; the exit status is 0 or 1",
    )
    _add_webhook_options(parser)
    _add_hidden_options(parser)
    parser.set_defaults(run=run)


def _add_webhook_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--webhook",
        type=webhook_url,
        metavar="URL",
        help="send callbacks to this address of your own server",
    )
    parser.add_argument(
        "--webhook-token-file",
        type=Path,
        metavar="FILE",
        help="the file with the token that signs callbacks; without it, "
        f"{WEBHOOK_TOKEN_VARIABLE} is used",
    )
    parser.add_argument(
        "--webhook-commands",
        type=webhook_commands,
        metavar="A,B",
        help="the callbacks to send, such as State.StateChange (all that follow an event)",
    )


def _add_hidden_options(parser: argparse.ArgumentParser) -> None:
    """Add the options with which the app starts the embedded backend."""
    parser.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--socket-dir", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--start-grace", type=seconds, default=20.0, help=argparse.SUPPRESS)
    parser.add_argument("--idle-grace", type=seconds, default=10.0, help=argparse.SUPPRESS)


def proxy(text: str) -> "Network":
    """Parse the address or network of a trusted proxy."""
    from imtui.server.edge.addresses import network

    try:
        return network(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no IP address, such as 10.0.0.1, nor a network, such as 10.0.0.0/8"
        ) from None


def webhook_url(text: str) -> str:
    """Parse the address of a webhook."""
    import httpx

    try:
        url = httpx.URL(text)
        is_address = url.scheme in ("http", "https") and bool(url.host) and "%" not in url.host
        is_address = is_address and (url.port or 80) <= 65535 and not url.userinfo
    except httpx.InvalidURL:
        is_address = False
    if not is_address:
        # Not quoted, because it may contain a password.
        raise argparse.ArgumentTypeError("not an address without a password: https://host/path")
    return text


def webhook_commands(text: str) -> "frozenset[CallbackCommand]":
    """Parse a comma-separated list of callbacks."""
    from imtui.protocol.rest.callback import CallbackCommand

    names = [name.strip() for name in text.split(",")]
    known = [command.value for command in CallbackCommand]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"{unknown[0]!r} is no callback; there are: {', '.join(known)}"
        )
    return frozenset(map(CallbackCommand, names))


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui serve``.

    Raises:
        CommandError: The webhook token's file cannot be read or is empty, or a check failed.
        UsageError: A webhook option is given without ``--webhook``.
    """
    if arguments.embedded:
        from imtui.cli.embedded import process

        return process.run(arguments)
    if arguments.check:
        return _check(arguments.data)
    configure_logging(logging.StreamHandler())
    from imtui.server.node.backend import BackendConfig

    config = BackendConfig(
        data_dir=arguments.data,
        hosts=(arguments.host,),
        port=arguments.port,
        rest_port=arguments.rest_port,
        heartbeat_timeout=arguments.heartbeat_timeout,
        allowed_origins=tuple(arguments.allow_origin),
        max_connections=arguments.max_connections,
        max_per_address=arguments.max_per_address,
        trusted_proxies=tuple(arguments.trusted_proxy),
        disk_reserve=arguments.disk_reserve * 1024 * 1024,
        webhook=_webhook(arguments),
    )
    from imtui.server.edge.turns.fair_loop import new_loop

    run_async(_serve(config), new_loop)
    return EXIT_OK


def _check(folder: Path) -> int:
    from imtui.server.node.data_dir import DataDir
    from imtui.server.store.sqlite.checking import check_database
    from imtui.server.store.store import StoreError

    database = DataDir(folder).database
    try:
        findings = check_database(database)
    except StoreError as error:
        raise CommandError(str(error)) from error
    for finding in findings:
        print(finding)
    if findings:
        raise CommandError(f"The database {database} is damaged. Restore it from a backup.")
    print(f"The database {database} is sound")
    return EXIT_OK


def _webhook(arguments: argparse.Namespace) -> "WebhookConfig | None":
    from imtui.protocol.rest.callback import AFTER_EVENTS
    from imtui.server.webhook.config import WebhookConfig

    if arguments.webhook is None:
        if arguments.webhook_token_file or arguments.webhook_commands:
            raise UsageError("--webhook-token-file and --webhook-commands go with --webhook URL.")
        return None
    token = _webhook_token(arguments.webhook_token_file)
    return WebhookConfig(arguments.webhook, token, arguments.webhook_commands or AFTER_EVENTS)


def _webhook_token(file: Path | None) -> str:
    if file is None:
        return os.environ.get(WEBHOOK_TOKEN_VARIABLE, "").strip()
    try:
        with file.open("rb") as opened:
            token = opened.read(_TOKEN_FILE_MAX_BYTES).decode().strip()
    except OSError as error:
        raise CommandError(
            f"The webhook token's file {file} cannot be read: {error.strerror or error}."
        ) from error
    except UnicodeDecodeError:
        token = ""
    if not token:
        raise CommandError(f"There is no token in {file} (--webhook-token-file).")
    return token


async def _serve(config: "BackendConfig") -> None:
    from imtui.server.node.backend import Backend

    log_loop_exceptions(asyncio.get_running_loop())
    # Installed before the backend is ready: from then on other processes may send a signal.
    with stop_signals() as stopped:
        async with Backend(config) as backend, asyncio.TaskGroup() as group:
            print_ready_line(backend.address)
            failing = group.create_task(backend.wait_failed())
            await stopped.wait()
            failing.cancel()
