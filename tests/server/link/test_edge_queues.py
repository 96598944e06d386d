"""What the core sends to its edges: each gets what concerns its own sessions, and nothing else."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imtui.server.link import edge_queues
from imtui.server.link.edge_queues import EdgeQueues, RemoteEdge
from imtui.server.link.ops import StatusOp
from imtui.server.link.ports import EDGE_SHIFT

EDGES = (1, 2, 3)
GONE = 4

_sessions = st.lists(
    st.builds(
        lambda edge, number: (edge << EDGE_SHIFT) + number,
        st.sampled_from((*EDGES, GONE)),
        st.integers(1, 5),
    ),
    unique=True,
)


def expected(session_ids: list[int]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for session_id in session_ids:
        found[session_id >> EDGE_SHIFT].append(session_id)
    return {edge: found[edge] for edge in EDGES if edge in found}


@given(
    lists=st.lists(_sessions, min_size=1),
    told=st.lists(st.tuples(st.sampled_from(("alice", "bob")), st.integers(0, 9))),
)
def test_a_status_goes_to_the_sessions_of_each_edge_whatever_was_sent_before(
    lists: list[list[int]], told: list[tuple[str, int]]
) -> None:
    queues = EdgeQueues()
    for number in EDGES:
        queues.edges[number] = RemoteEdge(number, b"")
    for user_id, which in told:
        session_ids = lists[which % len(lists)]
        queues.status(user_id, b"{}", session_ids)
        sent = {number: edge.queue for number, edge in queues.edges.items() if edge.queue}
        assert sent == {
            edge: [StatusOp(user_id, b"{}", sessions)]
            for edge, sessions in expected(session_ids).items()
        }
        for edge in queues.edges.values():
            edge.queue = []


def test_what_the_core_gives_again_is_not_split_again(monkeypatch: pytest.MonkeyPatch) -> None:
    split: list[list[int]] = []
    by_edge = edge_queues._by_edge
    monkeypatch.setattr(edge_queues, "_by_edge", lambda ids: by_edge(split.append(ids) or ids))  # type: ignore[func-returns-value]
    queues, first, second = EdgeQueues(), [1], [2]
    for user_id, session_ids in (("alice", first), ("bob", second)) * 3:
        queues.status(user_id, b"{}", session_ids)
    assert split == [first, second]
    # As soon as one is found anew, the others are, too.
    for user_id, session_ids in (("alice", [1, 2]), ("bob", second), ("bob", second)):
        queues.status(user_id, b"{}", session_ids)
    assert split == [first, second, [1, 2], second]


def test_only_a_bounded_number_of_sessions_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_queues, "_WATCHING_MAX", 100)
    queues = EdgeQueues()
    for number in range(300):
        queues.status(f"user{number}", b"{}", list(range(number % 7)))
        kept = sum(len(one.session_ids) + 1 for one in queues._watching.values())
        assert kept == queues._watching_size <= 100
    queues.status("star", b"{}", list(range(1000)))
    assert list(queues._watching) == ["star"]
