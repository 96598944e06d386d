"""``imtui serve``: run the backend."""

import argparse
import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from imtui.cli.accounts.secret_file import read_secret
from imtui.cli.arguments import find_database, seconds
from imtui.cli.checks import check_data, check_settings
from imtui.cli.errors import EXIT_OK, UsageError
from imtui.cli.folding import log_loop_exceptions
from imtui.cli.node_options import add_node_options, settings_source
from imtui.cli.service_manager import ServiceManager
from imtui.cli.serving import configure_logging, log_as, print_ready_line, set_log_level
from imtui.cli.signals import reload_signal, run_async, stop_signals
from imtui.server.garbage import keep_collections_short
from imtui.server.node.disk_reserve import MEBIBYTE
from imtui.server.node.settings.file import SettingsError, SettingsSource
from imtui.server.node.settings.reload import Reloader
from imtui.server.node.settings.settings import NodeSettings

if TYPE_CHECKING:
    from imtui.protocol.rest.callback import CallbackCommand
    from imtui.server.node.backend import Backend
    from imtui.server.node.config import BackendConfig
    from imtui.server.node.edges.supervisor import EdgedBackend

WEBHOOK_TOKEN_VARIABLE: Final = "IMTUI_WEBHOOK_TOKEN"


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui serve``."""
    parser = verbs.add_parser(
        "serve", help="run the backend", description="Run the backend until SIGTERM or Ctrl-C."
    )
    parser.add_argument("--data", type=Path, metavar="DIR", required=True, help="the data folder")
    parser.add_argument(
        "--heartbeat-timeout",
        type=heartbeat_timeout,
        metavar="S",
        help="set heartbeat_timeout: seconds of silence after which a device is lost (400)",
    )
    add_node_options(parser)
    parser.add_argument(
        "--check-config",
        action="store_true",
        help="only check the settings, and list all that is wrong with them",
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
        help="set webhook_url: send callbacks to this address of your own server",
    )
    parser.add_argument(
        "--webhook-token-file",
        type=Path,
        metavar="FILE",
        help="set webhook_token, which signs callbacks, from a file; without it, "
        f"{WEBHOOK_TOKEN_VARIABLE} is used",
    )
    parser.add_argument(
        "--webhook-commands",
        type=webhook_commands,
        metavar="A,B",
        help="set webhook_commands: the callbacks to send, such as State.StateChange (all that "
        "follow an event)",
    )


def _add_hidden_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the embedded backend, and of the processes that a backend starts."""
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--socket-dir", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--start-grace", type=seconds, default=20.0, help=argparse.SUPPRESS)
    parser.add_argument("--idle-grace", type=seconds, default=10.0, help=argparse.SUPPRESS)


