"""REST: the envelope, the admin, the console."""

import asyncio
import contextlib
from typing import Any

import httpx
import pytest

from imtui.protocol.usersig import sign
from imtui.server.commands import COMMANDS
from imtui.server.node.backend import Backend
from tests.server.wire import wire


async def post(
    backend: Backend, command: str, body: Any = None, *, method: str = "POST", **query: Any
) -> dict[str, Any]:
    key = backend.app_key
    identifier = query.get("identifier") or "administrator"
    parameters = {
        "sdkappid": key.sdk_app_id,
        "identifier": identifier,
        "usersig": sign(identifier, key.sdk_app_id, key.secret_key),
        "random": 1,
        "contenttype": "json",
        **query,
    }
    content = body if isinstance(body, bytes) else None
    async with httpx.AsyncClient(timeout=20) as client:
        answer = await client.request(
            method,
            f"{backend.address.rest}/{command}",
            params={name: value for name, value in parameters.items() if value is not None},
            content=content,
            json=None if content is not None else body or {},
        )
    assert answer.status_code == 200
    envelope: dict[str, Any] = answer.json()
    assert (envelope["ActionStatus"] == "OK") is (envelope["ErrorCode"] == 0)
    return envelope


GET, SET = "v4/imtui_console/get", "v4/imtui_console/set"
CHECK, ALICE = "v4/im_open_login_svc/account_check", {"CheckItem": [{"UserID": "alice"}]}


async def test_the_console_is_shown_and_set_for_connected_clients_at_once(
    backend: Backend,
) -> None:
    async with wire(backend) as alice, wire(backend) as bob:
        await alice.login("alice")
        await bob.login("bob")
        shown = await post(backend, GET)
        assert shown["Settings"] == {
            "edition": "ultimate",
            "user_status": "on",
            "friend_status": "on",
            "login_policy": "multi",
            "auto_register": "on",
            "block_hides_status": "on",
            "before_callback_failure": "pass",
            "cpu_share": 100,
            "passive_logins": 20,
            "messages_rate": 10,
            "messages_burst": 100,
            "message_bytes_rate": 65_536,
            "message_bytes_burst": 2_097_152,
            "requests_rate": 1,
            "requests_burst": 30,
            "retention_days": 0,
            "webhook_url": "",
            "webhook_token": "",
            "webhook_commands": [],
            "heartbeat_timeout": 400.0,
        }
        assert await alice.code("getUserStatus", userIDList=["bob"]) == 0
        changed = await post(backend, SET, {"Settings": {"user_status": "off"}})
        assert changed["Settings"] == {**shown["Settings"], "user_status": "off"}
        assert await alice.code("getUserStatus", userIDList=["bob"]) == 72001
        told = {"edition": "ultimate", "userStatus": "off", "friendStatus": "on"}
        assert await bob.push("onConsoleChanged") == told
        await post(backend, SET, {"Settings": {"login_policy": "platform"}})
        await post(backend, SET, {"Settings": {"user_status": "off"}})
        bob.pushes.clear()
        assert await bob.code("heartbeat") == 0
        assert bob.pushes == []


@pytest.mark.parametrize(
    ("command", "body", "query", "code"),
    [
        (GET, {}, {"method": "PUT"}, 60002),
        (GET, b"no JSON", {}, 60003),
        (GET, b"[]", {}, 60003),
        (GET, b"[" * 100_000, {}, 60003),
        (GET, {}, {"sdkappid": "x"}, 60006),
        (GET, {}, {"sdkappid": "9" * 5000}, 60006),
        (GET, {}, {"sdkappid": 7}, 60006),
        ("v4/imtui_console/nothing", {}, {}, 60009),
        ("v3/imtui_console/get", {}, {}, 60002),
        ("v4/imtui_console/get/more", {}, {}, 60002),
        ("", {}, {}, 60002),
        (GET, {}, {"identifier": "alice"}, 60010),
        (GET, {}, {"identifier": "administrator\n"}, 60010),
        (GET, {}, {"identifier": None}, 60010),
        (GET, {}, {"sdkappid": None}, 60012),
        (GET, {}, {"usersig": None}, 70002),
        (GET, {}, {"usersig": "x"}, 70003),
        (SET, {}, {}, 70402),
        (SET, {"Settings": []}, {}, 70402),
        (SET, {"Settings": {"user_status": "maybe"}}, {}, 70402),
        (SET, {"Settings": {"user_status": "off", "colour": "red"}}, {}, 70402),
        (SET, b" " * (1024 * 1024 + 1), {}, 80002),
    ],
)
async def test_what_is_wrong_gets_its_code_and_changes_nothing(
    backend: Backend, command: str, body: Any, query: dict[str, Any], code: int
) -> None:
    refused = await post(backend, command, body, **query)
    assert refused["ErrorCode"] == code
    assert refused["ErrorInfo"]
    shown = await post(backend, GET)
    assert shown["Settings"]["user_status"] == "on"


