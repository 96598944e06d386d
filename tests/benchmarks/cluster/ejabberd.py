"""Three nodes of ejabberd, as many as of ours, and what a change costs on either.

Our CPU time is that of all processes of all nodes, and of PostgreSQL; that of ejabberd is of its
three Erlang VMs, which keep the sessions themselves.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Final

from tests.benchmarks.cluster.spread import SUITE_NAME, three
from tests.benchmarks.edges import works
from tests.benchmarks.edges.turns import take_turns
from tests.benchmarks.edges.works import Size, Work
from tests.benchmarks.figures import Figure
from tests.benchmarks.peers.needs import EJABBERD, is_here
from tests.benchmarks.server.hosts import Ejabberd, Host, Rosters
from tests.benchmarks.server.processes import (
    LOOPBACK,
    children_of,
    free_port,
    said_by,
    started,
    wait_for,
)
from tests.benchmarks.server.setting import folder_for
from tests.benchmarks.server.wires import PUBLISHER, XMPPWire
from tests.server.store.postgres.cluster import PostgresServer

_NODES: Final = 3
_PARTNER: Final = "ejabberd, 3 nodes; c2s on TCP without TLS, no module beyond presence"
_ONLY_HERE: Final = ("-kernel", "inet_dist_use_interface", "{127,0,0,1}")
_JOIN: Final = "ok = ejabberd_cluster:join('{first}'), io:format(\"joined~n\")."


@contextmanager
def three_of_ejabberd(rosters: Rosters) -> Iterator[Host]:
    """Run three nodes of ejabberd that are a cluster, with the given accounts."""
    with ExitStack() as stack:
        names_port = free_port()
        folder = stack.enter_context(folder_for("epmd"))
        names = ("epmd", "-address", LOOPBACK, "-port", names_port)
        wait_for(names_port, stack.enter_context(started(*names, log=folder / "log")))
        cookie = ("-setcookie", secrets.token_hex(8), *_ONLY_HERE)
        nodes = [f"node{number}@{LOOPBACK}" for number in range(_NODES)]
        hosts: list[Host] = []
        for node in nodes:
            ejabberd = Ejabberd(
                "-name", node, *cookie, environment={"ERL_EPMD_PORT": str(names_port)}
            )
            folder = stack.enter_context(folder_for(node))
            port = free_port()
            if not hosts:
                ejabberd.seed(folder, rosters)
                process = stack.enter_context(ejabberd.started(folder, port))
            else:
                joining = ("-eval", _JOIN.format(first=nodes[0]))
                process = stack.enter_context(ejabberd.started(folder, port, *joining))
                said_by(process)
            wait_for(port, process)
            hosts.append(Host(process.pid, (LOOPBACK, port), XMPPWire()))
        first, *others = hosts
        yield replace(first, others=tuple(others))


def measure_beside_ejabberd(server: PostgresServer, size: Size) -> Iterator[Figure]:
    """Measure the CPU time of a delivered change beside a cluster of ejabberd, if it is here."""
    if not is_here("ejabberd", EJABBERD):
        return
    few = [f"p{number}" for number in range(size.publishers)]
    cases: tuple[tuple[str, Callable[[Size, Host, ExitStack], Work], Rosters, int], ...] = (
        (
            f"a change to {size.watchers} watchers",
            works.star(size.watchers),
            {PUBLISHER: [f"w{number}" for number in range(size.watchers)]},
            size.watchers,
        ),
        (
            f"{size.publishers} changes at once to {size.few} watchers each",
            works.stars,
            {user: [f"{user}w{number}" for number in range(size.few)] for user in few},
            size.publishers * size.few,
        ),
    )
    for name, prepare, watched, deliveries in cases:
        rosters = {**watched, **{one: [user] for user, ones in watched.items() for one in ones}}
        with ExitStack() as stack:
            ours = stack.enter_context(three(server.database(f"beside{secrets.token_hex(8)}")))
            hosts: dict[str, Host] = {
                SUITE_NAME: replace(ours, database=partial(_processes_of, server)),
                _PARTNER: stack.enter_context(three_of_ejabberd(rosters)),
            }
            turns = take_turns(SUITE_NAME, hosts, prepare, size, size.repeats, stack)
        yield turns.cpu(
            f"{name}, 3 nodes, beside ejabberd",
            "us/delivery",
            lambda used: used.all,
            size.repeats * deliveries,
            ratio_max=0.5,
        )


def _processes_of(server: PostgresServer) -> list[int]:
    return [server.process.pid, *children_of(server.process.pid)]
