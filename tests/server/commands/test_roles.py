"""Roles of admins: what each may call, who is none, and what the audit log has of it."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from imtui.protocol.rest.role import Role
from imtui.protocol.usersig import sign
from imtui.server.audit import AuditFile
from imtui.server.commands import COMMANDS
from imtui.server.node.backend import Backend
from imtui.server.node.config import BackendConfig
from imtui.server.node.data_dir import DataDir
from tests.pages import page_of, section
from tests.server.commands.test_rest import post
from tests.server.wire import wire

_ROW = re.compile(r"^\| `(full|support|read)` \| (.+) \|$", re.MULTILINE)


def acts(backend: Backend) -> list[tuple[str, str, int]]:
    """Return who did what, with the code, as the file of the audit log has it."""
    entries = AuditFile(DataDir(backend.config.data_dir).audit_log).latest()
    assert all(one.address == "127.0.0.1" for one in entries)
    return [(one.identifier, one.what, one.code) for one in entries if one.kind == "admin"]


async def add(backend: Backend, name: str, role: str) -> int:
    answer = await post(backend, "v4/imtui_admin/add", {"UserID": name, "Role": role})
    return int(answer["ErrorCode"])


async def code(backend: Backend, name: str, command: str, body: Any = None) -> int:
    answer = await post(backend, f"v4/{command}", body, identifier=name)
    return int(answer["ErrorCode"])


def test_the_role_of_every_command_is_thought_of() -> None:
    rows = _ROW.findall(section(page_of("protocol"), "REST"))
    thought_of = {
        name: Role(role) for role, row in rows for name in re.findall(r"`(\w+/\w+)`", row)
    }
    assert thought_of == {one.full_name: one.role for one in COMMANDS.values()}


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_lets_in_to_its_commands_only(backend: Backend, role: Role) -> None:
    assert await add(backend, "anna", role) == 0
    allowed: set[str] = set()
    forbidden: set[str] = set()
    for command in COMMANDS.values():
        # An empty body gets as far as the command's own checks.
        refused = await code(backend, "anna", command.full_name) == 60010
        (forbidden if refused else allowed).add(command.full_name)
    assert allowed == {one.full_name for one in COMMANDS.values() if role.includes(one.role)}
    tried = {what for who, what, number in acts(backend) if (who, number) == ("anna", 60010)}
    assert tried == forbidden


async def test_acts_are_in_the_audit_log_with_who_did_them_and_queries_are_not(
    backend: Backend,
) -> None:
    await add(backend, "anna", "support")
    await code(backend, "anna", "im_open_login_svc/account_import", {"UserID": "alice"})
    await code(backend, "anna", "sns/friend_get", {"From_Account": "alice", "StartIndex": 0})
    await code(backend, "anna", "imtui_console/get")
    await code(backend, "anna", "imtui_console/set", {"Settings": {"user_status": "off"}})
    await post(backend, "v4/openim/admin_getroammsg", {})
    assert acts(backend) == [
        ("administrator", "imtui_admin/add", 0),
        ("anna", "im_open_login_svc/account_import", 0),
        ("anna", "imtui_console/set", 60010),
        # Nobody reads the messages of others unseen.
        ("administrator", "openim/admin_getroammsg", 90001),
    ]
    shown = await post(backend, "v4/imtui_console/get")
    assert shown["Settings"]["user_status"] == "on"


async def test_the_refusal_of_a_role_says_which_one_it_needs(backend: Backend) -> None:
    await add(backend, "anna", "read")
    answer = await post(backend, "v4/im_open_login_svc/kick", {"UserID": "a"}, identifier="anna")
    assert answer["ErrorInfo"] == "Your role is read. This needs an admin with the role support."


async def test_a_removal_holds_at_once_and_for_the_old_user_sigs_for_good(
    backend: Backend,
) -> None:
    key = backend.app_key
    old = sign("anna", key.sdk_app_id, key.secret_key)
    await add(backend, "anna", "full")
    get = "v4/imtui_console/get"
    assert (await post(backend, get, identifier="anna", usersig=old))["ErrorCode"] == 0
    assert await code(backend, "administrator", "imtui_admin/remove", {"UserID": "anna"}) == 0
    assert (await post(backend, get, identifier="anna", usersig=old))["ErrorCode"] == 60010
    await add(backend, "anna", "full")
    assert (await post(backend, get, identifier="anna", usersig=old))["ErrorCode"] == 70052


async def test_who_is_removed_while_their_request_arrives_is_refused(backend: Backend) -> None:
    await add(backend, "anna", "full")
    key = backend.app_key
    query = (
        f"sdkappid={key.sdk_app_id}&identifier=anna"
        f"&usersig={sign('anna', key.sdk_app_id, key.secret_key)}"
    )
    address = httpx.URL(backend.address.rest)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    body = b'{"Settings": {"user_status": "off"}}'
    head = f"POST /v4/imtui_console/set?{query} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
    writer.write(f"{head}\r\nExpect: 100-continue\r\n\r\n".encode())
    async with asyncio.timeout(20):
        # Her UserSig is checked once the body is asked for.
        assert b"100" in await reader.readuntil(b"\r\n\r\n")
        await code(backend, "administrator", "imtui_admin/remove", {"UserID": "anna"})
        writer.write(body)
        assert b'"ErrorCode":70052' in await reader.readuntil(b"70052")
    writer.close()
    shown = await post(backend, "v4/imtui_console/get")
    assert shown["Settings"]["user_status"] == "on"


async def test_names_of_admins_and_accounts_are_kept_apart(backend: Backend) -> None:
    await add(backend, "anna", "read")
    accounts = {"Accounts": ["alice", "anna"]}
    imported = await post(backend, "v4/im_open_login_svc/multiaccount_import", accounts)
    assert imported["FailAccounts"] == ["anna"]
    imported = await post(backend, "v4/im_open_login_svc/account_import", {"UserID": "anna"})
    assert imported["ErrorInfo"] == "anna is the name of an admin."
    assert imported["ErrorCode"] == 70402
    assert await add(backend, "alice", "read") == 70402
    key = backend.app_key
    async with wire(backend) as anna:
        credentials = {
            "sdkAppID": key.sdk_app_id,
            "userID": "anna",
            "userSig": sign("anna", key.sdk_app_id, key.secret_key),
        }
        assert await anna.code("login", **credentials) == 70107


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"UserID": "anna"},
        {"UserID": "anna", "Role": "root"},
        {"UserID": "anna", "Role": 1},
        {"UserID": "an na", "Role": "read"},
        {"UserID": "x" * 33, "Role": "read"},
        {"UserID": "administrator", "Role": "read"},
    ],
)
async def test_what_is_no_admin_is_refused(backend: Backend, body: Any) -> None:
    assert await code(backend, "administrator", "imtui_admin/add", body) == 70402
    listed = await post(backend, "v4/imtui_admin/list")
    first = {"UserID": "administrator", "Role": "full", "Since": 0}
    assert listed["AdminItem"] == [first]


async def test_messages_without_a_sender_are_from_administrator_whoever_the_admin_is(
    backend: Backend,
) -> None:
    await add(backend, "anna", "full")
    async with wire(backend) as alice:
        await alice.login("alice")
        text = {"MsgType": "TIMTextElem", "MsgContent": {"Text": "hello"}}
        body = {"To_Account": "alice", "MsgRandom": 1, "MsgBody": [text]}
        assert await code(backend, "anna", "openim/sendmsg", body) == 0
        (message,) = (await alice.push("onRecvNewMessage"))["messageList"]
        assert message["sender"] == "administrator"


async def test_only_a_full_admin_kicks_administrator(backend: Backend) -> None:
    await add(backend, "anna", "support")
    await add(backend, "ben", "full")
    body = {"UserID": "administrator"}
    assert await code(backend, "anna", "im_open_login_svc/kick", body) == 60010
    assert await code(backend, "ben", "im_open_login_svc/kick", body) == 0


async def test_admins_survive_a_restart(backend: Backend) -> None:
    await add(backend, "anna", "read")
    data = backend.config.data_dir
    await backend.__aexit__(None, None, None)
    async with Backend(BackendConfig(data)) as again:
        assert await code(again, "anna", "imtui_console/get") == 0
        assert await code(again, "anna", "imtui_console/set", {"Settings": {}}) == 60010
