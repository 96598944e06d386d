"""``imtui deploy``: print files for other programs that run, front or watch the backend."""

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from imtui.cli.arguments import find_database, node_setting
from imtui.cli.errors import EXIT_OK, UsageError, print_notice
from imtui.cli.node_options import add_node_options, option_of, settings_source
from imtui.server.node.settings.file import SettingsError
from imtui.server.node.settings.kinds import NETWORKS
from imtui.server.node.settings.settings import SETTINGS

if TYPE_CHECKING:
    from imtui.cli.deploy.deployed import Deployed, Proxy


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui deploy``."""
    parser = verbs.add_parser(
        "deploy",
        help="print files for systemd, proxies and monitors",
        description="Print a file for another program that runs, fronts or watches the backend. "
        "It fits the settings of the backend; options of imtui serve count, too.",
    )
    programs = parser.add_subparsers(metavar=" | ".join(_PROGRAMS), required=True)
    for name, program in _PROGRAMS.items():
        one = programs.add_parser(name, help=program.what, description=f"Print {program.what}.")
        one.add_argument("--data", type=Path, metavar="DIR", required=True, help="the data folder")
        for option in program.options:
            named = one.add_argument(option, **_OPTIONS[option])
            named.required = option == "--name" and program.has_proxy
        add_node_options(one)
        one.set_defaults(run=run, program=program)


@dataclass(frozen=True)
class _Program:
    """A program that a file is for."""

    what: str
    function: str
    """The function in ``imtui.cli.deploy`` that makes the file."""
    options: tuple[str, ...] = ()
    has_proxy: bool = False
    """Whether the function also takes a proxy."""
    named: tuple[str, ...] = ()
    """The options that the function takes by their names."""


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui deploy``.

    Raises:
        UsageError: The settings are wrong, or the file cannot be made with them.
    """
    program: _Program = arguments.program
    module, _, function = program.function.partition(".")
    more: list[Any] = [_proxy(arguments)] if program.has_proxy else []
    given = ((option[2:], getattr(arguments, option[2:])) for option in program.named)
    named = {name: _absolute(value) for name, value in given}
    make = getattr(import_module(f"imtui.cli.deploy.{module}"), function)
    file = make(_deployed(arguments), *more, **named)
    print(file.text, end="")
    sys.stdout.flush()
    for notice in file.notices:
        print_notice(notice)
    return EXIT_OK


def _deployed(arguments: argparse.Namespace) -> "Deployed":
    from imtui.cli.deploy.deployed import Deployed
    from imtui.server.node.shared.address import VARIABLE

    source = settings_source(arguments)
    try:
        settings = source.read()
    except SettingsError as error:
        raise UsageError(str(error)) from error
    find_database(settings.database)
    options: list[str] = []
    if arguments.config is not None:
        options += ["--config", _path(arguments.config)]
    for name in SETTINGS:
        given = getattr(arguments, name)
        for value in given if isinstance(given, list) else [given] if given is not None else []:
            text = _path(value) if isinstance(value, Path) else str(value)
            options += [option_of(name), text]
    return Deployed(
        settings,
        Path(_path(arguments.data)),
        _program(getattr(arguments, "program_path", None)),
        tuple(options),
        # Whatever the settings say, it wins.
        has_database_variable="://" in os.environ.get(VARIABLE, ""),
        nodes=tuple(dict.fromkeys(getattr(arguments, "node", None) or ())),
    )


def _program(given: Path | None) -> tuple[str, ...]:
    beside = Path(sys.executable).with_name("imtui")
    if given is None and not beside.exists():
        return sys.executable, "-m", "imtui"
    return (_path(given or beside),)


def _proxy(arguments: argparse.Namespace) -> "Proxy":
    from imtui.cli.deploy.deployed import Proxy

    given = {
        "listen": tuple(arguments.listen or ()),
        "certificate": arguments.certificate,
        "key": getattr(arguments, "key", None),
        "authorities": getattr(arguments, "ca", None),
        "inside": tuple(arguments.inside or ()),
    }
    if hasattr(arguments, "key") and (given["certificate"] is None) is not (given["key"] is None):
        raise UsageError("--certificate and --key need each other: give both, or none.")
    return Proxy(arguments.name, **{name: _absolute(one) for name, one in given.items() if one})


