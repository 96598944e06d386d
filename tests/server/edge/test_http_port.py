"""The HTTP port, between a client and a core that answers at once."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

import httpx
import pytest

from imtui.protocol.app_key import AppKey
from imtui.protocol.usersig import sign
from imtui.server.audit import no_audit
from imtui.server.buckets import Buckets
from imtui.server.edge.http_port import REFUSED_AFTER, HTTPPort
from imtui.server.edge.http_server import HTTPServer
from imtui.server.edge.login_guard import LoginGuard
from imtui.server.edge.trust import Trust
from imtui.server.edge.turns.turns import Turns
from imtui.server.link.ports import CorePort, HTTPAnswer, HTTPRequest
from imtui.server.node.config import present
from tests.server.edge.fakes import FakeCore
from tests.server.trusting import trust_in

KEY = AppKey(1400000000, "secret")
ADMIN = "administrator"


class RESTCore(FakeCore):
    """Answers each request."""

    async def rest(self, request: HTTPRequest) -> HTTPAnswer:
        return HTTPAnswer(b"no" if request.refusal else b"yes", "text/plain")


def http_port(
    trust: Trust,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    core: CorePort | None = None,
) -> HTTPPort:
    turns, guard = Turns(asyncio.get_running_loop(), Buckets()), LoginGuard(present, no_audit)
    return HTTPPort(core or RESTCore(), trust, present, guard, turns, sleep=sleep)


@asynccontextmanager
async def serving(port: HTTPPort) -> AsyncIterator[tuple[HTTPServer, str]]:
    """Serve on a free port; yield the server and its URL."""
    server = port.server(10)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        running = asyncio.create_task(server.run_on([sock]))
        yield server, f"http://127.0.0.1:{sock.getsockname()[1]}"
        server.end()
        await running


async def test_only_those_who_are_no_admins_wait_for_their_answers() -> None:
    waits: list[float] = []
    may_go_on = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await may_go_on.wait()

    port = http_port(trust_in(KEY), sleep)
    transport = httpx.ASGITransport(port.server(10).config.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def post(secret: str) -> str:
            user_sig = sign(ADMIN, KEY.sdk_app_id, secret)
            query: dict[str, str | int] = {
                "sdkappid": KEY.sdk_app_id,
                "identifier": ADMIN,
                "usersig": user_sig,
            }
            return (await client.post("/v4/openim/querystate", params=query)).text

        async with asyncio.TaskGroup() as group:
            refused = group.create_task(post("wrong"))
            assert await post(KEY.secret_key) == "yes"
            assert (await client.get("/healthz")).text == "yes"
            assert not refused.done()
            may_go_on.set()
        assert refused.result() == "no"
    assert waits == [REFUSED_AFTER]


@pytest.mark.parametrize(
    ("identifier", "is_admin"), [(ADMIN, True), ("anna", True), ("alice", False), ("", False)]
)
async def test_only_admins_get_in_also_with_a_right_user_sig(
    identifier: str, is_admin: bool
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    trust = trust_in(KEY, ADMIN, "anna")
    port = http_port(trust, sleep)
    transport = httpx.ASGITransport(port.server(10).config.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        query: dict[str, str | int] = {
            "sdkappid": KEY.sdk_app_id,
            "identifier": identifier,
            "usersig": sign(identifier, KEY.sdk_app_id, KEY.secret_key),
        }

        async def answer() -> str:
            return (await client.post("/v4/openim/querystate", params=query)).text

        assert await answer() == ("yes" if is_admin else "no")
        assert waits == ([] if is_admin else [REFUSED_AFTER])
        # What the core says of its admins holds from the next request on.
        trust.admins = frozenset({"alice"})
        assert await answer() == ("yes" if identifier == "alice" else "no")


async def test_answers_have_the_date_of_the_backend_and_one_only() -> None:
    before = int(present().unix_ms / 1000)
    async with serving(http_port(trust_in(KEY))) as (_, url), httpx.AsyncClient() as client:
        answer = await client.get(f"{url}/healthz")
    dates = answer.headers.get_list("date")
    assert len(dates) == 1
    told = parsedate_to_datetime(dates[0]).timestamp()
    assert before <= told <= present().unix_ms / 1000