async def test_an_admins_user_sig_of_another_key_is_refused(backend: Backend) -> None:
    forged = sign("administrator", backend.app_key.sdk_app_id, "another key")
    assert (await post(backend, GET, usersig=forged))["ErrorCode"] == 70009


def address(backend: Backend) -> tuple[str, int]:
    host, _, port = backend.address.rest.removeprefix("http://").partition(":")
    return host, int(port)


def head(backend: Backend, content_length: int) -> bytes:
    key = backend.app_key
    query = (
        f"sdkappid={key.sdk_app_id}&identifier=administrator"
        f"&usersig={sign('administrator', key.sdk_app_id, key.secret_key)}"
    )
    return (
        f"POST /{GET}?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {content_length}\r\n\r\n"
    ).encode()


async def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(
    backend: Backend,
) -> None:
    reader, writer = await asyncio.open_connection(*address(backend))
    writer.write(head(backend, 10**12))
    async with asyncio.timeout(20):
        assert b'"ErrorCode":80002' in await reader.readuntil(b"80002")
    writer.close()


async def test_a_client_that_leaves_in_the_middle_leaves_no_trace_in_the_log(
    backend: Backend, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection(*address(backend))
    writer.write(head(backend, 100) + b"{")
    await writer.drain()
    writer.transport.abort()
    assert (await post(backend, GET))["ErrorCode"] == 0
    assert not caplog.records


async def test_connections_that_say_nothing_are_closed_and_hinder_nobody(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imtui.server.edge.http_connection.REQUEST_TIMEOUT", 1.0)
    idle = [await asyncio.open_connection(*address(backend)) for _ in range(200)]
    for number, (_, writer) in enumerate(idle):
        writer.write((b"", b"POST /v4/a/b HTTP/1.1\r\nHo", head(backend, 100) + b"{")[number % 3])
    assert (await post(backend, GET))["ErrorCode"] == 0
    for reader, writer in idle:
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
        writer.close()


async def test_a_query_may_be_a_get_with_a_body(backend: Backend) -> None:
    checked = await post(backend, CHECK, ALICE, method="GET")
    assert checked["ResultItem"][0]["AccountStatus"] == "NotImported"
    assert (await post(backend, CHECK, b"", method="GET"))["ErrorCode"] == 60003
    assert (await post(backend, CHECK, method="GET", usersig="x"))["ErrorCode"] == 70003
    # Not what changes something: browsers and proxies may repeat a GET.
    acts = [one for one in COMMANDS.values() if one.role != "read"]
    assert len(acts) > 20
    for act in acts:
        refused = await post(backend, act.path[1:], {"UserID": "alice"}, method="GET")
        assert refused["ErrorCode"] == 60002
    again = await post(backend, CHECK, ALICE)
    assert again["ResultItem"][0]["AccountStatus"] == "NotImported"


@pytest.mark.parametrize("random", ["", "&random=", "&random=x", f"&random={2**80}", "&random=-1"])
async def test_url_parameters_come_in_any_order_with_any_random_or_none(
    backend: Backend, random: str
) -> None:
    key = backend.app_key
    sig = sign("administrator", key.sdk_app_id, key.secret_key)
    query = f"usersig={sig}&identifier=administrator&sdkappid={key.sdk_app_id}{random}"
    url = f"{backend.address.rest}/v4/im_open_login_svc/account_import?{query}"
    async with httpx.AsyncClient() as client:
        for extra in ("", "&contenttype=json", "&contenttype=json&apn=1&servicename=x&command=y"):
            answer = await client.post(url + extra, content=b'{"UserID": "alice"}')
            assert answer.json()["ErrorCode"] == 0


async def test_the_target_of_a_request_may_be_a_whole_url(backend: Backend) -> None:
    key = backend.app_key
    sig = sign("administrator", key.sdk_app_id, key.secret_key)
    query = f"sdkappid={key.sdk_app_id}&identifier=administrator&usersig={sig}"
    reader, writer = await asyncio.open_connection(*address(backend))
    body = b'{"UserID": "alice"}'
    url = f"https://console.tim.qq.com/v4/im_open_login_svc/account_import?{query}"
    head = f"POST {url} HTTP/1.1\r\nHost: console.tim.qq.com\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    async with asyncio.timeout(20):
        assert b'"ErrorCode":0' in await reader.readuntil(b"}")
    writer.close()
    checked = await post(backend, CHECK, ALICE)
    assert checked["ResultItem"][0]["AccountStatus"] == "Imported"
