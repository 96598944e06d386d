"""What an edge holds while there is no core is bounded in bytes."""

import asyncio
from typing import Any

import pytest
from msgspec import Raw

from imtui.protocol.jsonrpc import Request
from imtui.server.link import queued_ops, remote_core
from imtui.server.link.link_socket import LinkSocket
from imtui.server.link.ports import HTTPRequest
from imtui.server.link.remote_core import RemoteCore
from tests.server.link.silent_edge import SilentEdge


async def nowhere(make: Any) -> LinkSocket:
    raise ConnectionRefusedError


async def test_a_core_that_does_not_even_refuse_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a machine that is gone, or packets that are dropped on their way."""
    monkeypatch.setattr(remote_core, "_WELCOMED_WITHIN", 0.01)
    tried: asyncio.Queue[object] = asyncio.Queue()

    async def never(make: Any) -> LinkSocket:
        tried.put_nowait(make)
        return await asyncio.Future()

    running = asyncio.create_task(RemoteCore(never, b"key", 1).run())
    for _ in range(3):
        await asyncio.wait_for(tried.get(), 10)
    running.cancel()
    await asyncio.wait({running})


async def test_too_much_that_waits_sends_the_clients_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queued_ops, "QUEUED_MAX", 100_000)
    core = RemoteCore(nowhere, b"key", 1)
    edge = SilentEdge()
    core.serve(edge)
    gone: set[int] = set()
    edge.gone_away = gone.update
    request = Request("2.0", "sendMessage", Raw(b'"' + b"x" * 9000 + b'"'), 1)
    asked = asyncio.ensure_future(core.rest(HTTPRequest("POST", "/v4/a/b", {}, b"x" * 9000)))
    await asyncio.sleep(0)
    for session_id in range(9):
        core.request(session_id, request, 0.0)
    assert gone == set()
    core.request(9, request, 0.0)
    core.request(10, request, 0.0)
    assert gone == set(range(11)) - {10}
    answer = await asyncio.wait_for(asked, 10)
    assert answer.status == 503
