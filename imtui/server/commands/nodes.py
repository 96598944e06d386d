"""``imtui_node``, which the field does not have: the nodes of the backend."""

from typing import Annotated, Final

from msgspec import Meta

from imtui.protocol.limits import NODE_NAME_MAX
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import Answer, Call, Command, extension

_SERVICE: Final = extension("imtui_node")


class NodeDrain(Body, frozen=True):
    """Which node ends."""

    name: Annotated[str, Meta(max_length=NODE_NAME_MAX)]


class NodeItem(Body, frozen=True):
    """A node that serves."""

    name: str
    """Empty if its imtui is too old to tell it."""
    release: str
    """The version of imtui that it runs."""
    has_core: bool
    edges: int
    """How many processes of it hold connections; 0 if all is in one."""
    sessions: int
    """How many connections of clients it has that asked for something."""


class NodesTold(Body, frozen=True):
    """All nodes, by name."""

    node_item: list[NodeItem]


def _list(call: Call, params: Answer) -> NodesTold:
    return NodesTold(
        [
            NodeItem(node.name, node.release, node.has_core, node.edges, node.sessions)
            for node in call.nodes.all()
        ]
    )


def _drain(call: Call, params: NodeDrain) -> Answer:
    call.nodes.drain(params.name)
    return Answer()


COMMANDS: Final = (
    Command(
        _SERVICE,
        "list",
        "Return the nodes of the backend.",
        Answer,
        NodesTold,
        _list,
        role=Role.READ,
        is_read_only=True,
    ),
    Command(
        _SERVICE,
        "drain",
        "Let a node end, so that its clients and the core go to other nodes.",
        NodeDrain,
        Answer,
        _drain,
        # Nothing is stored.
        is_read_only=True,
    ),
)
