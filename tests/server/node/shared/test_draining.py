"""An admin lets a node end; its clients and the core go to the others, and nobody notices."""

import json

from tests.server.node.shared.nodes import Node, Nodes
from tests.server.node.shared.noticing import unnoticed


async def listed(node: Node) -> dict[str, bool]:
    """Return the nodes, and which of them has the core."""
    lines = (await node.admin("node", "list", "--json")).splitlines()
    return {one["name"]: one["hasCore"] for one in map(json.loads, lines)}


async def test_nodes_are_drained_one_after_the_other(linked: Nodes) -> None:
    first, second = linked.all
    assert await listed(first) == {first.name: True, second.name: False}
    async with (
        linked.client("alice", second, first) as (alice, _),
        linked.client("bob", first, second) as (bob, heard),
        unnoticed(alice, bob, heard),
    ):
        await first.admin("node", "drain", second.name)
        assert await second.ended() == 0
        assert await listed(first) == {first.name: True}
        await second.start()
        await second.until_ready()
        await first.admin("node", "drain", first.name)
        assert await first.ended() == 0
        assert "An admin drains this node" in first.log
        await first.start()
        await first.until_ready()
        assert await listed(first) == {first.name: False, second.name: True}
