"""``imtui_node``, which the field does not have: the nodes of the backend."""

from typing import Annotated, Final

from msgspec import Meta

from imtui.protocol.limits import NODE_NAME_MAX
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.role import Role
from imtui.server.commands.command import Answer, Call, Command, extension
from imtui.server.link.nodes import Node

_SERVICE: Final = extension("imtui_node")


class NodeDrain(Body, frozen=True):
    """Which node ends."""

    name: Annotated[str, Meta(max_length=NODE_NAME_MAX)]


class NodesTold(Body, frozen=True):
    """All nodes, by name."""

    node_item: list[Node]


def _list(call: Call, params: Answer) -> NodesTold:
    return NodesTold(call.nodes.all())


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