def _checked(check: Callable[[object], Any], text: str) -> Any:
    try:
        return check(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not {error}") from None


def webhook_url(text: str) -> str:
    """Parse the address of a webhook."""
    from imtui.server.core.console_values import check_webhook_url

    url: str = _checked(check_webhook_url, text)
    return url


def webhook_commands(text: str) -> "tuple[CallbackCommand, ...]":
    """Parse a comma-separated list of callbacks."""
    from imtui.server.core.console_values import check_webhook_commands

    commands: tuple[CallbackCommand, ...] = _checked(check_webhook_commands, text)
    if not commands:
        raise argparse.ArgumentTypeError("no callback is named")
    return commands


def heartbeat_timeout(text: str) -> float:
    """Parse the heartbeat time-out."""
    from imtui.server.core.console_values import check_heartbeat_timeout

    seconds: float = _checked(check_heartbeat_timeout, text)
    return seconds


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui serve``.

    Raises:
        CommandError: The webhook token's file cannot be read or is empty, or a check failed.
        UsageError: The settings are wrong.
    """
    if arguments.child:
        return _run_child()
    if arguments.embedded:
        from imtui.cli.embedded import process

        return process.run(arguments)
    if arguments.check:
        return check_data(arguments.data)
    source = settings_source(arguments)
    if arguments.check_config:
        return check_settings(source)
    configure_logging(logging.StreamHandler())
    keep_collections_short()
    # Before any child process starts, which must not speak for this one.
    manager = ServiceManager.from_environment()
    app_settings = _app_settings(arguments)

    def config(settings: NodeSettings) -> "BackendConfig":
        from imtui.server.node.config import BackendConfig, host_name

        return BackendConfig(
            data_dir=arguments.data,
            hosts=settings.host,
            port=settings.port,
            rest_port=settings.rest_port,
            allowed_origins=settings.allow_origin,
            max_connections=settings.max_connections,
            max_per_address=settings.max_per_address,
            trusted_proxies=settings.trusted_proxy,
            tls=settings.certificate_files,
            database=find_database(settings.database),
            node_name=settings.node_name or host_name(),
            link=settings.link,
            disk_reserve=settings.disk_reserve * MEBIBYTE,
            settings=app_settings,
            log_level=settings.log_level,
        )

    from imtui.server.edge.turns.fair_loop import new_loop

    run_async(_serve(source, config, manager), new_loop)
    return EXIT_OK


def _run_child() -> int:
    from imtui.server.edge.turns.fair_loop import new_loop
    from imtui.server.node.edges.child import run_child

    configure_logging(logging.StreamHandler())
    keep_collections_short()

    def log_child(process: str) -> None:
        log_as(process)
        log_loop_exceptions(asyncio.get_running_loop())

    return run_child(log_child, set_log_level, new_loop)


def _app_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of the console that the options set."""
    given = {
        "webhook_url": arguments.webhook,
        "webhook_token": _webhook_token(arguments.webhook_token_file) or None,
        "webhook_commands": arguments.webhook_commands,
        "heartbeat_timeout": arguments.heartbeat_timeout,
    }
    return {name: value for name, value in given.items() if value is not None}


def _webhook_token(file: Path | None) -> str:
    if file is None:
        return os.environ.get(WEBHOOK_TOKEN_VARIABLE, "").strip()
    return read_secret(file, "the webhook token", "--webhook-token-file")


def _backend(
    config: "BackendConfig",
    edges: int,
    on_drain: Callable[[], None],
    on_stand_by: Callable[[], None],
) -> "Backend | EdgedBackend":
    if config.database is not None:
        from imtui.server.node.edges.clustered import ClusteredBackend

        return ClusteredBackend(config, edges or 1, on_drain, on_stand_by)
    if edges:
        from imtui.server.node.edges.supervisor import EdgedBackend

        return EdgedBackend(config, edges)
    from imtui.server.node.backend import Backend

    return Backend(config)


def _trust(ca_file: Path) -> None:
    from imtui.trust import CA_FILE_VARIABLE, TrustError, trusted

    try:
        trusted(ca_file)
    except TrustError as error:
        raise UsageError(str(error)) from error
    # The edges inherit it.
    os.environ[CA_FILE_VARIABLE] = str(ca_file.absolute())


async def _is_ready(
    backend: contextlib.AbstractAsyncContextManager[object],
    stack: contextlib.AsyncExitStack,
    stopped: asyncio.Event,
) -> bool:
    """Start a backend, and tell whether it is ready; it is not if it is stopped before."""
    from imtui.server.node.parts import until_either

    starting = asyncio.create_task(stack.enter_async_context(backend))
    return starting in await until_either(starting, stopped.wait())


async def _serve(
    source: SettingsSource,
    config: "Callable[[NodeSettings], BackendConfig]",
    manager: ServiceManager,
) -> None:
    log_loop_exceptions(asyncio.get_running_loop())
    # Installed before the backend is ready: from then on other processes may send a signal.
    with stop_signals(hang_up=False) as stopped, reload_signal() as asked:
        try:
            settings = source.read()
        except SettingsError as error:
            raise UsageError(str(error)) from error
        set_log_level(settings.log_level)
        if settings.ca_file is not None:
            _trust(settings.ca_file)
        started = config(settings)
        if settings.edges or started.database is not None:
            log_as("parent")
        is_serving = False

        def stand_by() -> None:
            if not is_serving:
                # The service manager need not wait for a failure of another node.
                manager.ready("The core of this node stands by")

        async with contextlib.AsyncExitStack() as stack:
            backend = _backend(started, settings.edges, stopped.set, stand_by)
            # Also while it stands by, which may be for long.
            feeding = asyncio.create_task(manager.feed_watchdog(backend.until_alive))
            stack.callback(feeding.cancel)
            # One that stands by may never be ready.
            is_serving = await _is_ready(backend, stack, stopped)
            if not is_serving:
                return

            async def adjust(changed: NodeSettings) -> None:
                set_log_level(changed.log_level)
                await backend.adjust(config(changed))

            group = await stack.enter_async_context(asyncio.TaskGroup())
            print_ready_line(backend.address)
            manager.ready(f"WebSocket on {backend.address.ws}, REST on {backend.address.rest}")
            reloader = Reloader(source, settings, adjust)
            parts = (backend.wait_failed(), reloader.run(asked, manager.reloading))
            tasks = [group.create_task(part) for part in parts]
            await stopped.wait()
            manager.stopping()
            for task in tasks:
                task.cancel()
