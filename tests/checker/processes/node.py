"""``imtui serve`` of a node whose lease, links and clients have less time than usual.

``python -m tests.checker.processes.node --data DIR --database DSN --link HOST:PORT``. Edges of
other nodes reach its core through a proxy. Its children are processes of this module, too.
"""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from functools import partial
from importlib import import_module
from typing import Any, Final

from tests.checker.processes.running import LINK, RETURN_WITHIN

TTL: Final = 1.0
_MODULE: Final = "tests.checker.processes.node"
_FIRST: Final = {
    # Before anything that takes it as a default is imported.
    "imtui.protocol.limits.RETURN_WITHIN": RETURN_WITHIN,
}
_CHANGED: Final = {
    "imtui.server.link.link_socket.DEAD_AFTER": 1.5,
    "imtui.server.link.link_socket.PING_EVERY": 0.3,
    "imtui.server.link.remote_core._WELCOMED_WITHIN": 1.5,
    "imtui.server.link.remote_core._RETRY_LAST": 0.3,
    "imtui.server.link.remote_edges._KEPT": RETURN_WITHIN,
    "imtui.server.node.core_node._EXTEND_EVERY": TTL / 5,
    "imtui.server.node.edges.edge_process._WITHOUT_CORE": 1.0,
    "imtui.server.node.edges.supervisor._AGAIN_LAST": 0.4,
    "imtui.server.node.shared.store._LOOK_EVERY": 0.1,
}
_spawn: Final = asyncio.create_subprocess_exec


async def _start_child(program: str, *arguments: str, **options: Any) -> Process:
    assert arguments[:3] == ("-m", "imtui", "serve")
    return await _spawn(program, "-m", _MODULE, *arguments[3:], **options)


def _replace(name: str, value: object) -> None:
    module, _, attribute = name.rpartition(".")
    assert hasattr(import_module(module), attribute), name
    setattr(import_module(module), attribute, value)


def _main() -> None:
    for name, value in (_FIRST | _CHANGED).items():
        _replace(name, value)
    from imtui.server.node.shared.store import until_taken
    from imtui.server.store.postgres.lease import Lease

    _replace("imtui.server.store.postgres.lease.Lease", partial(Lease, ttl=TTL))
    _replace(
        "imtui.server.node.edges.core_process.until_taken",
        # Others learn of the proxy's address instead of its own.
        lambda store, address, *rest: until_taken(store, os.environ[LINK], *rest),
    )
    _replace("asyncio.create_subprocess_exec", _start_child)
    from imtui.cli.entry import run

    sys.argv[0:1] = ["imtui", "serve"]
    sys.exit(run())


if __name__ == "__main__":
    _main()
