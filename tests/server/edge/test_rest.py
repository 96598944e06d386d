"""REST: the envelope, the admin, the console."""

from typing import Any

import httpx
import pytest

from imtui.protocol.usersig import sign
from imtui.server.backend import Backend
from tests.server.wire import wire


async def post(
    backend: Backend, command: str, body: Any = None, *, method: str = "POST", **query: Any
) -> dict[str, Any]:
    key = backend.app_key
    identifier = query.get("identifier", "administrator")
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
        }
        assert await alice.code("getUserStatus", userIDList=["bob"]) == 0
        changed = await post(backend, SET, {"Settings": {"user_status": "off"}})
        assert changed["Settings"] == {**shown["Settings"], "user_status": "off"}
        assert await alice.code("getUserStatus", userIDList=["bob"]) == 72001


@pytest.mark.parametrize(
    ("command", "body", "query", "code"),
    [
        (GET, {}, {"method": "GET"}, 60002),
        (GET, b"no JSON", {}, 60003),
        (GET, b"[]", {}, 60003),
        (GET, b"[" * 100_000, {}, 60003),
        (GET, {}, {"sdkappid": "x"}, 60006),
        (GET, {}, {"sdkappid": "9" * 5000}, 60006),
        (GET, {}, {"sdkappid": 7}, 60006),
        ("v4/imtui_console/nothing", {}, {}, 60009),
        ("imtui_console/get", {}, {}, 60009),
        (GET, {}, {"identifier": "alice"}, 60010),
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
