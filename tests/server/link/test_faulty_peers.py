"""A peer that knows the key and still sends rubbish: what it lost is not taken for carried out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from msgspec import Raw
from msgspec.msgpack import encode

from imtui.protocol.jsonrpc import Request
from imtui.server.link import ops as o
from imtui.server.link.frames import Batch, encode_frame
from imtui.server.link.ops import LinkError
from imtui.server.link.ports import EDGE_SHIFT, HTTPAnswer, HTTPRequest
from imtui.server.link.remote_core import RemoteCore
from tests.server.link.played import (
    EPOCH,
    KEY,
    NotingCore,
    PlayedCore,
    PlayedTransport,
    join_core,
    new_edges,
    show_key,
)

TIMEOUT = 10.0
SESSION = 1 << EDGE_SHIFT | 1
REQUEST = Request("2.0", "logout", id=1)


def batch(number: int, *ops: o.ToCore) -> bytes:
    return encode_frame(Batch(number, 0, Raw(o.encode_ops(ops))))


def asked(session_id: int) -> o.RequestOp:
    return o.RequestOp(session_id, o.call_fields(REQUEST), 0.0, False)


def refuse_metrics(edge: int, values: bytes) -> None:
    if values:
        raise LinkError("unreadable metrics")


def refuse_audit(entry: bytes) -> None:
    raise LinkError("an unreadable entry")


@pytest.mark.parametrize(
    "rubbish",
    [
        encode_frame(Batch(2, 0, Raw(b"\x91\x05"))),
        batch(2, o.MetricsOp(b"x")),
        batch(2, o.AuditOp(b"x")),
        encode_frame(Batch(2, 0, Raw(encode([[2, SESSION, ["x", b"", b"["], 0.0, False]])))),
    ],
)
async def test_an_edge_whose_batch_is_unreadable_does_not_go_on_where_it_was(
    rubbish: bytes,
) -> None:
    core = NotingCore()
    edges = new_edges(core)
    edges.on_metrics, edges.on_audit = refuse_metrics, refuse_audit
    transport, _ = join_core(edges, 1)
    transport.feed(batch(1, asked(SESSION)))
    assert len(core.asked) == 1
    transport.feed(rubbish)
    assert transport.is_closing()
    await asyncio.sleep(0)
    assert core.away_ones == [SESSION]
    again, welcome = join_core(edges, 1, epoch=EPOCH)
    assert not welcome.is_resumed
    assert not again.is_closing()
    await edges.stop()


async def test_an_edge_that_was_only_cut_goes_on_where_it_was() -> None:
    core = NotingCore()
    edges = new_edges(core)
    transport, _ = join_core(edges, 1)
    transport.feed(batch(1, asked(SESSION)))
    edges.answer(SESSION, b"{}")
    edges.flush()
    transport.take()
    transport.abort()
    await asyncio.sleep(0)
    _, welcome = join_core(edges, 1, epoch=EPOCH)
    assert welcome.is_resumed
    assert welcome.received == 1
    assert core.back_ones == [SESSION]
    await edges.stop()


class GoneEdge:
    """As much of an edge as a core without sense needs."""

    def __init__(self) -> None:
        self.gone: set[int] = set()

    def go_away(self, session_ids: set[int]) -> None:
        self.gone |= session_ids

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


class HearingEdge(GoneEdge):
    """Writes down who the admins are."""

    def __init__(self) -> None:
        super().__init__()
        self.admins: list[frozenset[str]] = []

    def admins_changed(self, user_ids: frozenset[str]) -> None:
        self.admins.append(user_ids)


@asynccontextmanager
async def running(played: PlayedCore) -> AsyncIterator[tuple[RemoteCore, GoneEdge]]:
    core, edge = RemoteCore(played.connect, KEY, 1), GoneEdge()
    core.serve(edge)
    task = asyncio.create_task(core.run())
    try:
        async with asyncio.timeout(TIMEOUT):
            yield core, edge
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.mark.parametrize(
    "rubbish", [b"\x91\x05", o.encode_ops([o.CloseOp(SESSION, 1, "no such code")])]
)
async def test_a_core_whose_batch_is_unreadable_makes_clients_come_back(rubbish: bytes) -> None:
    played = PlayedCore()
    async with running(played) as (core, edge):
        transport, hello = await played.welcome(is_resumed=False)
        core.request(SESSION, REQUEST, 0.0)
        transport.feed(encode_frame(Batch(1, 0, Raw(rubbish))))
        assert transport.is_closing()
        assert edge.gone == {SESSION}
        _, again = await played.welcome(is_resumed=False)
        assert again.life != hello.life


async def test_an_edge_hears_what_came_before_it_serves() -> None:
    played = PlayedCore()
    core, edge = RemoteCore(played.connect, KEY, 1), HearingEdge()
    task = asyncio.create_task(core.run())
    async with asyncio.timeout(TIMEOUT):
        transport, _ = await played.welcome(is_resumed=False)
        added = o.encode_ops([o.AdminsOp(frozenset({"ann"}))])
        transport.feed(encode_frame(Batch(1, 0, Raw(added))))
        core.serve(edge)
        removed = o.encode_ops([o.AdminsOp(frozenset({"bob"}))])
        transport.feed(encode_frame(Batch(2, 0, Raw(removed))))
    task.cancel()
    await asyncio.wait({task})
    assert edge.admins == [frozenset(), frozenset({"ann"}), frozenset({"bob"})]


async def test_what_waits_for_a_core_is_bounded_and_goes_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imtui.server.link.remote_core._NOTED_MAX", 5)
    played = PlayedCore()
    async with running(played) as (core, _):
        noted = [core.note(o.AuditOp(b"%d" % number)) for number in range(9)]
        assert noted == [True] * 5 + [False] * 4
        transport, _ = await played.welcome(is_resumed=False)
        await asyncio.sleep(0)
        (sent,) = transport.take()
        assert isinstance(sent, Batch)
        ops = o.decode_to_core(bytes(sent.ops))
        assert ops == [o.AuditOp(b"%d" % number) for number in range(5)]
        assert core.note(o.MetricsOp(b""))


async def test_a_connection_that_is_cut_says_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imtui.server.link.link_socket.PING_EVERY", 0.0)
    edges = new_edges(NotingCore())
    old = edges.accept()
    transport = PlayedTransport(old)
    show_key(transport, 1)
    new, _ = join_core(edges, 1)
    assert transport.is_closing()
    # Both may be due in the same turn of the event loop.
    old._watch()
    assert transport.take() == []
    assert not new.is_closing()
    await edges.stop()


async def test_a_rest_request_that_fails_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    class FailingCore(NotingCore):
        async def rest(self, request: HTTPRequest) -> HTTPAnswer:
            raise KeyError(request.path)

    edges = new_edges(FailingCore())
    transport, _ = join_core(edges, 1)
    transport.feed(batch(1, o.rest_op(3, HTTPRequest("GET", "/metrics", {}, b""))))
    for _ in range(5):
        await asyncio.sleep(0)
    (sent,) = transport.take()
    assert isinstance(sent, Batch)
    (op,) = o.decode_to_edge(bytes(sent.ops))
    assert isinstance(op, o.RESTAnswerOp)
    assert (op.number, op.answer.status) == (3, 500)
    assert "/metrics failed" in caplog.text
    await edges.stop()
