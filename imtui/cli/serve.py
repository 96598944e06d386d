"""``imtui serve``: the backend."""

import argparse
import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from imtui.cli.arguments import port_number, seconds
from imtui.cli.errors import EXIT_OK
from imtui.cli.serving import announce, log_to
from imtui.cli.signals import ending_signals
from imtui.protocol import limits

if TYPE_CHECKING:
    from imtui.server.backend import BackendConfig


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "serve", help="run the backend", description="Run the backend until SIGTERM or Ctrl-C."
    )
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (127.0.0.1)")
    parser.add_argument(
        "--port", type=port_number, default=7788, help="the WebSocket's port (7788; 0: a free one)"
    )
    parser.add_argument(
        "--rest-port", type=port_number, default=7789, help="the REST port (7789; 0: a free one)"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", required=True, help="the folder of what is kept"
    )
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
        help="let web pages of this origin connect; may be repeated",
    )
    _add_hidden_options(parser)
    parser.set_defaults(run=run)


def _add_hidden_options(parser: argparse.ArgumentParser) -> None:
    """Add what the app says when it starts the backend of this machine."""
    parser.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--socket-dir", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--start-grace", type=seconds, default=20.0, help=argparse.SUPPRESS)
    parser.add_argument("--idle-grace", type=seconds, default=10.0, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb."""
    if arguments.embedded:
        from imtui.cli import embedded_serve

        return embedded_serve.run(arguments)
    log_to(logging.StreamHandler())
    from imtui.server.backend import BackendConfig

    config = BackendConfig(
        data_dir=arguments.data,
        host=arguments.host,
        port=arguments.port,
        rest_port=arguments.rest_port,
        heartbeat_timeout=arguments.heartbeat_timeout,
        allowed_origins=tuple(arguments.allow_origin),
    )
    asyncio.run(_serve(config))
    return EXIT_OK


async def _serve(config: "BackendConfig") -> None:
    from imtui.server.backend import Backend

    # Before the backend is ready: from then on others may ask it to end.
    with ending_signals() as ended:
        async with Backend(config) as backend, asyncio.TaskGroup() as group:
            announce(backend.address)
            failing = group.create_task(backend.wait_failed())
            await ended.wait()
            failing.cancel()
