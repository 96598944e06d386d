"""``imtui node``: list and drain the nodes of a backend."""

import argparse
from typing import TYPE_CHECKING, Final

from imtui.cli.admin.calls import call
from imtui.cli.admin.options import add_admin_options, admin_client
from imtui.cli.arguments import add_json_option
from imtui.cli.errors import EXIT_OK
from imtui.cli.json_line import json_line
from imtui.cli.output.tally import print_listed
from imtui.cli.signals import run_async

if TYPE_CHECKING:
    from imtui.cli.admin.answers import Node

_SERVICE: Final = "imtui_node"
_HEADS: Final = ("NODE", "IMTUI", "CORE", "EDGES", "SESSIONS")


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the parser of ``imtui node``."""
    parser = verbs.add_parser(
        "node",
        help="list and drain the nodes of a backend, as an admin",
        description="List and drain the nodes of a running backend: the machines that share its "
        "database.",
    )
    actions = parser.add_subparsers(dest="action", metavar="list | drain", required=True)
    shown = actions.add_parser(
        "list",
        help="list the nodes",
        description="List the nodes: which imtui each runs, which has the core, and how many "
        "connections it has.",
    )
    add_json_option(shown)
    drain = actions.add_parser(
        "drain",
        help="let a node end",
        description="Let a node end, as SIGTERM does: its clients and the core go to other nodes, "
        "and nobody's status changes.",
    )
    drain.add_argument("name", metavar="NAME", help="its name, as imtui node list shows it")
    for action, command in ((shown, run_list), (drain, run_drain)):
        add_admin_options(action)
        action.set_defaults(run=command)


def run_list(arguments: argparse.Namespace) -> int:
    """Run ``imtui node list``."""
    from imtui.cli.admin.answers import Nodes

    nodes = run_async(call(admin_client(arguments), f"{_SERVICE}/list", {}, Nodes)).nodes
    print_listed(nodes, _HEADS, _row, _json_line, as_json=arguments.json)
    return EXIT_OK


def run_drain(arguments: argparse.Namespace) -> int:
    """Run ``imtui node drain``."""
    body = {"Name": arguments.name}
    run_async(call(admin_client(arguments), f"{_SERVICE}/drain", body, dict))
    print(f"{arguments.name} ends; its clients and the core go to other nodes.")
    return EXIT_OK


def _row(node: "Node") -> tuple[str, ...]:
    has_core = "yes" if node.has_core else ""
    return node.name or "?", node.release or "?", has_core, str(node.edges), str(node.sessions)


def _json_line(node: "Node") -> str:
    return json_line(
        {
            "name": node.name,
            "release": node.release,
            "hasCore": node.has_core,
            "edges": node.edges,
            "sessions": node.sessions,
        }
    )
