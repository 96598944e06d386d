"""REST requests that wait for a core: each has an answer, also as the core or its edge ends."""

import asyncio

import httpx
import pytest

from imtui.protocol.errors import ErrorCode
from imtui.server.link import waiting_rest
from imtui.server.link.ops import RESTOp
from imtui.server.link.ports import COME_BACK, HTTPAnswer, HTTPRequest
from imtui.server.link.waiting_rest import WaitingRest
from tests.server.edge.fakes import FakeCore
from tests.server.edge.test_http_port import KEY, http_port, serving
from tests.server.trusting import trust_in

ANSWER = HTTPAnswer(b"yes", "text/plain")
REQUEST = HTTPRequest("GET", "/healthz", {}, b"")


class Asked:
    """What was passed on, and a way to wait for it."""

    def __init__(self) -> None:
        self.ops: list[RESTOp] = []
        self.more = asyncio.Event()

    def send(self, op: RESTOp) -> None:
        self.ops.append(op)
        self.more.set()


async def test_each_has_its_own_answer_in_any_order() -> None:
    asked = Asked()
    waiting = WaitingRest(asked.send)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(waiting.ask(REQUEST)) for _ in range(3)]
        await asyncio.sleep(0)
        for op in reversed(asked.ops):
            waiting.answered(op.number, HTTPAnswer(b"%d" % op.number, "text/plain"))
            waiting.answered(op.number, ANSWER)
    assert [task.result().content for task in tasks] == [b"%d" % op.number for op in asked.ops]
    waiting.answered(asked.ops[0].number, ANSWER)


async def test_of_a_core_that_is_gone_all_come_back_and_later_ones_may_ask() -> None:
    asked = Asked()
    waiting = WaitingRest(asked.send)
    task = asyncio.create_task(waiting.ask(REQUEST))
    await asked.more.wait()
    waiting.let_go()
    assert await task == COME_BACK
    later = asyncio.create_task(waiting.ask(REQUEST))
    await asyncio.sleep(0)
    waiting.answered(asked.ops[-1].number, ANSWER)
    assert await later == ANSWER


async def test_at_the_end_those_who_wait_have_a_moment_and_nobody_else_is_passed_on() -> None:
    asked = Asked()
    waiting = WaitingRest(asked.send)
    first = asyncio.create_task(waiting.ask(REQUEST))
    await asked.more.wait()
    ending = asyncio.create_task(waiting.end())
    await asyncio.sleep(0)
    assert await waiting.ask(REQUEST) == COME_BACK
    assert len(asked.ops) == 1
    assert not ending.done()
    waiting.answered(asked.ops[0].number, ANSWER)
    assert await first == ANSWER
    await ending


async def test_who_gives_up_is_forgotten() -> None:
    asked = Asked()
    waiting = WaitingRest(asked.send)
    task = asyncio.create_task(waiting.ask(REQUEST))
    await asked.more.wait()
    task.cancel()
    await asyncio.wait({task})
    waiting.answered(asked.ops[0].number, ANSWER)
    await waiting.end()


async def test_a_client_that_waits_as_the_port_ends_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waiting_rest, "_ENDED_WITHIN", 0.0)
    asked = Asked()
    waiting = WaitingRest(asked.send)

    class Core(FakeCore):
        async def rest(self, request: HTTPRequest) -> HTTPAnswer:
            return await waiting.ask(request)

    async with (
        serving(http_port(trust_in(KEY), core=Core())) as (server, url),
        httpx.AsyncClient() as client,
    ):
        answer = asyncio.create_task(client.get(f"{url}/healthz"))
        await asked.more.wait()
        await waiting.end()
        server.end()
        told = await answer
    assert told.status_code == COME_BACK.status
    assert told.json()["ErrorCode"] == ErrorCode.ERR_SVR_COMM_REQUEST_TIMEOUT
    assert caplog.records == []
