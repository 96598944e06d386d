"""The nodes of a backend: which there are, and how an admin ends one."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Final, Protocol

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.rest.body import Body
from imtui.server.link.edge_queues import EdgeQueues, RemoteEdge
from imtui.server.link.frames import About
from imtui.server.link.ops import DrainOp

_ANSWERED_WITHIN: Final = 0.5
"""How much later a node ends than an admin wants it, in seconds: it may pass the answer on."""
_DRAINS_FROM: Final = 2
"""The first version of the link with which nodes can be told to end."""


class Node(Body, frozen=True):
    """A node that serves, as the REST API shows it."""

    name: str
    """Empty if its imtui is too old to tell it."""
    release: str
    """The version of imtui that it runs."""
    has_core: bool
    edges: int
    """How many processes of it hold connections; 0 if all is in one."""
    sessions: int
    """How many connections of clients it has that asked for something."""


class Nodes(Protocol):
    """All nodes of a backend."""

    def all(self) -> list[Node]:
        """Return the nodes, by name."""

    def drain(self, name: str) -> None:
        """Let a node end: its clients and the core go to other nodes.

        Raises:
            IMError: 70402 if there is no such node, or no other one.
        """


class OneNode:
    """A backend in one process."""

    def __init__(self, about: About, sessions: Callable[[], int]) -> None:
        """Take what is known of it, and what counts its sessions."""
        self._about = about
        self._sessions = sessions

    def all(self) -> list[Node]:
        """Return the one node."""
        about = self._about
        return [Node(about.node, about.release, has_core=True, edges=0, sessions=self._sessions())]

    def drain(self, name: str) -> None:
        """Refuse: there is no other node."""
        raise _unknown(name) if name != self._about.node else _the_only_one()


class RemoteNodes:
    """The nodes whose edges have a link to the core."""

    def __init__(self, about: About, queues: EdgeQueues) -> None:
        """Take what is known of the core's own node, and all edges."""
        self._about = about
        self._queues = queues
        self._ending: set[About] = set()
        """The nodes that were told to end; one that is started again counts as another."""

    def all(self) -> list[Node]:
        """Return the nodes, by name."""
        return sorted(
            (
                Node(
                    about.node,
                    about.release,
                    has_core=about == self._about,
                    edges=len(edges),
                    sessions=sum(len(edge.sessions) for edge in edges),
                )
                for about, edges in self._edges().items()
            ),
            key=lambda node: node.name,
        )

    def drain(self, name: str) -> None:
        """Let a node end, by one of its edges."""
        nodes = self._edges()
        named = [(about, edges) for about, edges in nodes.items() if about.node == name]
        if not named or not name:
            raise _unknown(name)
        if len(named) > 1:
            raise _refused(
                f"{len(named)} nodes have the name {name}: end one by SIGTERM, and give each a "
                "name of its own with --node-name."
            )
        ((about, edges),) = named
        if not any(others for one, others in nodes.items() if one not in {about, *self._ending}):
            raise _the_only_one()
        edge = next((edge for edge in edges if edge.version >= _DRAINS_FROM), None)
        if edge is None:
            raise _refused(f"The edges of {name} are gone: end it by SIGTERM.")
        self._ending.add(about)
        asyncio.get_running_loop().call_later(_ANSWERED_WITHIN, self._send, edge)

    def _send(self, edge: RemoteEdge) -> None:
        edge.queue.append(DrainOp())
        self._queues.send(edge)

    def _edges(self) -> dict[About, list[RemoteEdge]]:
        found: defaultdict[About, list[RemoteEdge]] = defaultdict(list)
        found[self._about] = []
        for edge in self._queues.edges.values():
            if edge.socket is not None and not edge.is_ending:
                found[edge.about].append(edge)
        return found


def _unknown(name: str) -> IMError:
    return _refused(f"There is no node {name!r}: imtui node list names them.")


def _the_only_one() -> IMError:
    return _refused("It is the only node: start another one first, or end it by SIGTERM.")


def _refused(problem: str) -> IMError:
    return IMError(ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS, problem)
