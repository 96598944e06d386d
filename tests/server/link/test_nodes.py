"""The nodes that the core knows by their edges."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from imtui.protocol.errors import IMError
from imtui.server.link import nodes
from imtui.server.link.frames import LINK_VERSION, About, Batch, Hello
from imtui.server.link.nodes import Node, OneNode, RemoteNodes
from imtui.server.link.ops import DrainOp, decode_to_edge
from imtui.server.link.remote_edges import RemoteEdges
from tests.server.link.played import NONCE, NotingCore, PlayedTransport, greet, new_edges

OWN = About("own", "a", "0.1")
OTHER = About("other", "b", "0.2")


@pytest.fixture
async def edges(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RemoteEdges]:
    monkeypatch.setattr(nodes, "_ANSWERED_WITHIN", 0.0)
    made = new_edges(NotingCore())
    yield made
    await made.stop()


def join(
    edges: RemoteEdges, number: int, about: About, newest: int = LINK_VERSION
) -> PlayedTransport:
    """Connect an edge of a node."""
    transport = PlayedTransport(edges.accept())
    greet(transport, Hello(1, number, b"life", 0, 0, NONCE, newest, about))
    return transport


async def told(transport: PlayedTransport) -> list[object]:
    """Return what an edge is told."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    frames = (frame for frame in transport.take() if isinstance(frame, Batch))
    return [op for frame in frames for op in decode_to_edge(frame.ops)]


def refusal(nodes: RemoteNodes | OneNode, name: str) -> str:
    with pytest.raises(IMError) as refused:
        nodes.drain(name)
    assert refused.value.code == 70402
    return refused.value.message


async def test_each_node_is_listed_once_with_its_edges(edges: RemoteEdges) -> None:
    for number, about in ((1, OWN), (2, OTHER), (3, OTHER)):
        join(edges, number, about)
    edges.edges[2].sessions.add(2 << 40)
    edges.edges[3].sessions |= {3 << 40, (3 << 40) + 1}
    assert RemoteNodes(OWN, edges).all() == [
        Node("other", "0.2", has_core=False, edges=2, sessions=3),
        Node("own", "0.1", has_core=True, edges=1, sessions=0),
    ]


async def test_a_node_whose_edges_are_gone_or_end_is_not_listed(edges: RemoteEdges) -> None:
    join(edges, 1, OWN)
    gone, ending = join(edges, 2, OTHER), join(edges, 3, About("third", "c", "0.1"))
    gone.close()
    await asyncio.sleep(0)
    edges.edges[3].is_ending = True
    assert [node.name for node in RemoteNodes(OWN, edges).all()] == ["own"]
    assert not ending.is_closing()


async def test_one_edge_of_a_node_that_is_drained_is_told(edges: RemoteEdges) -> None:
    own = join(edges, 1, OWN)
    others = [join(edges, number, OTHER) for number in (2, 3)]
    RemoteNodes(OWN, edges).drain("other")
    assert [await told(one) for one in others] == [[DrainOp()], []]
    assert await told(own) == []


async def test_the_last_node_stays_though_the_others_are_only_about_to_end(
    edges: RemoteEdges,
) -> None:
    known = RemoteNodes(OWN, edges)
    for number, about in ((1, OWN), (2, OTHER), (3, About("third", "c", "0.1"))):
        join(edges, number, about)
    known.drain("other")
    known.drain("own")
    assert "only node" in refusal(known, "third")
    join(edges, 4, About("other", "started again", "0.2"))
    edges.edges[2].is_ending = True
    known.drain("third")


async def test_what_cannot_be_drained_is_refused(edges: RemoteEdges) -> None:
    known = RemoteNodes(OWN, edges)
    join(edges, 1, OWN)
    assert "only node" in refusal(known, "own")
    assert "imtui node list" in refusal(known, "third")
    join(edges, 2, OTHER, newest=1)
    assert "by SIGTERM" in refusal(known, "other")
    join(edges, 3, About(), newest=1)
    assert "no node ''" in refusal(known, "")
    join(edges, 4, About("own", "another run"))
    assert "2 nodes have the name own" in refusal(known, "own")


async def test_a_backend_in_one_process_is_one_node() -> None:
    one = OneNode(OWN, lambda: 3)
    assert one.all() == [Node("own", "0.1", has_core=True, edges=0, sessions=3)]
    assert "only node" in refusal(one, "own")
    assert "imtui node list" in refusal(one, "other")
