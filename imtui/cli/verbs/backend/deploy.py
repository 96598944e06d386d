"""``imtui deploy``: print files for other programs that run, front or watch the backend."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from imtui.cli.arguments import find_database, node_setting
from imtui.cli.errors import EXIT_OK, UsageError, print_notice
from imtui.cli.node_options import add_node_options, option_of, settings_source
from imtui.server.node.settings.file import SettingsError
from imtui.server.node.settings.kinds import NETWORKS
from imtui.server.node.settings.settings import SETTINGS

if TYPE_CHECKING:
    from imtui.cli.deploy.deployed import Deployed, File, Proxy


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
            named.required |= option == "--name" and program.needs_name
        add_node_options(one)
        one.set_defaults(run=run, program=program)


@dataclass(frozen=True)
class _Program:
    """A program that a file is for."""

    what: str
    make: "Callable[[Deployed, argparse.Namespace], File]"
    options: tuple[str, ...] = ()
    needs_name: bool = False


def run(arguments: argparse.Namespace) -> int:
    """Run ``imtui deploy``.

    Raises:
        UsageError: The settings are wrong, or the file cannot be made with them.
    """
    program: _Program = arguments.program
    file = program.make(_deployed(arguments), arguments)
    print(file.text, end="")
    sys.stdout.flush()
    for notice in file.notices:
        print_notice(notice)
    return EXIT_OK


def _systemd(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.systemd import systemd_unit

    return systemd_unit(deployed, arguments.user)


def _nginx(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.nginx import nginx_site

    return nginx_site(deployed, _proxy(arguments))


def _caddy(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.caddy import caddyfile

    return caddyfile(deployed, _proxy(arguments))


def _haproxy(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.haproxy import haproxy_config

    return haproxy_config(deployed, _proxy(arguments))


def _compose(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.compose import compose_project

    source = _path(arguments.source)
    if not Path(source, "pyproject.toml").is_file():
        raise UsageError(
            f"{source} is not the folder with imtui's source: it has no pyproject.toml."
        )
    return compose_project(deployed, _proxy(arguments), Path(source))


def _prometheus(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.prometheus import prometheus_config, prometheus_rules

    if arguments.rules:
        return prometheus_rules(deployed)
    return prometheus_config(deployed, arguments.name, _absolute(arguments.ca))


def _grafana(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.grafana import grafana_dashboard

    return grafana_dashboard(deployed)


def _fail2ban(deployed: "Deployed", arguments: argparse.Namespace) -> "File":
    from imtui.cli.deploy.fail2ban import fail2ban_jail

    return fail2ban_jail(deployed, arguments.listen or ())


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
    from imtui.cli.deploy.deployed import EVERYWHERE, THIS_MACHINE, Proxy

    proxy = Proxy(
        arguments.name,
        tuple(arguments.listen or EVERYWHERE),
        _absolute(arguments.certificate),
        _absolute(getattr(arguments, "key", None)),
        _absolute(getattr(arguments, "ca", None)),
        tuple(arguments.inside or THIS_MACHINE),
    )
    if hasattr(arguments, "key") and (proxy.certificate is None) is not (proxy.key is None):
        raise UsageError("--certificate and --key need each other: give both, or none.")
    return proxy


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else Path(_path(path))


def _path(path: Path) -> str:
    """Return a path from the root on; raises UsageError if it cannot stand in a line of a file."""
    # Links stay: systemd makes one to the data folder.
    text = os.path.normpath(path.absolute())
    if not text.isprintable():
        raise UsageError(f"{text!r} has characters that no file can have: rename it.")
    return text


def _host(text: str) -> str:
    from imtui.cli.deploy.deployed import is_host

    if not is_host(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host or address")
    return text


def _name(text: str) -> str:
    from imtui.cli.deploy.deployed import is_name

    if not is_name(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name such as chat.example.org")
    return text


def _user(text: str) -> str:
    if re.fullmatch(r"[a-z_][a-z0-9_-]{0,30}", text) is None or text == "root":
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a user of its own")
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
        "type": _name,
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
    "--source": {
        "type": Path,
        "metavar": "DIR",
        "required": True,
        "help": "the folder with imtui's source, of which the image is made",
    },
    "--rules": {"action": "store_true", "help": "print the rules for alerts instead"},
    "--user": {
        "type": _user,
        "metavar": "USER",
        "help": "the user of the service (imtui, which systemd makes if it can)",
    },
}
_OF_PROXY: Final = ("--name", "--node", "--listen", "--certificate", "--ca", "--inside")

_PROGRAMS: Final[Mapping[str, _Program]] = {
    "systemd": _Program("a unit that runs the backend", _systemd, ("--user", "--program")),
    "nginx": _Program("a site that is a proxy with TLS", _nginx, (*_OF_PROXY, "--key"), True),
    "caddy": _Program("a Caddyfile that is a proxy with TLS", _caddy, (*_OF_PROXY, "--key"), True),
    "haproxy": _Program("a configuration that is a proxy with TLS", _haproxy, _OF_PROXY, True),
    "compose": _Program(
        "a project of Docker Compose, with a database if the backend has one, and a proxy",
        _compose,
        ("--name", "--source", "--listen", "--certificate", "--key", "--inside"),
        True,
    ),
    "prometheus": _Program(
        "a configuration that reads the metrics, or rules for alerts",
        _prometheus,
        ("--node", "--name", "--ca", "--rules"),
    ),
    "grafana": _Program("a dashboard of the metrics", _grafana),
    "fail2ban": _Program("a jail for those who guess UserSigs", _fail2ban, ("--listen",)),
}