def _absolute(value: Any) -> Any:
    return Path(_path(value)) if isinstance(value, Path) else value


def _path(path: Path) -> str:
    """Return a path from the root on; raises UsageError if it cannot stand in a line of a file."""
    text = str(path.absolute())
    if not text.isprintable():
        raise UsageError(f"{text!r} has characters that no file can have: rename it.")
    return text


def _host(text: str) -> str:
    from imtui.cli.deploy.deployed import is_host

    if not is_host(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host or address")
    return text


def _listen(text: str) -> str:
    from imtui.cli.deploy.deployed import is_listened

    if not is_listened(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not such as 0.0.0.0:443 or [::]:443")
    return text


def _network(text: str) -> Any:
    return node_setting(NETWORKS, text)


_OPTIONS: Final[Mapping[str, dict[str, Any]]] = {
    "--name": {
        "type": _host,
        "metavar": "NAME",
        "help": "the name by which clients know the backend, such as chat.example.org",
    },
    "--listen": {
        "type": _listen,
        "action": "append",
        "metavar": "ADDR:PORT",
        "help": "an address of the proxy (0.0.0.0:443 and [::]:443); may be repeated",
    },
    "--certificate": {
        "type": Path,
        "metavar": "FILE",
        "help": "the proxy's certificate, in PEM (where the program usually has it)",
    },
    "--key": {"type": Path, "metavar": "FILE", "help": "its private key, in PEM"},
    "--ca": {
        "type": Path,
        "metavar": "FILE",
        "help": "the CAs of the certificates of backends with TLS, in PEM (the system's)",
    },
    "--inside": {
        "type": _network,
        "action": "append",
        "metavar": "ADDR",
        "help": "who may read /metrics: an address or a network (this machine); may be repeated",
    },
    "--node": {
        "type": _host,
        "action": "append",
        "metavar": "HOST",
        "help": "a machine with the backend (this one); may be repeated",
    },
    "--program": {
        "type": Path,
        "dest": "program_path",
        "metavar": "FILE",
        "help": "the program imtui (the one that prints this)",
    },
    "--rules": {"action": "store_true", "help": "print the rules for alerts instead"},
    "--user": {
        "type": _host,
        "metavar": "USER",
        "help": "the user of the service (imtui, which systemd makes if it can)",
    },
}
_OF_PROXY: Final = ("--name", "--node", "--listen", "--certificate", "--ca", "--inside")

_PROGRAMS: Final[Mapping[str, _Program]] = {
    "systemd": _Program(
        "a unit that runs the backend",
        "systemd.systemd_unit",
        ("--user", "--program"),
        named=("--user",),
    ),
    "nginx": _Program(
        "a site that is a proxy with TLS", "nginx.nginx_site", (*_OF_PROXY, "--key"), True
    ),
    "caddy": _Program(
        "a Caddyfile that is a proxy with TLS", "caddy.caddyfile", (*_OF_PROXY, "--key"), True
    ),
    "haproxy": _Program(
        "a configuration that is a proxy with TLS", "haproxy.haproxy_config", _OF_PROXY, True
    ),
    "compose": _Program(
        "a project of Docker Compose, with a database if the backend has one, and a proxy",
        "compose.compose_project",
        ("--name", "--listen", "--certificate", "--key", "--inside"),
        True,
    ),
    "prometheus": _Program(
        "a configuration that reads the metrics, or rules for alerts",
        "prometheus.prometheus_config",
        ("--node", "--name", "--ca", "--rules"),
        named=("--name", "--ca", "--rules"),
    ),
    "grafana": _Program("a dashboard of the metrics", "grafana.grafana_dashboard"),
    "fail2ban": _Program(
        "a jail for those who guess UserSigs",
        "fail2ban.fail2ban_jail",
        ("--listen",),
        named=("--listen",),
    ),
}
